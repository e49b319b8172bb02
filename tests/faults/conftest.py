"""A real server process on a real SQLite file, to be killed at any moment."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from crm_store import migrate
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
SECRET = "faults-only"
NURSERY = """
import os, sys
sys.path.insert(0, {folder!r})
from pathlib import Path
import sqlite3, uvloop
import uvicorn.lifespan.on, uvicorn.protocols.http.auto, uvicorn.protocols.websockets.auto
import bot.web, channels.memory
from bot import app, engines
from bot.commands import prepare, run
from bot.turns import actions
from echo_engine import EchoEngine
engines.load_engine = app.load_engine = lambda settings: EchoEngine()
prepare.fit_if_needed = lambda settings: None
actions.load()
print("ready", flush=True)
for line in sys.stdin:
    config, port = line.rstrip().split("\\t")
    child = os.fork()
    if child == 0:
        run.serve(Path(config), port=int(port))
        os._exit(0)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""
ENGINE = '''
"""Answers at once, so that the test is about the way of a message and not about training."""

from nlu.types import Intent, Reply, TurnResult, Understanding


class EchoEngine:
    name = "echo"
    in_process = True

    def parse(self, text):
        return Understanding(text, Intent("inform", 1.0))

    def reply(self, turn, run_action):
        state = {"turns": (turn.state or {}).get("turns", 0) + 1}
        return TurnResult((Reply(f"echo: {turn.text}"),), state, self.parse(turn.text))

    def close(self):
        return None
'''


class Nursery:
    """A process that has imported everything and forks a server whenever one is wanted, so that a
    start takes milliseconds; one server at a time."""

    def __init__(self, folder: Path, engine: str = ENGINE) -> None:
        (folder / "echo_engine.py").write_text(engine)
        self._log = folder / "server.log"
        code = NURSERY.format(folder=str(folder))
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._hear() == "ready", self.log()

    def fork(self, config: Path, port: int) -> int:
        """A new server; gives its process id."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{config}\t{port}\n")
        self._process.stdin.flush()
        return int(self._hear())

    def wait(self) -> None:
        """Until the server that was ended is gone."""
        assert self._hear() == "gone", self.log()

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(120)

    def log(self) -> str:
        """The end of what the servers wrote."""
        return self._log.read_text()[-3000:]

    def _hear(self) -> str:
        assert self._process.stdout is not None
        # The servers share this pipe with the nursery and greet their users on it.
        for line in self._process.stdout:
            word = line.strip()
            if word in ("ready", "gone") or word.isdigit():
                return word
        return ""


class Server:
    """`akrab serve` with a scripted engine."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder}/akrab.db"
        self.sink = folder / "sent.jsonl"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pid = 0
        self._nursery = nursery
        (folder / "config.yml").write_text(json.dumps(self._config()))
        migrate.upgrade(self.database)

    def start(self) -> None:
        self.pid = self._nursery.fork(self.folder / "config.yml", self.port)
        self._wait_until_it_listens()

    def kill(self) -> None:
        """As a power cut would end it, as far as a process can tell."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End what still runs, politely."""
        if self.pid:
            self._end(signal.SIGTERM)

    def log(self) -> str:
        return self._nursery.log()

    def _end(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)
        self._nursery.wait()
        self.pid = 0

    def sent(self) -> list[str]:
        """The ids of the messages that reached the provider, in order."""
        if not self.sink.exists():
            return []
        return [json.loads(line)["id"] for line in self.sink.read_text().splitlines()]

    def _wait_until_it_listens(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise AssertionError(f"the server did not start: {self.log()}")

    def _config(self) -> dict[str, object]:
        channel = {"type": "memory", "kind": "sms", "secret": SECRET, "sink": str(self.sink)}
        return {
            "data": str(self.folder),
            "database": {"url": self.database},
            "assistant": {"most_turns_a_minute": 100_000, "most_repeats": 100_000},
            "worker": {"sweep_seconds": 0.2, "lease_seconds": 1.0},
            "logging": {"level": "warning", "format": "json"},
            "channels": {"sms": channel},
        }


@pytest.fixture
def nursery(tmp_path: Path) -> Iterator[Nursery]:
    opened = Nursery(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path: Path, nursery: Nursery) -> Iterator[Server]:
    running = Server(tmp_path, nursery)
    yield running
    running.stop()
