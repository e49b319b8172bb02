"""The Rasa process: waited for, stopped, started again; played by a small program."""

import json
import os
import socket
import sys
import threading
from pathlib import Path

import pytest

from bot.rasa import environment, training
from bot.rasa.environment import RasaMissingError
from bot.rasa.server import PortTakenError, RasaDiedError


def test_it_is_ready_once_it_answers(rasa_at, server):
    rasa_at()
    server.start()
    assert server.wait_ready(10) == "m1"


def test_it_is_told_where_our_actions_are_and_no_secret_is_written_down(rasa_at, server):
    rasa_at()
    server.start()
    server.wait_ready(10)
    endpoints = (server.plan.folder / "endpoints.yml").read_text()
    assert "url: http://a/b" in endpoints
    assert "Bearer ${AKRAB_ACTIONS_TOKEN}" in endpoints


def test_one_that_ends_at_once_says_why(rasa_at, server):
    rasa_at(broken=True)
    server.start()
    with pytest.raises(RasaDiedError, match="no model in there"):
        server.wait_ready(10)


def test_one_that_cannot_load_its_model_says_so_at_once(rasa_at, server):
    rasa_at(status=503)
    server.start()
    with pytest.raises(RasaDiedError, match=r"cannot load .*model"):
        server.wait_ready(10)


def test_one_that_is_told_to_stop_while_it_starts_stops(rasa_at, server):
    rasa_at(status=500)
    server.start()
    stopping = threading.Event()
    threading.Timer(0.3, stopping.set).start()
    assert server.wait_ready(60, stopping) is None
    assert server.running


def test_another_companys_project_is_served_with_our_connector(rasa_at, server):
    rasa_at()
    server.start()
    server.wait_ready(10)
    assert "connector.AkrabInput" in (server.plan.folder / "credentials.yml").read_text()
    folder = next(one for one in server.tail().splitlines() if one.startswith("finds "))
    assert Path(folder.removeprefix("finds "), "connector.py").exists()


def test_what_libraries_say_of_themselves_is_left_out_of_the_reason(server):
    server.plan.folder.mkdir(parents=True)
    noise = "/x/y.py:1: DeprecationWarning: old\n  y()\n"
    server.log_file.write_text(f"{noise}no model\n{noise}")
    assert server.tail() == "no model"


def test_stopping_ends_the_process(rasa_at, server):
    rasa_at()
    server.start()
    server.wait_ready(10)
    pid = server.pid
    server.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_port_somebody_has_is_not_taken_for_rasa(rasa_at, server):
    rasa_at()
    with socket.create_server(("127.0.0.1", server.plan.port)), pytest.raises(PortTakenError):
        server.start()


def test_a_missing_environment_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setenv("RASA_ENV", str(tmp_path / "nowhere"))
    with pytest.raises(RasaMissingError, match="make rasa"):
        environment.program()


def test_our_own_environment_does_not_leak_into_rasas(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", "/ours")
    monkeypatch.setenv("VIRTUAL_ENV", "/ours")
    given = environment.variables({"AKRAB_RASA_TOKEN": "x"})
    assert not {"PYTHONPATH", "VIRTUAL_ENV"} & given.keys()
    assert given["AKRAB_RASA_TOKEN"] == "x"


@pytest.mark.parametrize("changed", ["domain.yml", "config.yml", "data/nlu.yml"])
def test_a_model_is_known_by_the_files_it_was_trained_from(tmp_path, changed):
    for name in ("domain.yml", "config.yml", "data/nlu.yml"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"version": "3.1"}))
    before = training.fingerprint(tmp_path)
    assert training.fingerprint(tmp_path) == before
    (tmp_path / changed).write_text("{}")
    assert training.fingerprint(tmp_path) != before


TRAINER = """#!{python}
import os, pathlib, sys
given = dict(zip(sys.argv[2::2], sys.argv[3::2]))
sum(range(3_000_000))
made = pathlib.Path(given["--out"], given["--fixed-model-name"] + ".tar.gz")
made.write_text(os.environ["RASA_CACHE_DIRECTORY"])
"""


@pytest.fixture
def trainer(tmp_path, monkeypatch):
    """A `rasa` that trains at once; its models hold what it was told to remember things in."""
    program = tmp_path / "env" / "bin" / "rasa"
    program.parent.mkdir(parents=True)
    program.write_text(TRAINER.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("RASA_ENV", str(tmp_path / "env"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path


def test_a_model_is_trained_once_with_what_rasa_remembers(trainer):
    model = training.train(trainer)
    assert "rasa-training" in model.read_text()
    model.write_text("the first")
    assert training.train(trainer).read_text() == "the first"
    assert training.seconds_taken(model) == 0


def test_a_measured_training_begins_with_nothing_and_its_time_is_kept(trainer):
    training.train(trainer)
    model = training.train(trainer, measured=True)
    assert "rasa-training" not in model.read_text()
    assert training.seconds_taken(model) > 0
    model.write_text("the second")
    assert training.train(trainer, measured=True).read_text() == "the second"


def test_what_a_killed_training_left_is_cleared_away(trainer):
    left = trainer / "cache" / "akrab" / "rasa-models" / "tmpabcdefgh"
    left.mkdir(parents=True)
    training.train(trainer)
    assert not left.exists()


def test_a_server_keeps_its_model_when_the_cache_forgets_it(trainer):
    model = training.train(trainer)
    held = training.hold(training.hold(model, trainer / "run"), trainer / "run")
    model.unlink()
    assert "rasa-training" in held.read_text()
    assert [one.name for one in (trainer / "run").iterdir()] == ["model.tar.gz"]


def test_a_model_in_use_is_not_the_one_to_be_forgotten(trainer):
    model = training.train(trainer)
    os.utime(model, (1, 1))
    assert training.train(trainer).stat().st_mtime > 1
