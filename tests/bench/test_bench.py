"""The benchmark itself works; its figures stand in docs/benchmarks.md."""

from math import gcd
from pathlib import Path

import pytest

from bot import bench
from bot.bench import Report, Row
from bot.errors import UserError
from bot.rasa import public_sets
from bot.rasa.public_sets import Scores

CONFIG = Path(__file__).parents[2] / "nlu" / "assistant" / "config.yml"


def test_the_table_shows_every_figure():
    rows = [Row(clients=8, messages=5000, a_second=1234.5, p50=6.0, p95=11.0, cpu=0.7)]
    page = bench.table(Report(rows, start_seconds=1.4, megabytes=180.0, history_ratio=1.02))
    assert "| 8 | 5000 | 1234 | 6.0 | 11.0 | 0.70 |" in page
    assert "1.4 s" in page
    assert "180 MB" in page
    assert "1.02 times" in page


def test_customers_write_many_different_sentences_and_none_the_same_again_soon():
    assert len(set(bench.SENTENCES)) == len(bench.SENTENCES) > 200
    assert gcd(len(bench.SENTENCES), bench.CUSTOMERS) == 1


def test_a_public_set_is_a_folder_with_both_halves(tmp_path):
    for name, files in (("whole", ("train.yml", "test.yml")), ("half", ("train.yml",))):
        (tmp_path / name).mkdir()
        for file in files:
            (tmp_path / name / file).write_text("nlu: []\n")
    assert [found.name for found in public_sets.sets_in(tmp_path)] == ["whole"]


def test_a_folder_without_sets_is_named(tmp_path):
    with pytest.raises(UserError, match=r"no folder with train\.yml and test\.yml"):
        public_sets.sets_in(tmp_path)


def test_engines_stand_side_by_side_for_each_set():
    one = Scores("bank", 770, 3080, {"embedded": 0.774, "Rasa, fast": 0.5})
    page = public_sets.table([one])
    assert "| bank | 770 | 3080 | 77.4% | 50.0% |" in page


def test_rasas_pipeline_keeps_what_chooses_intents():
    names = [each["name"] for each in public_sets.pipeline_of(CONFIG)]
    assert "LogisticRegressionClassifier" in names
    assert not public_sets.LEFT_OUT & set(names)


@pytest.mark.needs_rasa
@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_small_set_is_measured_on_rasa(tmp_path):
    lines = ["halo", "hai", "selamat pagi"], ["makasih", "terima kasih", "thanks"]
    examples = [f"- intent: {name}\n  examples:\n" + "".join(f"  - text: {t}\n" for t in texts)
                for name, texts in zip(("greet", "thanks"), lines, strict=True)]  # fmt: skip
    for file in ("train.yml", "test.yml"):
        (tmp_path / file).write_text('version: "3.1"\nnlu:\n' + "".join(examples))
    scores = public_sets.measure(tmp_path, {"Rasa": public_sets.pipeline_of(CONFIG)})
    assert scores.shares["Rasa"] == 1.0
