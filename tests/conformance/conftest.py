"""Real Rasa beside the embedded engine, once for all stories; skipped where there is no Rasa."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.rasa import environment, house, tokens, training
from bot.rasa.environment import RasaMissingError
from bot.rasa.house import ActionDoor
from bot.rasa.server import RasaServer
from bot.stories.expecting import surprises
from bot.stories.playing import Heard, Player, settings_for
from bot.stories.reading import Story
from bot.stories.stage import Stage
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model
from nlu.types import DialogueEngine

ASSISTANT = Path(__file__).parents[2] / "nlu" / "assistant"


Played = tuple[tuple[Heard, ...], list[str]]


@dataclass
class Company:
    """Everything stories are played with."""

    stage: Stage
    door: ActionDoor
    embedded: DialogueEngine
    rasa: DialogueEngine
    rasa_told_the_meaning: DialogueEngine
    _embedded: dict[str, Played] = field(default_factory=dict)

    def on_embedded(self, story: Story) -> Played:
        """Played once, for all that Rasa's answers are compared with."""
        if story.place not in self._embedded:
            self._embedded[story.place] = self.play(story, self.embedded)
        return self._embedded[story.place]

    def play(self, story: Story, engine: DialogueEngine) -> Played:
        """What was heard, and what is not as the story says."""
        player = Player(story, engine, self.stage.fresh())
        try:
            if not engine.in_process:
                self.door.admit(player.app)
            heard = player.play()
            return heard, surprises(player, heard)
        finally:
            player.close()


@pytest.fixture(scope="session", autouse=True)
def rasa_is_there() -> None:
    """A machine of CI must have Rasa; elsewhere its tests are left out with a sentence."""
    try:
        environment.program()
    except RasaMissingError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def model(assistant_model: Path) -> Model:
    return Model.load(assistant_model)


@pytest.fixture(scope="session")
def rasa_model() -> Path:
    """Trained by Rasa, once for these very files: minutes the first time."""
    return training.train(ASSISTANT)


@pytest.fixture(scope="session")
def door() -> Iterator[ActionDoor]:
    door = ActionDoor()
    yield door
    door.close()


@pytest.fixture(scope="session")
def rasa_server(
    door: ActionDoor, rasa_model: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RasaServer]:
    folder = tmp_path_factory.mktemp("rasa")
    token = tokens.for_actions(settings_for(in_process=False))
    with house.rasa_server(house.plan_for(ASSISTANT, rasa_model, folder, door, token)) as server:
        yield server


@pytest.fixture(scope="session")
def company(
    rasa_server: RasaServer,
    door: ActionDoor,
    model: Model,
    tmp_path_factory: pytest.TempPathFactory,
) -> Company:
    plan = rasa_server.plan
    return Company(
        stage=Stage(tmp_path_factory.mktemp("stage")),
        door=door,
        embedded=EmbeddedEngine(model),
        rasa=house.connected(plan, model),
        rasa_told_the_meaning=house.connected(plan, model, own_ears=False),
    )
