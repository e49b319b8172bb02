"""Every conversation test on both engines, line by line (docs/decisions/0008)."""

import pytest

from bot.stories import comparing, reading
from bot.stories.comparing import Difference
from tests.conformance.conftest import ASSISTANT

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]
STORIES = reading.read([ASSISTANT / "tests"])
NAMES = [f"{story.place} {story.name}" for story in STORIES]
HEARD_OTHERWISE = 0.1
"""The share of stories Rasa's own understanding may lead elsewhere."""


@pytest.mark.parametrize("story", STORIES, ids=NAMES)
def test_the_same_meaning_leads_to_the_same_words_and_deeds(story, company):
    one, facts = company.play(story, company.embedded)
    other, other_facts = company.play(story, company.rasa_told_the_meaning)
    found = comparing.differences(story, one, other)
    assert not found, comparing.table(found, ("embedded", "rasa"))
    # whether they are as the story says is for tests/actions; here they must be alike
    assert len(facts) == len(other_facts)


def test_with_ears_of_its_own_rasa_differs_only_where_it_hears_otherwise(company):
    unexplained: list[Difference] = []
    explained: list[Difference] = []
    elsewhere = 0
    for story in STORIES:
        one = company.play(story, company.embedded)[0]
        other, surprised = company.play(story, company.rasa)
        found = comparing.differences(story, one, other)
        heard_otherwise = bool(found) and found[0].what == "intent"
        (explained if heard_otherwise else unexplained).extend(found)
        elsewhere += bool(surprised)
    print(comparing.table(explained, ("embedded", "rasa")))
    assert not unexplained, comparing.table(unexplained, ("embedded", "rasa"))
    assert elsewhere <= HEARD_OTHERWISE * len(STORIES)
