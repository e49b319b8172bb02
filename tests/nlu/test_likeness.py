"""The table of two languages judges as py3langid's whole model does."""

import random
import subprocess
import sys
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from nlu.embedded.likeness import LANGUAGES, Judge, Likeness, cut_down
from nlu.embedded.model import Model
from nlu.embedded.training_data import load_nlu

HELD_OUT = Path(__file__).parent / "heldout"
ODD = ["", " ", "KULKAS RUSAK SEKALI", "e\u0301tude", "\ud83d broken", "ﷺ", "a" * 200, "\0\x7f"]


@pytest.fixture(scope="module")
def whole():
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(LANGUAGES))
    return identifier


def garbage(count):
    dice = random.Random(7)
    ranges = [(32, 127), (0, 256), (0x400, 0x3000), (0x4E00, 0xA000), (0x1F600, 0x1F650)]
    for _ in range(count):
        letters = (dice.randrange(*dice.choice(ranges)) for _ in range(dice.randrange(200)))
        yield "".join(map(chr, letters))


def test_every_text_is_judged_as_by_the_whole_model(whole):
    said = [one.text for file in HELD_OUT.glob("*.yml") for one in load_nlu([file]).examples]
    judge = Judge(cut_down())
    assert len(said) > 500
    for text in [*said, *garbage(500), *ODD]:
        assert judge(text) == whole.classify(text), text


def test_the_table_is_a_thirtieth_of_the_whole(whole):
    size = sum(found.nbytes for found in cut_down().arrays.values())
    assert size * 30 < memoryview(whole.tk_nextmove).nbytes + whole._full_model[0].nbytes


def test_a_model_file_holds_the_table(shop_model):
    kept, made = Model.load(shop_model).likeness, cut_down()
    assert kept.arrays.keys() == made.arrays.keys()
    assert all((kept.arrays[name] == made.arrays[name]).all() for name in made.arrays)
    assert Likeness.among(kept.named()).arrays.keys() == made.arrays.keys()


def test_a_running_assistant_never_loads_the_whole_model(shop_model):
    code = (
        "import sys; from nlu.embedded import likeness; from nlu.embedded.engine import *;"
        "engine = EmbeddedEngine.load(sys.argv[1]);"
        "print(engine.parse('Pemerintah mengumumkan kebijakan ekonomi terbaru').language,"
        " likeness.cut_down.cache_info().misses)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(shop_model)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["id", "0"]
