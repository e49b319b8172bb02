"""Random conversations with any Rasa project, played on the embedded engine and inside Rasa.

Both are told the same meaning of each line; custom actions answer by lot (stub_actions). So what is
compared is all that follows from a meaning: slots, forms, rules, fallback, replies, and by what
an action's call is known, so that a call of the one engine is not run again for the other.
"""

import json
import random
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.rasa import environment
from bot.rasa.calls import digest_of
from nlu import train
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.interpreter import Interpreter
from nlu.embedded.model import Model
from nlu.types import ActionCall, ActionRejected, ActionResult, TurnInput
from tests.conformance import stub_actions

HERE = Path(__file__).parent
CONNECTOR = HERE.parents[1] / "nlu" / "assistant"
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
SILENT = ("action_listen", "action_session_start")
STRANGE = ("asdf qwer zxcv", "42", "?", "two two two", "(no idea)", "ya, tidak, ya")
SECONDS = 600


@dataclass(frozen=True, slots=True)
class Walk:
    name: str
    texts: tuple[str, ...]


def copy(project: Path, to: Path) -> Path:
    """The project as both engines shall read it: no stories, a pipeline that only trains rules."""
    if (project / "data").is_dir():
        shutil.copytree(project / "data", to / "data")
    (to / "data").mkdir(parents=True, exist_ok=True)
    for domain in ("domain.yml", "domain"):
        if (project / domain).is_dir():
            shutil.copytree(project / domain, to / domain)
        elif (project / domain).exists():
            shutil.copyfile(project / domain, to / domain)
    for file in sorted((to / "data").rglob("*.yml")):
        _without_stories(file)
    _write_config(project, to)
    return to


def _without_stories(file: Path) -> None:
    yaml = YAML()
    read = yaml.load(file.read_text("utf-8"))
    if isinstance(read, dict) and "stories" in read:
        del read["stories"]
        if set(read) <= {"version"}:
            file.unlink()
        else:
            with file.open("w", encoding="utf-8") as out:
                yaml.dump(read, out)


def _write_config(project: Path, to: Path) -> None:
    config = YAML(typ="safe").load((project / "config.yml").read_text("utf-8"))
    listed = config.get("policies") or []
    rules = [one for one in listed if one["name"].rpartition(".")[2] == "RulePolicy"]
    policies = rules or [{"name": "RulePolicy"}]
    pipeline = [{"name": "WhitespaceTokenizer"}]
    made = {"recipe": "default.v1", "assistant_id": "walks", "language": "en"}
    with (to / "config.yml").open("w", encoding="utf-8") as out:
        YAML().dump({**made, "pipeline": pipeline, "policies": policies}, out)


def wander(examples: Sequence[str], *, seed: str, count: int, lines: int) -> list[Walk]:
    """Conversations of examples in any order, now and then something that means nothing."""
    chance = random.Random(seed)
    found = []
    for number in range(count):
        texts = tuple(
            chance.choice(STRANGE) if chance.random() < 0.1 else chance.choice(examples)
            for _ in range(lines)
        )
        found.append(Walk(f"{seed} {number}", texts))
    return found


@dataclass
class Ground:
    """A project made ready for both engines."""

    folder: Path
    model: Model
    walks: list[Walk]
    name: str

    @property
    def own_slots(self) -> list[str]:
        """Slots that only code sets."""
        slots = self.model.domain.slots.values()
        return sorted(one.name for one in slots if all(m.type == "custom" for m in one.mappings))


def ground(project: Path, to: Path, *, count: int = 12, lines: int = 10) -> Ground:
    """Copy, load and train a project, and make up walks. Raises TrainingDataError."""
    folder = copy(project, to)
    loaded = train.load_project(folder)
    examples = sorted({one.text for one in loaded.nlu.examples})
    model = train.build(loaded)
    made = wander(examples or STRANGE, seed=project.name, count=count, lines=lines)
    return Ground(folder, model, made if examples and loaded.rules else [], project.name)


def embedded(given: Ground) -> list[list[dict[str, Any]]]:
    """The walks on the embedded engine."""
    engine = EmbeddedEngine(given.model)
    return [_played(engine, walk, given.own_slots) for walk in given.walks]


def _played(engine: EmbeddedEngine, walk: Walk, own_slots: list[str]) -> list[dict[str, Any]]:
    def run(call: ActionCall) -> ActionResult:
        called.append([call.name, json.loads(json.dumps(call.tracker))])
        body = {"next_action": call.name, "tracker": call.tracker}
        answer = stub_actions.answer(body, own_slots)
        if answer is None:
            raise ActionRejected("not now")
        return ActionResult(answer["events"], answer["responses"])

    state, told = None, []
    called: list[Any] = []
    for number, text in enumerate(walk.texts):
        turn = TurnInput(walk.name, str(number), text, NOW, "whatsapp", state=state)
        called.clear()
        result = engine.reply(turn, run)
        state = json.loads(json.dumps(result.state))
        told.append(
            {
                "actions": [name for name in result.actions if name not in SILENT],
                "replies": [[one.name, one.text] for one in result.replies],
                "slots": {k: v for k, v in result.slots.items() if v is not None},
                "loop": result.active_loop,
                "calls": list(called),
            }
        )
    return told


def inside_rasa(grounds: Sequence[Ground], folder: Path) -> dict[str, Any]:
    """The walks of all grounds inside one process of Rasa's, by the ground's folder.

    Instead of answers a text, if Rasa refuses the project.
    """
    asked = {
        str(one.folder): {
            "own_slots": one.own_slots,
            "walks": [_told(walk, Interpreter(one.model)) for walk in one.walks],
        }
        for one in grounds
    }
    (folder / "walks.json").write_text(json.dumps(asked), "utf-8")
    files = [str(CONNECTOR), str(folder / "walks.json"), str(folder / "answers.json")]
    done = subprocess.run(
        [str(environment.program().with_name("python")), str(HERE / "rasa_walks.py"), *files],
        cwd=folder,
        env=environment.variables(),
        text=True,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    answers: dict[str, Any] = json.loads((folder / "answers.json").read_text("utf-8"))
    return answers


def _told(walk: Walk, ears: Interpreter) -> dict[str, Any]:
    lines = [{"text": text, "parsed": ears.hear(text, now=NOW).message} for text in walk.texts]
    return {"name": walk.name, "lines": lines}


def differences(given: Ground, theirs: Sequence[Sequence[Mapping[str, Any]]]) -> list[str]:
    """Where a walk first differs, told with what was said until then."""
    found = []
    one_of = {name for name, variants in given.model.domain.responses.items() if len(variants) > 1}
    for walk, mine, other in zip(given.walks, embedded(given), theirs, strict=True):
        for number, (here, there) in enumerate(zip(mine, other, strict=True)):
            here, there = without_dice(here, one_of), without_dice(there, one_of)
            if here != there:
                said = " / ".join(walk.texts[: number + 1])
                found.append(f"{walk.name}: {said}\n  embedded {here}\n  rasa     {there}")
                break
    return found


def without_dice(turn: Mapping[str, Any], one_of: set[str]) -> dict[str, Any]:
    """Rasa throws dice between the variants of a response. Calls by what they are known by."""
    replies = [[name, "…" if name in one_of else text] for name, text in turn["replies"]]
    calls = [[name, digest_of(name, tracker)[:8]] for name, tracker in turn["calls"]]
    return {**turn, "replies": replies, "calls": calls}
