"""Embedded, Rasa fast and Rasa with DIET, measured in one run on the same machine."""

import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr
from ruamel.yaml import YAML

from bot import bench
from bot.commands import prepare
from bot.rasa import house, public_sets, tokens, training
from bot.rasa.house import ActionDoor
from bot.rasa.server import Plan
from bot.settings import Settings
from nlu import train
from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import Model
from nlu.embedded.training_data import load_nlu
from nlu.evaluate import OUT_OF_SCOPE
from nlu.types import DialogueEngine

CLIENTS = (1, 8)
CUSTOMERS = 60
"""Of each client: so many that none writes again soon, as Rasa may have called a person for one."""
DIET = {
    "name": "DIETClassifier",
    "epochs": 30,
    "entity_recognition": False,
    "constrain_similarities": True,
}
Sentences = Sequence[tuple[str, str]]
"""(intent, text)."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One engine's column; times in seconds unless the name says otherwise."""

    name: str
    train: float
    start: float
    megabytes: float
    parse_p50_ms: float
    parse_p95_ms: float
    a_second: tuple[float, ...]
    """Messages a second through the whole flow, for each of CLIENTS."""
    accuracy: float


def measure(settings: Settings, test_on: Path | None, seconds: float) -> list[Figures]:
    """All three. `test_on` is a folder of Rasa NLU data that nothing was trained on.

    Raises RasaMissingError, RasaFailedError.
    """
    prepare.fit_if_needed(settings)
    sentences = _sentences(test_on)
    found = [_embedded(settings, sentences, seconds)]
    found.append(_rasa(settings, sentences, seconds, "Rasa, fast", None))
    with tempfile.TemporaryDirectory() as folder:
        config = with_diet(settings.assistant.project / "config.yml", Path(folder))
        found.append(_rasa(settings, sentences, seconds, "Rasa, DIET", config))
    return found


def table(found: Sequence[Figures]) -> str:
    """A table for docs/benchmarks.md."""
    rows: list[tuple[str, Callable[[Figures], str]]] = [
        ("training, s of processor", lambda one: f"{one.train:.0f}"),
        ("start, s", lambda one: f"{one.start:.1f}"),
        ("memory of the engine's process, MB", lambda one: f"{one.megabytes:.0f}"),
        ("parse p50, ms", lambda one: f"{one.parse_p50_ms:.2f}"),
        ("parse p95, ms", lambda one: f"{one.parse_p95_ms:.2f}"),
        ("held-back sentences understood", lambda one: f"{one.accuracy:.1%}"),
        ("messages/s, 1 client", lambda one: f"{one.a_second[0]:.0f}"),
        ("messages/s, 8 clients", lambda one: f"{one.a_second[1]:.0f}"),
    ]
    lines = [
        "| | " + " | ".join(one.name for one in found) + " |",
        "|---|" + "---:|" * len(found),
    ]
    lines += [f"| {name} | " + " | ".join(show(one) for one in found) + " |" for name, show in rows]
    return "\n".join(lines) + "\n"


def section(found: Sequence[Figures]) -> str:
    """What docs/benchmarks.md says of the three."""
    lines = [
        "## Beside real Rasa 3.6.21",
        "",
        "The same assistant and messages, one run. Training begins with nothing; its figure is in",
        "seconds of processor time. Sentences are parsed one at a time, by Rasa over HTTP.",
        "",
        table(found),
    ]
    return "\n".join(lines)


def public_section(settings: Settings, folder: Path) -> str:
    """The public sets in a folder, each engine trained on the same sentences."""
    project = settings.assistant.project
    with tempfile.TemporaryDirectory() as made:
        pipelines = {
            "Rasa, fast": public_sets.pipeline_of(project / "config.yml"),
            "Rasa, DIET": public_sets.pipeline_of(with_diet(project / "config.yml", Path(made))),
        }
    scores = [public_sets.measure(each, pipelines) for each in public_sets.sets_in(folder)]
    intro = "Public sets of sentences, each engine trained on the same part of them:"
    return f"{intro}\n\n{public_sets.table(scores)}"


