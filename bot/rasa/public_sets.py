"""Accuracy on public sets of sentences, each engine trained on the same few of them.

A set is a folder with `train.yml` and `test.yml`, both Rasa NLU data.
"""

import json
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.errors import UserError
from bot.rasa.training import run
from nlu.embedded.training_data import load_nlu
from nlu.evaluate import evaluate

TRAIN, TEST = "train.yml", "test.yml"
LEFT_OUT = frozenset({"ResponseSelector", "FallbackClassifier", "RegexEntityExtractor"})
"""What has nothing to say about which of the set's intents a sentence has."""
Component = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one set: shares of the test sentences whose intent was understood, by engine."""

    name: str
    trained_on: int
    tested_on: int
    shares: Mapping[str, float]


def sets_in(folder: Path) -> list[Path]:
    """The sets in a folder. Raises UserError if it has none."""
    found = [path.parent for path in sorted(folder.glob(f"*/{TRAIN}"))]
    found = [each for each in found if (each / TEST).exists()]
    if not found:
        raise UserError(f"{folder} has no folder with {TRAIN} and {TEST} in it")
    return found


def measure(folder: Path, pipelines: Mapping[str, Sequence[Component]]) -> Scores:
    """One set on the embedded engine and on Rasa with each pipeline. Raises RasaFailedError."""
    report = evaluate([folder / TRAIN], [folder / TEST])
    shares = {"embedded": report.accuracy}
    for name, pipeline in pipelines.items():
        shares[name] = _by_rasa(folder, pipeline)
    return Scores(folder.name, report.train_examples, report.test_examples, shares)


def table(scores: Sequence[Scores]) -> str:
    """A table for docs/benchmarks.md."""
    engines = list(scores[0].shares)
    lines = [
        "| set | trained on | tested on | " + " | ".join(engines) + " |",
        "|---|---:|---:|" + "---:|" * len(engines),
    ]
    for one in scores:
        shares = " | ".join(f"{one.shares[engine]:.1%}" for engine in engines)
        lines.append(f"| {one.name} | {one.trained_on} | {one.tested_on} | {shares} |")
    return "\n".join(lines) + "\n"


def pipeline_of(config: Path) -> list[Component]:
    """A project's pipeline without what does not choose intents."""
    read = YAML(typ="safe").load(config.read_text(encoding="utf-8"))
    return [one for one in read["pipeline"] if one["name"] not in LEFT_OUT]


def _by_rasa(folder: Path, pipeline: Sequence[Component]) -> float:
    with tempfile.TemporaryDirectory() as made:
        project = Path(made)
        (project / "data").mkdir()
        shutil.copy(folder / TRAIN, project / "data" / "nlu.yml")
        config = {"recipe": "default.v1", "language": "en", "pipeline": list(pipeline)}
        _write(project / "config.yml", {**config, "assistant_id": "public-set"})
        intents = sorted({example.intent for example in load_nlu([folder / TRAIN]).examples})
        _write(project / "domain.yml", {"version": "3.1", "intents": intents})
        files = ["--nlu", "data", "--config", "config.yml", "--domain", "domain.yml"]
        # Remembers nothing of other sets, and nothing of it is left behind.
        cold = {"RASA_CACHE_DIRECTORY": str(project / "cache")}
        run("train nlu", [*files, "--out", "models"], project, cold)
        tested = ["--nlu", str((folder / TEST).resolve()), "--out", "results", "--no-plot"]
        run("test nlu", ["--model", "models", *tested], project, cold)
        report = json.loads((project / "results" / "intent_report.json").read_text("utf-8"))
        return float(report["accuracy"])


def _write(path: Path, content: Mapping[str, Any]) -> None:
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(dict(content), file)
