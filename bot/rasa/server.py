"""A Rasa server process of our own: started, waited for, stopped, started again when it dies."""

import os
import shutil
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
from bot.rasa import environment, leftover
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
HUNG_SECONDS = 120.0
"""A server that was ready and has said nothing for this long will not come back by itself."""
ASKING_SECONDS = (1.0, 10.0)
"""How often it is asked whether it answers: while it starts, and once it has."""
LONGEST_PAUSE = 30.0
LOG_BYTES = 10_000_000
"""A longer log becomes `rasa.log.1`, in the place of the one before."""
TAIL_BYTES = 64_000
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
        if _somebody_listens(plan) and not leftover.ended(plan.folder):
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
        leftover.note(plan.folder, self._process.pid)
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
        leftover.forget(self.plan.folder)

    def keep_log_short(self) -> None:
        """Move what a long run has written out of the way; the process goes on in the same file."""
        with suppress(FileNotFoundError):
            if self.log_file.stat().st_size > LOG_BYTES:
                shutil.copyfile(self.log_file, self.log_file.with_name("rasa.log.1"))
                os.truncate(self.log_file, 0)

    def tail(self, lines: int = 15) -> str:
        """The end of the log, without what its libraries have to say of themselves."""
        kept: list[str] = []
        for line in _end_of(self.log_file).splitlines():
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
    """Keeps a server running and answering until told to stop."""

    def __init__(
        self,
        server: RasaServer,
        *,
        first_pause: float = 1.0,
        asking: tuple[float, float] = ASKING_SECONDS,
        hung: float = HUNG_SECONDS,
    ) -> None:
        self._server = server
        self._first = self._pause = first_pause
        self._asking, self._hung = asking, hung
        self._ready = True
        self._asked = self._heard = time.monotonic()
        self.stopping = threading.Event()

    def stop(self, *_: object) -> None:
        """End `run`; may be given to `signal.signal`."""
        self.stopping.set()

    def run(self) -> None:
        """Watch the started server; returns after `stop`, with the server stopped."""
        self._heard = time.monotonic()
        try:
            while not self.stopping.wait(min(0.2, *self._asking)):
                self._look()
        finally:
            self._server.stop()

    def _look(self) -> None:
        self._server.keep_log_short()
        if not self._server.running:
            self._revive()
        elif time.monotonic() - self._asked >= self._asking[self._ready]:
            self._ask()
            self._asked = time.monotonic()

    def _revive(self) -> None:
        log.error("Rasa has died, starting it again", seconds=self._pause)
        self._ready = False
        if self.stopping.wait(self._pause):
            return
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        try:
            self._server.start()
        except (UserError, OSError) as error:
            # the port of one that has just been killed may be free a moment later
            log.error("Rasa cannot be started", reason=str(error))
        self._heard = time.monotonic()

    def _ask(self) -> None:
        server, at = self._server, time.monotonic()
        try:
            answers = server.model() is not None
        except RasaDiedError as error:
            self._give_up(str(error))
            return
        if answers:
            self._greet(round(at - server.started))
        elif at - self._heard > (self._hung if self._ready else READY_SECONDS):
            self._give_up("it does not answer")

    def _greet(self, seconds: int) -> None:
        if not self._ready:
            log.info("Rasa answers again", seconds=seconds)
        self._ready, self._heard = True, time.monotonic()
        if seconds > STEADY_SECONDS:
            self._pause = self._first

    def _give_up(self, why: str) -> None:
        """End one that runs and is of no use, so that it is started again."""
        log.error("Rasa is stopped", reason=why)
        self._ready = False
        self._server.stop()


def stop_on_signals(keeper: Keeper) -> None:
    """End with Ctrl-C and SIGTERM."""
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, keeper.stop)


def _somebody_listens(plan: Plan) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((plan.host, plan.port)) == 0


def _end_of(path: Path) -> str:
    with path.open("rb") as file:
        file.seek(max(path.stat().st_size - TAIL_BYTES, 0))
        return file.read().decode("utf-8", "replace")


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
