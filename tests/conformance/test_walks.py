"""Any conversation, with any project: what follows from a meaning is the same on both engines."""

from pathlib import Path

import pytest

from tests.conformance import walks
from tests.conformance.walks import Ground

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]
TESTS = Path(__file__).parents[1]
PROJECTS = [
    TESTS / "nlu" / "projects" / "shop",
    TESTS / "nlu" / "projects" / "travel",
    TESTS / "stories" / "pizzeria",
]


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> list[Ground]:
    folder = tmp_path_factory.mktemp("projects")
    return [walks.ground(one, folder / one.name, count=20, lines=12) for one in PROJECTS]


def test_random_walks_lead_to_the_same_deeds(
    grounds: list[Ground], tmp_path_factory: pytest.TempPathFactory
) -> None:
    answers = walks.inside_rasa(grounds, tmp_path_factory.mktemp("walks"))
    for one in grounds:
        theirs = answers[str(one.folder)]
        assert not isinstance(theirs, str), theirs
        assert walks.differences(one, theirs) == []
