"""A Rasa server process of our own: started, waited for, stopped, started again when it dies."""

import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import IO

from bot.errors import UserError
from bot.logs import logger
from bot.rasa import environment
from nlu.rasa.client import NoModel, RasaClient, RasaUnavailable, Server

log = logger("rasa")
ENDPOINTS = """action_endpoint:
  url: {url}
  headers:
    Authorization: Bearer ${{AKRAB_ACTIONS_TOKEN}}
  enable_selective_domain: true
  seconds: 20
"""
CREDENTIALS = """connector.AkrabInput:
  token: ${AKRAB_RASA_TOKEN}
"""
STOP_SECONDS = 15.0
READY_SECONDS = 600.0
"""An idle machine needs 15; one that trains a model meanwhile needed 220."""
LONGEST_PAUSE = 30.0
NOISE = "DeprecationWarning:"
"""In a line; the one after it, indented, shows the code."""
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
    """The Rasa server ended before it was ready, or cannot load its model; its log says why."""


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
        program = environment.program()
        self._sweep_up()
        if _somebody_listens(plan):
            raise PortTakenError(
                f"Another program listens at {plan.url}, perhaps a Rasa left behind:"
                " stop it, or put another port into assistant.url"
            )
        plan.folder.mkdir(parents=True, exist_ok=True)
        self._close_log()
        self._log = self.log_file.open("ab")
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            [str(program), "run", *_arguments(plan)],
            cwd=plan.project,
            env=environment.variables(_variables(plan)),
            stdout=self._log,
            stderr=subprocess.STDOUT,
            # Ctrl-C is for us; the server is told to stop once what is under way is done
            start_new_session=True,
        )
        self.started = time.monotonic()

    def wait_ready(
        self, seconds: float = READY_SECONDS, stopping: threading.Event | None = None
    ) -> str | None:
        """Wait for the server to answer; the model's id, None if `stopping` was set meanwhile.

        Raises RasaDiedError, TimeoutError.
        """
        stopping = stopping or threading.Event()
        while time.monotonic() - self.started < seconds:
            if not self.running:
                raise RasaDiedError(f"Rasa ended; {self._said()}")
            if (model := self.model()) is not None:
                return model
            if stopping.wait(0.3):
                return None
        raise TimeoutError(f"Rasa was not ready after {seconds:.0f} s; {self._said()}")

    def model(self) -> str | None:
        """The model it answers with; None if it does not answer yet. Raises RasaDiedError."""
        client = RasaClient(Server(self.plan.url, self.plan.rasa_token, seconds=5.0))
        try:
            return str(client.health()["model"])
        except NoModel as error:
            raise RasaDiedError(f"Rasa cannot load {self.plan.model}; {self._said()}") from error
        except RasaUnavailable:
            return None
        finally:
            client.close()

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
        self._sweep_up(process)
        self._close_log()

    def tail(self, lines: int = 15) -> str:
        """The end of the log, without what its libraries have to say of themselves."""
        kept: list[str] = []
        for line in self.log_file.read_text(encoding="utf-8", errors="replace").splitlines():
            if NOISE in line:
                kept.append("")
            elif not (kept and not kept[-1] and line.startswith(" ")):
                kept.append(line)
        return "\n".join([line for line in kept if line.strip()][-lines:])

    def _said(self) -> str:
        return f"the last lines of {self.log_file}:\n{self.tail()}"

    def _sweep_up(self, dead: "subprocess.Popen[bytes] | None" = None) -> None:
        """One of several workers may outlive the process that started it, and hold the port."""
        dead = dead or self._process
        if dead is not None:
            with suppress(ProcessLookupError):
                os.killpg(dead.pid, signal.SIGKILL)

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()
            self._log = None


class Keeper:
    """Keeps a server running until told to stop."""

    def __init__(self, server: RasaServer, *, first_pause: float = 1.0) -> None:
        self._server = server
        self._first = self._pause = first_pause
        self._ready = True
        self.stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """End `run`; may be given to `signal.signal`."""
        self.stopping.set()

    def run(self) -> None:
        """Watch the started server; returns after `stop`, with the server stopped."""
        try:
            while not self.stopping.wait(0.2):
                self._look()
        finally:
            self._server.stop()

    def _look(self) -> None:
        server = self._server
        if not server.running:
            self._revive()
        elif not self._ready:
            self._greet()
        elif time.monotonic() - server.started > STEADY_SECONDS:
            self._pause = self._first

    def _revive(self) -> None:
        log.error("Rasa has died, starting it again", seconds=self._pause)
        self._ready = False
        if not self.stopping.wait(self._pause):
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            self._server.start()

    def _greet(self) -> None:
        with suppress(RasaDiedError):
            self._ready = self._server.model() is not None
        if self._ready:
            seconds = round(time.monotonic() - self._server.started)
            log.info("Rasa answers again", seconds=seconds)


def stop_on_signals(keeper: Keeper) -> None:
    """End with Ctrl-C and SIGTERM."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, keeper.stop)


def _somebody_listens(plan: Plan) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((plan.host, plan.port)) == 0


def _arguments(plan: Plan) -> list[str]:
    """Endpoints and credentials are written anew; the tokens come from the environment.

    Not the project's own files: another company's project knows nothing of our connector. Rasa
    puts variables only into plain scalars: what is quoted stays as it is.
    """
    folder = plan.folder.resolve()
    endpoints, credentials = folder / "endpoints.yml", folder / "credentials.yml"
    endpoints.write_text(ENDPOINTS.format(url=plan.actions_url), encoding="utf-8")
    credentials.write_text(CREDENTIALS, encoding="utf-8")
    arguments = {
        "--model": plan.model.resolve(),
        "--endpoints": endpoints,
        "--credentials": credentials,
        "--interface": plan.host,
        "--port": plan.port,
    }
    return [str(one) for pair in arguments.items() for one in pair]


def _variables(plan: Plan) -> Mapping[str, str]:
    return {
        "AKRAB_RASA_TOKEN": plan.rasa_token,
        "AKRAB_ACTIONS_TOKEN": plan.actions_token,
        # where Rasa finds connector.py, whichever project it serves
        "PYTHONPATH": str(files("nlu") / "assistant"),
    }
