"""A tiny assistant of somebody else, and playing its conversation tests."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from actions import registry
from bot.stories.expecting import surprises
from bot.stories.playing import Heard, Player
from bot.stories.reading import Story, read
from bot.stories.stage import Stage
from nlu import train
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model

PIZZERIA = Path(__file__).parent / "pizzeria"
ASSISTANT = Path(__file__).parents[2] / "nlu" / "assistant"


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    return Stage(tmp_path_factory.mktemp("stage"))


@pytest.fixture(scope="session")
def pizzeria_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pizzeria") / "model"
    train.train(PIZZERIA, path)
    return path


@pytest.fixture(autouse=True)
def only_our_own_actions() -> Any:
    known = dict(registry.ACTIONS)
    yield
    registry.ACTIONS.clear()
    registry.ACTIONS.update(known)


@pytest.fixture
def pizzeria(tmp_path: Path) -> Path:
    """A copy to be changed."""
    return Path(shutil.copytree(PIZZERIA, tmp_path / "pizzeria"))


@pytest.fixture
def play(stage: Stage, pizzeria_model: Path) -> Callable[[Story], tuple[Any, list[str]]]:
    """What was heard, and what is not as the story says."""
    engine = EmbeddedEngine(Model.load(pizzeria_model))

    def one(story: Story) -> tuple[tuple[Heard, ...], list[str]]:
        player = Player(story, engine, stage.fresh())
        try:
            heard = player.play()
            return heard, surprises(player, heard)
        finally:
            player.close()

    return one


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str], list[Story]]:
    """Stories of a text."""

    def make(text: str) -> list[Story]:
        path = tmp_path / "test_written.yml"
        path.write_text(f'version: "3.1"\nstories:\n{text}', encoding="utf-8")
        return read([path])

    return make
