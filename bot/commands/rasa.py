"""`akrab rasa …`: train the assistant with real Rasa, run its server beside us."""

import signal
import time
from pathlib import Path
from urllib.parse import urlsplit

from bot.commands import show
from bot.errors import UserError
from bot.rasa import tokens, training
from bot.rasa.server import Keeper, Plan, RasaDiedError, RasaServer, stop_on_signals
from bot.settings import Settings


def validate(config: Path) -> None:
    """`rasa data validate`."""
    for line in training.validate(show.load(config).assistant.project):
        show.out.print(f"  {line}", markup=False)
    show.done("Rasa accepts domain, training data and rules")


def train(config: Path) -> Path:
    """Train unless a model of these very files is there."""
    settings = show.load(config)
    started = time.perf_counter()
    model = training.train(settings.assistant.project)
    show.done(f"{model} ({time.perf_counter() - started:.0f} s)")
    return model


def serve(config: Path) -> None:
    """Train if needed, start the server, keep it running until told to stop."""
    settings = show.load(config)
    # SIGTERM as Ctrl-C: a training that is under way ends with us
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    planned = plan(settings, training.train(settings.assistant.project))
    server = RasaServer(planned)
    keeper = Keeper(server)
    stop_on_signals(keeper)
    show.out.print(f"Starting Rasa at {planned.url}, log in {server.log_file}", markup=False)
    try:
        server.start()
        model = server.wait_ready(stopping=keeper.stopping)
    except (RasaDiedError, TimeoutError) as error:
        server.stop()
        raise UserError(str(error)) from error
    if model:
        show.done(f"Rasa answers at {planned.url} with model {model}; Ctrl-C stops")
    keeper.run()
    show.done("Rasa has stopped")


def show_environment(config: Path) -> None:
    """Print what a Rasa server elsewhere needs to be given."""
    for name, value in tokens.environment(show.load(config)).items():
        show.out.print(f"{name}={value}", markup=False)


def plan(settings: Settings, model: Path) -> Plan:
    """A server on this machine, as `assistant.url` says. Raises UserError for another machine."""
    address = urlsplit(settings.assistant.url)
    if address.hostname not in ("localhost", "127.0.0.1") or address.scheme != "http":
        raise UserError(
            f"assistant.url is {settings.assistant.url}: `akrab rasa serve` starts Rasa on this"
            " machine only; docs/rasa.md tells how to run it elsewhere"
        )
    return Plan(
        project=settings.assistant.project,
        model=training.hold(model, settings.data / "rasa"),
        folder=settings.data / "rasa",
        port=address.port or 80,
        actions_url=f"http://127.0.0.1:{settings.web.port}/actions/webhook",
        rasa_token=tokens.for_rasa(settings),
        actions_token=tokens.for_actions(settings),
    )
