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
import uvicorn, uvloop, alembic.command, bot.web
from bot import app, engines
from bot.commands import prepare, run
from echo_engine import EchoEngine
engines.load_engine = app.load_engine = lambda settings: EchoEngine()
prepare.fit_if_needed = lambda settings: None
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    if child == 0:
        run.serve(Path({config!r}), port={port})
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


class Server:
    """`akrab serve` with a scripted engine. A process that has imported everything forks a new
    server whenever one was killed, so that a start takes milliseconds."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = f"sqlite:///{folder}/akrab.db"
        self.sink = folder / "sent.jsonl"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pid = 0
        (folder / "echo_engine.py").write_text(ENGINE)
        (folder / "config.yml").write_text(json.dumps(self._config()))
        migrate.upgrade(self.database)
        self._nursery = self._open_nursery()

    def start(self) -> None:
        self._say("start")
        self.pid = int(self._hear())
        self._wait_until_it_listens()

    def kill(self) -> None:
        """As a power cut would end it, as far as a process can tell."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End what still runs, politely."""
        if self.pid:
            self._end(signal.SIGTERM)
        assert self._nursery.stdin is not None
        self._nursery.stdin.close()
        self._nursery.wait(120)

    def log(self) -> str:
        """The end of what the servers wrote."""
        return (self.folder / "server.log").read_text()[-3000:]

    def _open_nursery(self) -> subprocess.Popen[str]:
        config = str(self.folder / "config.yml")
        code = NURSERY.format(folder=str(self.folder), config=config, port=self.port)
        with (self.folder / "server.log").open("ab") as log:
            opened = subprocess.Popen(
                [sys.executable, "-c", code],
                cwd=ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        self._nursery = opened
        assert self._hear() == "ready", self.log()
        return opened

    def _say(self, word: str) -> None:
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(f"{word}\n")
        self._nursery.stdin.flush()

    def _hear(self) -> str:
        assert self._nursery.stdout is not None
        # The servers share this pipe with the nursery and greet their users on it.
        for line in self._nursery.stdout:
            word = line.strip()
            if word in ("ready", "gone") or word.isdigit():
                return word
        return ""

    def _end(self, how: signal.Signals) -> None:
        os.kill(self.pid, how)
        assert self._hear() == "gone", self.log()
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
def server(tmp_path: Path) -> Iterator[Server]:
    running = Server(tmp_path)
    yield running
    running.stop()
