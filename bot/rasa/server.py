"""A Rasa server process of our own: started, waited for, stopped, started again when it dies."""

import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bot.errors import UserError
from bot.logs import logger
from bot.rasa import environment
from nlu.rasa.client import RasaClient, RasaUnavailable, Server

log = logger("rasa")
ENDPOINTS = """action_endpoint:
  url: {url}
  headers:
    Authorization: Bearer ${{AKRAB_ACTIONS_TOKEN}}
  enable_selective_domain: true
  seconds: 20
"""
STOP_SECONDS = 15.0
READY_SECONDS = 180.0
LONGEST_PAUSE = 30.0
STEADY_SECONDS = 120.0
"""A server that has run this long has not failed to start: the pauses begin anew."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a Rasa server is started with. `actions_url` is where our actions are."""

    project: Path
    model: Path
    folder: Path
    port: int
    actions_url: str
    rasa_token: str
    actions_token: str
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"


class PortTakenError(UserError):
    """Another program has Rasa's port, perhaps a Rasa left behind by a process that was killed."""


class RasaDiedError(RuntimeError):
    """The Rasa server ended before it was ready; its log says why."""


class RasaServer:
    """One process. Its output goes to `rasa.log` in the plan's folder."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.started = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None

    @property
    def log_file(self) -> Path:
        return self.plan.folder / "rasa.log"

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Start the process; it is not ready yet. Raises RasaMissingError, PortTakenError."""
        plan = self.plan
        if _somebody_listens(plan):
            raise PortTakenError(f"Something listens at {plan.url} already: stop it first")
        plan.folder.mkdir(parents=True, exist_ok=True)
        self._log = self.log_file.open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            _command(plan, _endpoints(plan)),
            cwd=plan.project,
            env=environment.variables(_tokens(plan)),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us; the server is told to stop once what is under way is done
            start_new_session=True,
        )
        self.started = time.monotonic()

    def wait_ready(self, seconds: float = READY_SECONDS) -> str:
        """Wait for the server to answer; the model's id. Raises RasaDiedError, TimeoutError."""
        client = RasaClient(Server(self.plan.url, self.plan.rasa_token, seconds=5.0))
        try:
            while time.monotonic() - self.started < seconds:
                if not self.running:
                    raise RasaDiedError(
                        f"Rasa ended; the last lines of {self.log_file}:\n{self.tail()}"
                    )
                with suppress(RasaUnavailable):
                    return str(client.health()["model"])
                time.sleep(0.3)
        finally:
            client.close()
        raise TimeoutError(f"Rasa was not ready after {seconds:.0f} s; see {self.log_file}")

    def stop(self) -> None:
        """Ask the server to end, and see that it does."""
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self._log is not None:
            self._log.close()

    def tail(self, lines: int = 15) -> str:
        """The end of the log."""
        text = self.log_file.read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.splitlines()[-lines:])


class Keeper:
    """Keeps a server running until told to stop."""

    def __init__(self, server: RasaServer, *, first_pause: float = 1.0) -> None:
        self._server = server
        self._first = first_pause
        self._stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """End `run`; may be given to `signal.signal`."""
        self._stopping.set()

    def run(self) -> None:
        """Watch the started server; returns after `stop`, with the server stopped."""
        pause = self._first
        try:
            while not self._stopping.wait(0.2):
                if self._server.running:
                    continue
                if time.monotonic() - self._server.started > STEADY_SECONDS:
                    pause = self._first
                log.error("Rasa has died, starting it again", seconds=pause)
                if self._stopping.wait(pause):
                    break
                pause = min(pause * 2, LONGEST_PAUSE)
                self._server.start()
        finally:
            self._server.stop()


def stop_on_signals(keeper: Keeper) -> None:
    """End with Ctrl-C and SIGTERM."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, keeper.stop)


def _somebody_listens(plan: Plan) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((plan.host, plan.port)) == 0


def _command(plan: Plan, endpoints: Path) -> list[str]:
    arguments = {
        "--model": plan.model,
        "--endpoints": endpoints,
        "--credentials": plan.project / "credentials.yml",
        "--interface": plan.host,
        "--port": plan.port,
    }
    flat = [str(one) for pair in arguments.items() for one in pair]
    return [str(environment.program()), "run", *flat]


def _tokens(plan: Plan) -> Mapping[str, str]:
    return {"AKRAB_RASA_TOKEN": plan.rasa_token, "AKRAB_ACTIONS_TOKEN": plan.actions_token}


def _endpoints(plan: Plan) -> Path:
    """endpoints.yml with the address our actions have; the token comes from the environment.

    Rasa puts variables only into plain scalars: what is quoted stays as it is.
    """
    path = plan.folder / "endpoints.yml"
    path.write_text(ENDPOINTS.format(url=plan.actions_url), encoding="utf-8")
    return path
