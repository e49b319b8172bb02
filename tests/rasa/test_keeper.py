"""Rasa over weeks: it dies, hangs, loses its port or its keeper, and its log grows."""

import os
import socket
import subprocess
import threading

import pytest

from bot.rasa import leftover
from bot.rasa import server as module
from bot.rasa.server import Keeper, PortTakenError, RasaServer
from tests.rasa.conftest import until

QUICK = (0.05, 0.05)


@pytest.fixture
def kept(rasa_at, server):
    """A server that is ready and kept: its keeper."""
    rasa_at()
    server.start()
    server.wait_ready(30)
    keeper = Keeper(server, first_pause=0.05, asking=QUICK, hung=0.5)
    keeping = threading.Thread(target=keeper.run)
    keeping.start()
    yield keeper
    keeper.stop()
    keeping.join(30)
    assert not server.running


def is_back(server, former):
    return server.running and server.pid != former and server.model() == "m1"


def test_one_that_dies_is_started_again(kept, server):
    former = server.pid
    os.kill(former, 9)
    until(lambda: is_back(server, former))


@pytest.mark.parametrize("status", [500, 503])
def test_one_that_runs_and_is_of_no_use_is_started_again(kept, server, tmp_path, status):
    former = server.pid
    said = tmp_path / "status"
    said.write_text(str(status))
    until(lambda: server.pid not in (former, None))
    said.unlink()
    until(lambda: is_back(server, former))


def test_a_port_that_is_taken_for_a_while_ends_no_keeper(rasa_at, server):
    rasa_at()
    keeper = Keeper(server, first_pause=0.01, asking=QUICK)
    keeping = threading.Thread(target=keeper.run)
    with socket.create_server(("127.0.0.1", server.plan.port)):
        keeping.start()
        until(lambda: keeper._pause > 0.03)
        assert not server.running
    until(lambda: server.running and server.model() == "m1")
    keeper.stop()
    keeping.join(30)
    assert not keeping.is_alive()


def test_a_long_log_is_begun_anew_while_the_process_goes_on(rasa_at, server, monkeypatch):
    monkeypatch.setattr(module, "LOG_BYTES", 10)
    rasa_at()
    server.start()
    server.wait_ready(30)
    server.keep_log_short()
    assert server.tail() == ""
    assert "arguments" in server.log_file.with_name("rasa.log.1").read_text()
    server.model()
    until(lambda: "GET" in server.tail())


def of_a_dead_keeper(server):
    ended = subprocess.Popen(["true"])
    ended.wait()
    (server.plan.folder / leftover.NOTE).write_text(f"{server.pid} {ended.pid}\n")


def test_one_left_behind_by_a_killed_keeper_makes_room(rasa_at, plan, server):
    rasa_at()
    server.start()
    server.wait_ready(30)
    of_a_dead_keeper(server)
    second = RasaServer(plan)
    second.start()
    try:
        assert second.wait_ready(30) == "m1"
        assert not server.running
    finally:
        second.stop()


def test_one_that_is_being_kept_is_left_alone(rasa_at, plan, server):
    rasa_at()
    server.start()
    server.wait_ready(30)
    with pytest.raises(PortTakenError):
        RasaServer(plan).start()
    assert server.model() == "m1"


@pytest.mark.parametrize("note", ["", "x y", "1 999999999", "999999999 999999999"])
def test_only_a_rasa_of_ours_is_ended(tmp_path, note):
    (tmp_path / leftover.NOTE).write_text(note)
    assert not leftover.ended(tmp_path)
