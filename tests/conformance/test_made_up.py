"""Projects made up by lot, with all Rasa's kinds of slot, form and rule: both engines agree."""

import json
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.rasa import environment
from nlu import train
from nlu.embedded.interpreter import Heard
from nlu.embedded.policy import compile_rules
from nlu.embedded.problems import TrainingDataError
from nlu.embedded.project import Project
from nlu.embedded.state import restore, store
from nlu.embedded.turn import Assistant, Turn
from nlu.rasa import history
from nlu.types import ActionCall, ActionRejected, ActionResult, Intent, TurnInput, Understanding
from tests.conformance import made_up, made_up_talk, walks

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]
KNOWN = (2,)
"""A form that follows again after a rewind takes the message before as its answer; the embedded
engine keeps no texts and entities of earlier messages."""
SEEDS = [str(number) for number in (*range(20), 165) if number not in KNOWN]
"""The last has an `action_session_start` of its own, which says something."""
WALKS, LINES = 3, 10
AWAY = 0.4
"""How many lines Rasa misses of a walk with gaps."""
HERE = Path(__file__).parent
NLU = [
    {"intent": name, "examples": f"- {name} one\n- {name} two\n"}
    for name in (*made_up.INTENTS[:6], "faq/a", "faq/b")
]


def write(folder: Path, made: made_up.Made, examples: list[dict[str, str]] = NLU) -> None:
    (folder / "data").mkdir(parents=True)
    written = {
        "domain.yml": made.domain,
        "data/rules.yml": {"version": "3.1", "rules": made.rules},
        "data/nlu.yml": {"version": "3.1", "nlu": examples},
        "config.yml": {
            "recipe": "default.v1",
            "assistant_id": "made_up",
            "language": "en",
            "pipeline": [{"name": "WhitespaceTokenizer"}],
            "policies": [made.policy],
        },
    }
    for name, content in written.items():
        with (folder / name).open("w", encoding="utf-8") as out:
            YAML().dump(content, out)


def play(project: Project, given: dict[str, Any], walk: dict[str, Any]) -> list[dict[str, Any]]:
    """A walk on the embedded engine, told what each line means.

    Each line's `seed` is what a Rasa is told that has been away until then.
    """
    book = compile_rules(project.rules, project.domain)
    book.fallback = given["policy"].get("core_fallback_action_name", book.fallback)
    if given["policy"].get("enable_fallback_prediction") is False:
        book.fallback = None
    assistant, state, told = Assistant(project.domain, book), None, []
    turns: list[Any] = []
    for line in walk["lines"]:
        calls: list[Any] = []
        stands, _ = restore(state, assistant.domain, book.seen_slots)
        seed = state and json.loads(json.dumps(history.seed(stands, turns, over=False)))
        turn = _begun(assistant, state, line, Stub(given["answers"], line["text"], calls))
        parsed = json.loads(json.dumps(line["parsed"]))
        turn.take(Heard(Understanding(line["text"], Intent(**parsed["intent"])), parsed))
        state = json.loads(json.dumps(store(turn.tracker, walks.NOW, turn.said)))
        before, tracker = history.stand(stands), turn.tracker
        turns = history.grown(turns, before, tracker.slots, tracker.events)
        told.append({**_summary(turn), "calls": calls, "seed": seed})
    return told


def with_gaps(walk: dict[str, Any], mine: list[dict[str, Any]]) -> dict[str, Any]:
    """The same walk for a Rasa that is away at some of its lines, and told of them afterwards."""
    chance, lines, away = random.Random(walk["name"]), [], False
    for line, told in zip(walk["lines"], mine, strict=True):
        seed = told["seed"] if away else None
        away = chance.random() < AWAY
        lines.append({**line, "away": away, "seed": seed})
    return {"name": f"{walk['name']} with gaps", "lines": lines}


class Stub:
    """What custom actions answer, by the line's last digit."""

    def __init__(self, answers: dict[str, Any], text: str, calls: list[Any]) -> None:
        self.answers, self.digit, self.calls = answers, int(text[-1]), calls

    def __call__(self, call: ActionCall) -> ActionResult:
        self.calls.append([call.name, json.loads(json.dumps(call.tracker))])
        given = self.answers[call.name][self.digit] if call.name in self.answers else {}
        if given is None:
            raise ActionRejected("not now")
        copied = json.loads(json.dumps(given))
        return ActionResult(copied.get("events", []), copied.get("responses", []))


def _begun(assistant: Assistant, state: Any, line: dict[str, Any], stub: Stub) -> Turn:
    tracker, memory = restore(state, assistant.domain, assistant.book.seen_slots)
    asked = TurnInput("ana", "1", line["text"], walks.NOW, "whatsapp", state=state)
    turn = Turn(assistant, tracker, asked, stub, memory.said)
    turn.begin(memory)
    return turn


