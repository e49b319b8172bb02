"""Every conversation test of the assistant, with what must be true of the store afterwards."""

import pytest

from crm_store.session import Session
from nlu.embedded.engine import EmbeddedEngine
from tests.actions.player import Story, play, stories, surprises

STORIES = stories()


@pytest.mark.parametrize("story", STORIES, ids=[f"{s.file}: {s.name}" for s in STORIES])
def test_the_conversation_goes_as_written(
    story: Story, engine: EmbeddedEngine, session: Session
) -> None:
    played = play(story, engine, session)
    assert surprises(story, played, session) == []


def test_there_are_enough_conversations_in_both_languages() -> None:
    languages = [story.metadata.get("language", "id") for story in STORIES]
    assert len(STORIES) >= 120
    assert min(languages.count("id"), languages.count("en")) >= 40
