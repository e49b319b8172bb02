"""A Twilio channel, requests as Twilio signs them, and the server that plays Twilio."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.base import ChannelKind, OutboundMessage, WebhookRequest
from channels.twilio import Config, TwilioChannel, build
from tests.peers.twilio_resources import ACCOUNT, NUMBER, TOKEN, WHATSAPP
from tests.peers.twilio_server import TwilioServer

PUBLIC_URL = "https://toko-sinar.example"
URL = f"{PUBLIC_URL}/webhooks/shop"
FORM = "application/x-www-form-urlencoded"
PAYLOADS = Path(__file__).parent / "payloads"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def make(**keys: Any) -> TwilioChannel:
    """The channel `shop` with WhatsApp and SMS, unless the keys say otherwise."""
    given = {"account_sid": ACCOUNT, "auth_token": TOKEN, "whatsapp": WHATSAPP, "sms": NUMBER}
    return build("shop", Config.model_validate(given | keys), public_url=PUBLIC_URL)


@pytest.fixture
def new_channel() -> Callable[..., TwilioChannel]:
    return make


@pytest.fixture
def channel() -> TwilioChannel:
    return make()


@pytest.fixture
async def twilio() -> AsyncIterator[TwilioServer]:
    async with TwilioServer() as server:
        yield server


@pytest.fixture
async def shop(twilio: TwilioServer) -> AsyncIterator[TwilioChannel]:
    """The channel, connected to the server that plays Twilio."""
    channel = make(api_url=twilio.url, timeout_seconds=30)
    yield channel
    await channel.close()


def signed(
    fields: Mapping[str, str], url: str = URL, *, token: str = TOKEN, **headers: str
) -> WebhookRequest:
    """A form as Twilio posts it."""
    given = {
        "content-type": FORM,
        "x-twilio-signature": RequestValidator(token).compute_signature(url, dict(fields)),
    }
    return WebhookRequest("POST", url, given | headers, urlencode(fields).encode())


def signed_json(data: Any, url: str = URL) -> WebhookRequest:
    """A JSON webhook: the body's hash is in the URL, the URL is signed."""
    body = json.dumps(data).encode()
    url = f"{url}?bodySHA256={sha256(body).hexdigest()}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    return WebhookRequest("POST", url, headers, body)


def recorded(name: str) -> dict[str, str]:
    """A recorded payload's fields."""
    fields: dict[str, str] = json.loads((PAYLOADS / f"{name}.json").read_text())
    return fields


def to_ana(text: str = "Halo Ana", **keys: Any) -> OutboundMessage:
    """A message to Ana, who wrote on WhatsApp a moment ago."""
    given = {"id": "m1", "kind": ChannelKind.WHATSAPP, "to": "+6281200000001", "text": text,
             "last_inbound_at": datetime.now(UTC)}  # fmt: skip
    return OutboundMessage(**(given | keys))


def sms_to_budi(text: str = "Halo Budi", **keys: Any) -> OutboundMessage:
    given = {"id": "m2", "kind": ChannelKind.SMS, "to": "+6281200000002", "text": text}
    return OutboundMessage(**(given | keys))


@pytest.fixture(name="signed")
def signed_fixture() -> Callable[..., WebhookRequest]:
    return signed


@pytest.fixture(name="signed_json")
def signed_json_fixture() -> Callable[..., WebhookRequest]:
    return signed_json


@pytest.fixture(name="recorded")
def recorded_fixture() -> Callable[[str], dict[str, str]]:
    return recorded


@pytest.fixture(name="to_ana")
def to_ana_fixture() -> Callable[..., OutboundMessage]:
    return to_ana


@pytest.fixture(name="sms_to_budi")
def sms_to_budi_fixture() -> Callable[..., OutboundMessage]:
    return sms_to_budi