def _summary(turn: Turn) -> dict[str, Any]:
    return {
        "actions": [name for name in turn.actions if name not in walks.SILENT],
        "replies": [[one.name, one.text] for one in turn.replies],
        "slots": {k: v for k, v in turn.tracker.slots.items() if v is not None},
        "loop": turn.tracker.loop,
        "paused": turn.tracker.paused,
    }


@pytest.fixture(scope="module")
def grounds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """By folder: what is asked of both engines."""
    made = {}
    for seed in SEEDS:
        folder, project = tmp_path_factory.mktemp("made_up") / seed, made_up.project(seed)
        write(folder, project)
        given = {
            "domain": project.domain,
            "policy": project.policy,
            "answers": made_up_talk.answers(seed, project.domain),
            "walks": [
                {"name": f"{seed} {n}", "lines": made_up_talk.lines(f"{seed} {n}", LINES)}
                for n in range(WALKS)
            ],
        }
        made[str(folder)] = given
        if seed in SEEDS[::2] and (read := _project(str(folder))) is not None:
            first = given["walks"][0]
            given["walks"].append(with_gaps(first, play(read, given, first)))
    return made


AGAIN = {"events": [{"event": "followup", "name": "action_one"}], "responses": []}
BY_HAND = {
    "domain": {"intents": ["greet"], "actions": ["action_one"], "responses": {}},
    "rules": [{"rule": "one", "steps": [{"intent": "greet"}, {"action": "action_one"}]}],
    "answers": {"action_one": [{"events": [], "responses": []}, AGAIN, {"events": "none"}]},
    "policy": {"name": "RulePolicy"},
}


@pytest.fixture(scope="module")
def by_hand(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("by_hand") / "project"
    write(folder, made_up.Made(BY_HAND["domain"], BY_HAND["rules"], BY_HAND["policy"]), [])
    return str(folder)


@pytest.fixture(scope="module")
def inside_rasa(
    grounds: dict[str, dict[str, Any]], by_hand: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("asked")
    parsed = {"intent": {"name": "greet", "confidence": 1.0}, "entities": []}
    lines = [{"text": text, "parsed": {"text": text, **parsed}} for text in ("1", "0", "2", "0")]
    asked = {**grounds, by_hand: {**BY_HAND, "walks": [{"name": "by hand", "lines": lines}]}}
    (folder / "asked.json").write_text(json.dumps(asked), "utf-8")
    files = [str(walks.CONNECTOR), str(folder / "asked.json"), str(folder / "answers.json")]
    done = subprocess.run(
        [environment.program().with_name("python"), HERE / "rasa_made_up.py", *files],
        cwd=folder,
        env=environment.variables(),
        text=True,
        capture_output=True,
        timeout=walks.SECONDS,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4_000:]
    return dict(json.loads((folder / "answers.json").read_text("utf-8")))


def test_what_one_engine_refuses_the_other_refuses(grounds, inside_rasa):
    refused = {folder for folder, theirs in inside_rasa.items() if isinstance(theirs, str)}
    assert {folder for folder in grounds if _project(folder) is None} == refused
    assert 0 < len(refused) < len(grounds)


def test_after_ten_actions_or_a_wrong_answer_of_one_the_next_message_is_taken(inside_rasa, by_hand):
    endless, after, wrong, at_last = inside_rasa[by_hand][0]
    assert endless["actions"] == 10 * ["action_one"]
    assert after["actions"] == at_last["actions"] == ["action_one"]
    assert wrong == "an action failed"


def test_walks_through_projects_made_up_lead_to_the_same_deeds(grounds, inside_rasa):
    found = []
    for folder, given in grounds.items():
        if (project := _project(folder)) is None:
            continue
        said = given["domain"]["responses"]
        one_of = {name for name, variants in said.items() if len(variants) > 1}
        for walk, theirs in zip(given["walks"], inside_rasa[folder], strict=True):
            found += _differences(walk, play(project, given, walk), theirs, one_of)
    assert not found, "\n".join(found)


def _project(folder: str) -> Project | None:
    try:
        return train.load_project(Path(folder))
    except TrainingDataError:
        return None


def _differences(walk, mine, theirs, one_of):
    """Where a walk first differs; Rasa may have ended it where an action declines for ever."""
    for line, here, there in zip(walk["lines"], mine, theirs, strict=False):
        if line.get("away"):
            continue
        here, there = walks.without_dice(here, one_of), walks.without_dice(there, one_of)
        if unlike := {key: (here[key], there[key]) for key in there if here[key] != there[key]}:
            return [f"{walk['name']}: {line['text']}: {unlike}"]
    return []
