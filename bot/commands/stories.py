"""`akrab test`: conversation tests through the whole product, on one engine or both."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.commands import prepare, show
from bot.errors import UserError
from bot.rasa import house, tokens, training
from bot.rasa.house import ActionDoor
from bot.settings import Settings
from bot.stories import comparing, reading
from bot.stories.expecting import surprises
from bot.stories.playing import Heard, Player, settings_for
from bot.stories.reading import Story
from bot.stories.stage import Stage
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model
from nlu.types import DialogueEngine


def test(config: Path, paths: Sequence[Path], *, engine: str) -> int:
    """Play; 0 if every story goes as written (and both engines agree), else 1."""
    settings = show.load(config)
    stories = reading.read(paths)
    prepare.fit_if_needed(settings)
    with tempfile.TemporaryDirectory() as folder:
        theatre = Theatre(settings, Stage(Path(folder)), Path(folder))
        if engine == "both":
            return _compared(theatre, stories)
        with theatre.engine(engine) as playing:
            return _played(theatre, stories, playing)


class Theatre:
    """Where stories are played: a stage, the engines, the door for actions."""

    def __init__(self, settings: Settings, stage: Stage, folder: Path) -> None:
        self._settings, self._stage, self._folder = settings, stage, folder
        self._door: ActionDoor | None = None

    @contextmanager
    def engine(self, name: str) -> Iterator[DialogueEngine]:
        """An engine to play with. Raises UserError for an unknown name or a missing Rasa."""
        assistant = self._settings.assistant
        model = Model.load(assistant.model)
        if name == "embedded":
            yield EmbeddedEngine(model)
        elif name == "rasa":
            self._door = ActionDoor()
            token = tokens.for_actions(settings_for(in_process=False))
            trained = training.train(assistant.project)
            plan = house.plan_for(assistant.project, trained, self._folder, self._door, token)
            with house.engine_of(plan, model) as engine:
                yield engine
            self._door.close()
        else:
            raise UserError(f"--engine {name}: expected embedded, rasa or both")

    def play(self, story: Story, engine: DialogueEngine) -> tuple[tuple[Heard, ...], list[str]]:
        """What was heard, and what is not as the story says."""
        player = Player(story, engine, self._stage.fresh())
        try:
            if self._door is not None and not engine.in_process:
                self._door.admit(player.app)
            heard = player.play()
            return heard, surprises(player, heard)
        finally:
            player.close()


def _played(theatre: Theatre, stories: Sequence[Story], engine: DialogueEngine) -> int:
    failed = 0
    for story in stories:
        _, found = theatre.play(story, engine)
        failed += bool(found)
        _tell(story, found)
    show.out.print(f"{len(stories) - failed} of {len(stories)} stories go as written")
    return int(failed > 0)


def _compared(theatre: Theatre, stories: Sequence[Story]) -> int:
    found: list[comparing.Difference] = []
    with theatre.engine("embedded") as first, theatre.engine("rasa") as second:
        for story in stories:
            one, other = theatre.play(story, first)[0], theatre.play(story, second)[0]
            found += comparing.differences(story, one, other)
    show.out.print(comparing.table(found, ("embedded", "rasa")), markup=False)
    return int(bool(found))


def _tell(story: Story, found: Sequence[str]) -> None:
    if not found:
        return
    show.bad(f"{story.place} {story.name}")
    for line in found:
        show.out.print(f"    {line}", markup=False)
