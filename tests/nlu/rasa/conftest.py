"""A Rasa server that is scripted, at the other end of a real HTTP client."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from nlu.embedded.model import Model
from nlu.rasa.breaker import Breaker
from nlu.rasa.client import RasaClient, Server
from nlu.rasa.engine import RasaEngine
from tests.nlu.rasa.events import did


@dataclass
class ScriptedRasa:
    """Answers each turn with the next script entry: events, an exception, or a response."""

    script: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    slots: dict[str, Any] = field(default_factory=dict)
    loop: str | None = None

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.tokens.append(request.headers["authorization"])
        self.asked.append(json.loads(request.content or b"{}"))
        given = self.script.pop(0) if self.script else [did("action_listen")]
        if isinstance(given, Exception):
            raise given
        if isinstance(given, httpx.Response):
            return given
        told = {"events": given, "slots": self.slots, "active_loop": self.loop}
        return httpx.Response(200, json=told)


@pytest.fixture
def rasa() -> ScriptedRasa:
    return ScriptedRasa()


@pytest.fixture
def client(rasa: ScriptedRasa) -> RasaClient:
    return RasaClient(Server("http://rasa.example", "sesame"), httpx.MockTransport(rasa))


@pytest.fixture
def rasa_engine(client: RasaClient, shop_model: Path) -> Callable[..., RasaEngine]:
    """`rasa_engine(stand_in=False)`; the breaker rests for ever unless told otherwise."""

    def make(*, stand_in: bool = True, breaker: Breaker | None = None) -> RasaEngine:
        breaker = breaker or Breaker(failures=3, rest=1_000)
        return RasaEngine(client, Model.load(shop_model), stand_in=stand_in, breaker=breaker)

    return make
