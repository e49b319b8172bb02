"""`akrab test`: conversation tests through the whole product, on one engine or both."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot import logs
from bot.commands import prepare, show
from bot.errors import UserError
from bot.rasa import house, tokens, training
from bot.rasa.house import ActionDoor
from bot.rasa.server import RasaDiedError
from bot.settings import Settings
from bot.stories import comparing, coverage, expecting, foreign_actions, junit, reading
from bot.stories.expecting import surprises
from bot.stories.playing import Heard, Player, settings_for
from bot.stories.reading import Story
from bot.stories.stage import Stage
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model
from nlu.embedded.problems import Problems
from nlu.embedded.project import read_project
from nlu.types import DialogueEngine

ENGINES = ("embedded", "rasa", "both")
NAMES = ("embedded", "rasa")


def test(
    config: Path,
    paths: Sequence[Path],
    *,
    engine: str,
    actions: Sequence[Path],
    report: Path | None,
) -> int:
    """Play; 0 if every story goes as written, or both engines agree where they should, else 1.

    `report` is a file of JUnit's XML to be written. Raises UserError.
    """
    settings = show.load(config)
    # what goes wrong in a story is told with the story
    logs.set_up("critical", "json")
    if engine not in ENGINES:
        raise UserError(f"--engine {engine}: expected {', '.join(ENGINES)}")
    stories = reading.read(paths)
    expecting.check(stories)
    counted = coverage.table(stories)
    prepare.fit_if_needed(settings)
    _bring(settings, actions)
    with tempfile.TemporaryDirectory() as folder:
        theatre = Theatre(settings, Stage(Path(folder)), Path(folder))
        if engine == "both":
            results = _compared(theatre, stories, paths)
        else:
            with theatre.engine(engine) as playing:
                results = _played(theatre, stories, playing)
    if counted:
        show.out.print(counted, markup=False)
    if report is not None:
        junit.write(report, results)
    return int(any(found for _, found in results))


def _bring(settings: Settings, places: Sequence[Path]) -> None:
    """Another assistant brings its own actions; say which nobody has."""
    for place in places:
        names = foreign_actions.load(place)
        show.done(f"{place}: {', '.join(names)}")
    domain = Model.load(settings.assistant.model).domain
    own = [name for name in domain.actions if not name.startswith("utter_")]
    if lacking := foreign_actions.missing(own):
        told = "; ".join(_declared(settings.assistant.project, lacking))
        show.bad(
            f"There is no code for {told}; turns that need it will fail",
            fix="name its Python file or folder with --actions",
        )


def _declared(project: Path, actions: Sequence[str]) -> Iterator[str]:
    """Each action with the file and line of the project that names it."""
    places = read_project(project, Problems()).reader.places
    for name in actions:
        file, line = places.get(("action", name), (".", 1))
        yield f"{name} ({project / file}:{line})"


class Theatre:
    """Where stories are played: a stage, the engines, the door for actions."""

    def __init__(self, settings: Settings, stage: Stage, folder: Path) -> None:
        self._settings, self._stage, self._folder = settings, stage, folder
        self._door: ActionDoor | None = None

    @contextmanager
    def engine(self, name: str) -> Iterator[DialogueEngine]:
        """An engine to play with. Raises UserError for a missing or broken Rasa."""
        model = Model.load(self._settings.assistant.model)
        if name == "embedded":
            yield EmbeddedEngine(model)
            return
        project = self._settings.assistant.project
        trained = training.train(project)
        token = tokens.for_actions(settings_for(in_process=False))
        self._door = ActionDoor()
        try:
            plan = house.plan_for(project, trained, self._folder, self._door, token)
            with house.engine_of(plan, model) as engine:
                yield engine
        except (RasaDiedError, TimeoutError) as error:
            raise UserError(str(error)) from error
        finally:
            self._door.close()

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


def _played(
    theatre: Theatre, stories: Sequence[Story], engine: DialogueEngine
) -> list[tuple[Story, list[str]]]:
    results = []
    for story in stories:
        _, found = theatre.play(story, engine)
        results.append((story, found))
        _tell(story, found)
    well = sum(not found for _, found in results)
    show.out.print(f"{well} of {len(stories)} stories go as written")
    return results


def _compared(
    theatre: Theatre, stories: Sequence[Story], paths: Sequence[Path]
) -> list[tuple[Story, list[str]]]:
    expected = comparing.expected_in(paths)
    firsts: list[comparing.Difference] = []
    with theatre.engine("embedded") as one, theatre.engine("rasa") as other:
        for story in stories:
            mine, theirs = theatre.play(story, one)[0], theatre.play(story, other)[0]
            firsts += comparing.differences(story, mine, theirs)[:1]
    verdict = comparing.judge(firsts, expected)
    show.out.print(comparing.report(verdict, NAMES), markup=False)
    alike = len(stories) - len(firsts)
    show.out.print(f"{alike} of {len(stories)} stories are the same on both engines")
    new = {id(one.story): comparing.table([one], NAMES) for one in verdict.new}
    return [(story, [new[id(story)]] if id(story) in new else []) for story in stories]


def _tell(story: Story, found: Sequence[str]) -> None:
    if not found:
        return
    show.bad(f"{story.place} {story.name}")
    for line in found:
        show.out.print(f"    {line}", markup=False)
