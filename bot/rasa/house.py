"""Rasa for a while: a server of our own and an action server, for tests and measurements."""

import socket
import threading
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from bot.app import App
from bot.rasa import action_server
from bot.rasa.server import Plan, RasaServer
from nlu.embedded.model import Model
from nlu.rasa.client import RasaClient, Server
from nlu.rasa.engine import RasaEngine

START_SECONDS = 10.0
PATIENCE = 60.0
"""Seconds a turn may take where speed is not what is looked at."""


class ActionDoor:
    """An action server in a thread of its own, over whichever product is in the house."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._site: FastAPI | None = None
        config = uvicorn.Config(
            self._serve, interface="asgi3", log_level="error", lifespan="off", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._listening],), name="actions", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}/actions/webhook"

    def admit(self, app: App) -> None:
        """Serve this product's actions from now on."""
        site = FastAPI(openapi_url=None)
        site.include_router(action_server.routes(app))
        self._site = site

    def close(self) -> None:
        self._server.should_exit = True
        self._thread.join(START_SECONDS)
        self._listening.close()

    async def _serve(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        assert self._site is not None, "no product has been let in"
        await self._site(scope, receive, send)


@contextmanager
def rasa_server(plan: Plan) -> Iterator[RasaServer]:
    """A server that is ready. Raises RasaDiedError, TimeoutError, RasaMissingError."""
    server = RasaServer(plan)
    try:
        server.start()
        server.wait_ready()
        yield server
    finally:
        server.stop()


@contextmanager
def engine_of(plan: Plan, model: Model) -> Iterator[RasaEngine]:
    """The engine over a server of its own; nobody stands in for it."""
    with rasa_server(plan):
        engine = connected(plan, model)
        try:
            yield engine
        finally:
            engine.close()


def connected(plan: Plan, model: Model, *, own_ears: bool = True) -> RasaEngine:
    """An engine over a server that runs."""
    client = RasaClient(Server(plan.url, plan.rasa_token, PATIENCE))
    return RasaEngine(client, model, stand_in=False, own_ears=own_ears)


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def plan_for(project: Path, model: Path, folder: Path, actions: ActionDoor, token: str) -> Plan:
    """A server for a while; `token` is what it sends to our actions."""
    return Plan(project, model, folder, free_port(), actions.url, "for a while", token)
