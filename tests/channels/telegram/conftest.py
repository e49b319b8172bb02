"""A Telegram channel, recorded updates, and the server that plays the Bot API."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from channels.base import ChannelKind, Event, OutboundMessage, WebhookRequest
from channels.telegram import Config, TelegramChannel, build
from tests.peers.telegram_server import ANA, TOKEN, TelegramServer

PUBLIC_URL = "https://toko-sinar.example"
URL = f"{PUBLIC_URL}/webhooks/shop"
SECRET = "a-secret_Token-1"
PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def make(**keys: Any) -> TelegramChannel:
    """The channel `shop`, called TokoSinarBot, unless the keys say otherwise."""
    given = {"token": TOKEN, "secret": SECRET, "username": "TokoSinarBot"}
    return build("shop", Config.model_validate(given | keys), public_url=PUBLIC_URL)


@pytest.fixture
def new_channel() -> Callable[..., TelegramChannel]:
    return make


@pytest.fixture
def channel() -> TelegramChannel:
    return make()


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest.fixture
def seconds() -> float:
    """How long the channel waits for an answer; a test of slow answers says less."""
    return 20.0


@pytest.fixture
async def shop(telegram: TelegramServer, seconds: float) -> AsyncIterator[TelegramChannel]:
    """The channel, connected to the server that plays Telegram, without pauses between parts."""
    channel = make(api_url=telegram.url, timeout_seconds=seconds)
    channel._outbox._pause = 0.0
    yield channel
    await channel.close()


def recorded(name: str) -> Any:
    """A recorded update."""
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def webhook(update: Any, **headers: str) -> WebhookRequest:
    """An update as Telegram posts it."""
    body = update if isinstance(update, bytes) else json.dumps(update).encode()
    given = {"content-type": "application/json", "x-telegram-bot-api-secret-token": SECRET}
    return WebhookRequest("POST", URL, given | headers, body)


def to_ana(text: str = "Halo Ana", **keys: Any) -> OutboundMessage:
    """A message to Ana's private chat."""
    given = {"id": "m1", "kind": ChannelKind.TELEGRAM, "to": str(ANA), "text": text}
    return OutboundMessage(**(given | keys))


@pytest.fixture(name="recorded")
def recorded_fixture() -> Callable[[str], Any]:
    return recorded


@pytest.fixture(name="webhook")
def webhook_fixture() -> Callable[..., WebhookRequest]:
    return webhook


@pytest.fixture(name="to_ana")
def to_ana_fixture() -> Callable[..., OutboundMessage]:
    return to_ana


@pytest.fixture
def read(channel: TelegramChannel) -> Callable[..., Sequence[Event]]:
    """The events of a recorded update, after its secret was checked; keys change its content."""

    def events(name: str, **changes: Any) -> Sequence[Event]:
        update = recorded(name)
        kind = next(key for key in update if key != "update_id")
        update[kind] |= changes
        request = webhook(update)
        channel.authenticate(request)
        return channel.parse(request)

    return events