def with_diet(config: Path, folder: Path) -> Path:
    """The pipeline with DIET in the place of logistic regression."""
    yaml = YAML()
    read = yaml.load(config.read_text(encoding="utf-8"))
    names = [component["name"] for component in read["pipeline"]]
    read["pipeline"][names.index("LogisticRegressionClassifier")] = DIET
    changed = folder / "config.yml"
    with changed.open("w", encoding="utf-8") as file:
        yaml.dump(read, file)
    return changed


def _sentences(folder: Path | None) -> Sentences:
    return train.pairs(load_nlu([folder])) if folder else [("", text) for text in bench.SENTENCES]


def _embedded(settings: Settings, sentences: Sentences, seconds: float) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model")
        began = time.process_time()
        train.train(settings.assistant.project, path)
        trained = time.process_time() - began
        started = time.perf_counter()
        engine = EmbeddedEngine.load(path)
        start = time.perf_counter() - started
    own = settings.model_copy(
        update={"assistant": settings.assistant.model_copy(update={"engine": "embedded"})}
    )
    speed = tuple(_speed(own, clients, seconds, None) for clients in CLIENTS)
    return _figures("embedded", (trained, start, memory(os.getpid())), engine, sentences, speed)


def _rasa(
    settings: Settings, sentences: Sentences, seconds: float, name: str, config: Path | None
) -> Figures:
    model = training.train(settings.assistant.project, config=config, measured=True)
    with _door() as door, tempfile.TemporaryDirectory() as folder:
        token = tokens.for_actions(settings)
        plan = house.plan_for(settings.assistant.project, model, Path(folder), door, token)
        started = time.perf_counter()
        with house.rasa_server(plan) as server:
            start = time.perf_counter() - started
            engine = house.connected(plan, Model.load(settings.assistant.model))
            own = _pointed_at(settings, plan)
            speed = tuple(_speed(own, clients, seconds, door) for clients in CLIENTS)
            used = (training.seconds_taken(model), start, memory(server.pid or 0))
            return _figures(name, used, engine, sentences, speed)


@contextmanager
def _door() -> Iterator[ActionDoor]:
    door = ActionDoor()
    try:
        yield door
    finally:
        door.close()


def _pointed_at(settings: Settings, plan: Plan) -> Settings:
    changes = {
        "engine": "rasa",
        "url": plan.url,
        "token": SecretStr(plan.rasa_token),
        "actions_token": SecretStr(plan.actions_token),
        "turn_seconds": house.PATIENCE,
        "when_rasa_is_down": "person",
    }
    assistant = settings.assistant.model_copy(update=changes)
    return settings.model_copy(update={"assistant": assistant})


def _speed(settings: Settings, clients: int, seconds: float, door: ActionDoor | None) -> float:
    with bench.fresh(settings) as app:
        if door is not None:
            door.admit(app)
        return bench.run(bench.flow(app, clients, seconds, CUSTOMERS)).a_second


def _figures(
    name: str,
    used: tuple[float, float, float],
    engine: DialogueEngine,
    sentences: Sentences,
    speed: tuple[float, ...],
) -> Figures:
    """Parses every sentence; out-of-scope ones are understood if nothing of ours is heard."""
    times, right = [], 0
    for intent, text in sentences:
        started = time.perf_counter()
        heard = engine.parse(text).intent.name
        times.append(1000 * (time.perf_counter() - started))
        wanted = intent.partition("/")[0]
        right += heard.partition("/")[0] == wanted or (
            wanted in OUT_OF_SCOPE and heard in OUT_OF_SCOPE
        )
    times.sort()
    return Figures(
        name=name,
        train=used[0],
        start=used[1],
        megabytes=used[2],
        parse_p50_ms=statistics.median(times),
        parse_p95_ms=times[int(len(times) * 0.95)],
        a_second=speed,
        accuracy=right / len(times),
    )


def memory(pid: int) -> float:
    """What a process holds now, in MB; 0 where /proc is missing."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    sizes = [line.split()[1] for line in lines if line.startswith("VmRSS:")]
    return int(sizes[0]) / 1024 if sizes else 0.0
