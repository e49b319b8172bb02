"""The table of differences between two engines, and which of them are expected."""

from dataclasses import replace

import pytest

from bot.stories import comparing, coverage, reading
from bot.stories.playing import Heard
from bot.stories.reading import Story, StoryError
from tests.stories.conftest import ASSISTANT

STORY = Story("balance in slang", "test_loyalty.yml:170", ())
SAME = Heard(
    "cek poin", "ask_points_balance", 0.9, ("action_show",), {"a": 1}, None, (("u", "50"),)
)
ENTRY = """
differences:
- story: test_loyalty.yml balance in slang
  said: cek poin
  embedded: ask_points_balance
  rasa: inform
  why: below the threshold
"""


def differ(**changes):
    return comparing.differences(STORY, [SAME], [replace(SAME, **changes)])


@pytest.fixture
def expected(tmp_path):
    (tmp_path / comparing.EXPECTED).write_text(ENTRY)
    return comparing.expected_in([tmp_path])


@pytest.mark.parametrize(
    ("what", "changes"),
    [
        ("actions", {"actions": ()}),
        ("form", {"active_loop": "a_form"}),
        ("replies", {"replies": (("u", "51"),)}),
        ("slot a", {"slots": {"a": 2}}),
        ("slot b", {"slots": {"a": 1, "b": 2}}),
        ("error", {"error": "boom"}),
    ],
)
def test_each_of_these_is_a_difference(what, changes):
    assert [one.what for one in differ(**changes)] == [what]


def test_what_is_meant_is_no_difference_if_the_same_follows():
    assert differ(intent="inform") == []


def test_what_is_drawn_by_lot_is_none():
    (said,) = [replace(SAME, replies=(("u", "VIP-12345678"),))]
    assert not comparing.differences(
        STORY, [said], [replace(said, replies=(("u", "VIP-87654321"),))]
    )


def test_a_difference_that_is_expected_is_told_with_its_reason(expected):
    verdict = comparing.judge(differ(intent="inform", actions=()), expected)
    assert (verdict.new, verdict.gone) == ([], [])
    assert "(below the threshold)" in comparing.report(verdict, ("embedded", "rasa"))


def test_a_new_difference_names_story_line_and_both_sides(expected):
    verdict = comparing.judge(differ(intent="greet", actions=()), expected)
    told = comparing.report(verdict, ("embedded", "rasa"))
    assert len(verdict.new) == 1
    assert "test_loyalty.yml:170 balance in slang “cek poin”: actions" in told
    assert "rasa, on greet: ()" in told


def test_what_is_no_longer_different_is_told_too(expected):
    verdict = comparing.judge([], expected)
    assert verdict.gone == ["test_loyalty.yml balance in slang"]
    assert "No longer different" in comparing.report(verdict, ("embedded", "rasa"))


def test_without_any_difference_it_says_so():
    verdict = comparing.judge([], {})
    assert comparing.report(verdict, ("embedded", "rasa")) == "embedded and rasa agree"


@pytest.mark.parametrize(
    "text", ["", "differences: [{story: x}]", "other: 1", "{", "differences: 3"]
)
def test_a_faulty_list_of_expected_ones_is_refused(tmp_path, text):
    (tmp_path / comparing.EXPECTED).write_text(text)
    with pytest.raises(StoryError, match="differences"):
        comparing.expected_in([tmp_path])


def test_what_stories_show_is_counted_by_language():
    slang = replace(STORY, setup={"kinds": ["happy", "slang"]}, expect={"balance": 50})
    english = replace(STORY, setup={"kinds": ["happy"], "language": "en"})
    counted = coverage.count([slang, slang, english])
    assert (counted["id"]["slang"], counted["id"]["with facts"], counted["en"]["happy"]) == (
        2,
        2,
        1,
    )


def test_a_kind_there_is_not_is_refused():
    with pytest.raises(StoryError, match=r"loyalty.*:170: unknown kind joyful"):
        coverage.count([replace(STORY, setup={"kinds": ["joyful"]})])


def test_our_stories_show_every_kind_in_both_languages():
    stories = reading.read([ASSISTANT / "tests"])
    counted = coverage.count(stories)
    assert len(stories) >= 120
    assert all(story.setup.get("kinds") for story in stories)
    assert min(counted[language][kind] for language in ("id", "en") for kind in coverage.KINDS) >= 2
