"""An HTTP channel, its signed webhook, and a real server that plays the other side."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.base import ChannelKind, OutboundMessage, WebhookRequest
from channels.http import Config, HttpChannel, build, signature

SECRET = "sixteen-or-more-characters"
URL = "https://toko-sinar.example/webhooks/shop"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def secret() -> str:
    return SECRET


class Gateway:
    """Takes what is posted; the next answers can be made up: status, body, headers, cut, slow or
    held until an event is set.

    What it took is known at `/sent` by its key, in `known`; `lookups` answers there instead.
    """

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.answers: deque[dict[str, Any]] = deque()
        self.known: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []
        self.lookups: deque[dict[str, Any]] = deque()

    @property
    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.requests]

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.requests.append((headers, await request.read()))
        told = self.answers.popleft() if self.answers else {}
        if told.get("taken", told.get("status", 200) == 200 and not told.get("cut")):
            self.known[headers["idempotency-key"]] = f"g{len(self.known) + 1}"
        return await self._answer(request, told)

    async def tell(self, request: web.Request) -> web.Response:
        self.asked.append((request.headers["X-Akrab-Signature"], request.rel_url.raw_query_string))
        known = {"json": {"id": self.known.get(request.query["key"])}}
        return await self._answer(request, self.lookups.popleft() if self.lookups else known)

    async def _answer(self, request: web.Request, told: dict[str, Any]) -> web.Response:
        await asyncio.sleep(told.get("slow", 0.0))
        if "held" in told:
            await told["held"].wait()
        if told.get("cut"):
            assert request.transport is not None
            request.transport.abort()
        text = json.dumps(told["json"]) if "json" in told else told.get("text", "")
        return web.Response(text=text, status=told.get("status", 200), headers=told.get("headers"))


@pytest.fixture
async def gateway() -> AsyncIterator[Gateway]:
    there, app = Gateway(), web.Application()
    app.router.add_post("/send", there.take)
    app.router.add_get("/sent", there.tell)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    there.url = f"http://127.0.0.1:{runner.addresses[0][1]}/send"
    yield there
    await runner.cleanup()


@pytest.fixture
def make() -> Callable[..., HttpChannel]:
    """The channel `shop`; keys of its section in `config.yml` may be given."""

    def new(**keys: Any) -> HttpChannel:
        given = {"url": "https://gateway.example/send", "secret": SECRET, **keys}
        config = Config.model_validate(given)
        return build("shop", config, public_url="https://toko-sinar.example")

    return new


@pytest.fixture
def patience() -> float:
    """How long the channel waits for an answer; a test of slow answers says less."""
    return 20.0


@pytest.fixture
async def shop(
    make: Callable[..., HttpChannel], gateway: Gateway, patience: float
) -> AsyncIterator[HttpChannel]:
    channel = make(url=gateway.url, timeout_seconds=patience)
    yield channel
    await channel.close()


@pytest.fixture
def webhook() -> Callable[..., WebhookRequest]:
    """Events as the other side posts them; signed at `at` with `secret`."""

    def request(
        *events: Any, at: float | None = None, secret: str = SECRET, body: bytes | None = None
    ) -> WebhookRequest:
        raw = json.dumps({"events": events}).encode()
        headers = {"x-akrab-signature": signature(SecretStr(secret), raw, at=at)}
        return WebhookRequest("POST", URL, headers, raw if body is None else body)

    return request


@pytest.fixture
def to_ana() -> Callable[..., OutboundMessage]:
    def message(text: str = "Halo Ana", **keys: Any) -> OutboundMessage:
        return OutboundMessage("12", ChannelKind.HTTP, "ana", text, **keys)

    return message
