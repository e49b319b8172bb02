"""The model file: written whole, checked when read, taken again when it changes."""

import json
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from nlu.embedded.engine import EmbeddedEngine
from nlu.embedded.model import MADE_BY, Model, ModelError, source_of
from nlu.fingerprint import fingerprint
from nlu.train import train
from nlu.types import ActionResult, TurnInput

from .conftest import PROJECTS, START


def test_a_model_read_again_understands_the_same(shop_model: Path, tmp_path: Path) -> None:
    model = Model.load(shop_model)
    model.save(tmp_path / "copy.model")
    texts = ["halo", "kulkas rusak", "asdf"]
    copy = Model.load(tmp_path / "copy.model")
    assert [copy.intents.rank(t) for t in texts] == [model.intents.rank(t) for t in texts]


def test_training_is_repeatable(shop_model: Path, tmp_path: Path) -> None:
    report = train(PROJECTS / "shop", tmp_path / "again.model")
    header = json.loads(shop_model.read_bytes().partition(b"\n")[0])
    assert report.sha256 == header["sha256"]
    assert (report.intents, report.rules, report.forms) == (11, 10, 1)


DAMAGE = [
    (lambda content: b"", "not a model file"),
    (lambda content: b"PK\x03\x04", "not a model file"),
    (lambda content: content[:-10], "damaged"),
    (lambda content: content[:-10] + b"x" * 10, "damaged"),
    (lambda content: content.replace(b'"version": 2', b'"version": 9', 1), "version 9"),
]


@pytest.mark.parametrize(("damage", "told"), DAMAGE)
def test_a_damaged_model_is_refused(shop_model: Path, tmp_path: Path, damage, told: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "bad.model"
    path.write_bytes(damage(shop_model.read_bytes()))
    with pytest.raises(ModelError, match=told):
        Model.load(path)


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="akrab train"):
        EmbeddedEngine.load(tmp_path / "none.model")


def test_a_changed_file_is_taken_by_reload(shop_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "live.model"
    path.write_bytes(shop_model.read_bytes())
    engine = EmbeddedEngine.load(path)
    assert engine.reload() is False
    train(PROJECTS / "travel", path)
    assert engine.reload() is True
    assert engine.parse("joke me").intent.name == "joke"


def test_a_bad_new_file_leaves_the_old_model_running(shop_model: Path, tmp_path: Path) -> None:
    path = tmp_path / "live.model"
    path.write_bytes(shop_model.read_bytes())
    engine = EmbeddedEngine.load(path)
    path.write_bytes(b"broken")
    with pytest.raises(ModelError):
        engine.reload()
    assert engine.parse("halo").intent.name == "greet"


def test_no_part_file_is_left_behind(tmp_path: Path, shop_model: Path) -> None:
    Model.load(shop_model).save(tmp_path / "a.model")
    assert [path.name for path in tmp_path.iterdir()] == ["a.model"]


def test_threads_share_an_engine(engine: EmbeddedEngine) -> None:
    said: list[tuple[str, ...]] = []

    def talk(name: str) -> None:
        turn = TurnInput(name, "m", "halo", START, "web")
        result = engine.reply(turn, lambda _call: ActionResult())
        said.append(tuple(reply.text for reply in result.replies))

    threads = [threading.Thread(target=talk, args=(f"c{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == [("Halo!",)] * 8


def test_running_needs_no_scikit_learn(shop_model: Path) -> None:
    code = (
        "import sys; from nlu.embedded.engine import EmbeddedEngine;"
        f"EmbeddedEngine.load({str(shop_model)!r}).parse('halo');"
        "print([m for m in sys.modules if m.split('.')[0] in ('sklearn', 'scipy')])"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_model_tells_which_files_it_is_of(tmp_path: Path) -> None:
    project = Path(shutil.copytree(PROJECTS / "shop", tmp_path / "shop"))
    train(project, tmp_path / "a.model")
    assert source_of(tmp_path / "a.model") == fingerprint(project, MADE_BY)
    (project / "data" / "more.yml").write_text('version: "3.1"\n', encoding="utf-8")
    assert source_of(tmp_path / "a.model") != fingerprint(project, MADE_BY)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b'{"format": "akrab-nlu"}\n', b"[]\n"])
def test_a_file_that_does_not_say_is_of_none(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.model").write_bytes(content)
    assert source_of(tmp_path / "a.model") is None
