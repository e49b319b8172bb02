"""Measuring intents on any Rasa data."""

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from nlu.embedded.problems import TrainingDataError
from nlu.evaluate import evaluate

TRAIN = """version: "3.1"
nlu:
  - intent: weather
    examples: |
      - will it rain today
      - is it sunny
      - weather forecast please
  - intent: music/play
    examples: |
      - play a song
      - put on some music
      - i want to hear jazz
stories:
  - story: ignored here
    steps: []
"""
TEST = """nlu:
  - intent: weather
    examples: |
      - rain today?
      - is it sunny outside
  - intent: music
    examples: |
      - play some jazz
  - intent: oos
    examples: |
      - zxqv wwrk
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    train, test = tmp_path / "train.yml", tmp_path / "test.yml"
    train.write_text(TRAIN, "utf-8")
    test.write_text(TEST, "utf-8")
    return train, test


def test_foreign_data_is_measured(files: tuple[Path, Path]) -> None:
    report = evaluate([files[0]], [files[1]])
    assert (report.accuracy, report.macro_f1) == (1.0, 1.0)
    assert report.per_intent["weather"].support == 2
    assert (report.train_examples, report.test_examples, report.intents) == (6, 4, 2)
    assert report.out_of_scope_examples == 1
    assert report.out_of_scope_recall == 1.0


def test_a_report_is_json(files: tuple[Path, Path]) -> None:
    assert json.loads(json.dumps(asdict(evaluate([files[0]], [files[1]]))))["confusions"] == []


def test_mistakes_are_counted(files: tuple[Path, Path]) -> None:
    files[1].write_text("nlu:\n  - intent: music\n    examples: |\n      - is it sunny\n", "utf-8")
    report = evaluate([files[0]], [files[1]])
    assert report.accuracy == 0.0
    assert [(c.wanted, c.given, c.count) for c in report.confusions] == [("music", "weather", 1)]
    assert report.out_of_scope_recall is None


def test_broken_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bad.yml"
    path.write_text("nlu:\n  - intent: a\n", "utf-8")
    with pytest.raises(TrainingDataError):
        evaluate([path], [path])
