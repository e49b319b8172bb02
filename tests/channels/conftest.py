"""One sample of every registered type of channel, for the contract suite."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import pytest
from pydantic import SecretStr
from twilio.request_validator import RequestValidator

from channels.base import Channel, WebhookRequest
from channels.http import signature
from channels.registry import CHANNEL_TYPES, build

PUBLIC_URL = "https://toko-sinar.example"
SECRET = "a-shared-secret"


@dataclass(frozen=True)
class Sample:
    """What the contract suite needs to know about one type of channel.

    `config` holds the keys of its section in `config.yml`; `signed` gives headers that prove
    the body comes from the provider; `messages` are bodies with one customer message each.
    """

    config: Mapping[str, Any]
    messages: tuple[bytes, ...] = ()
    has_webhook: bool = True

    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        """Headers of an authentic request with this body."""
        raise NotImplementedError


class MemorySample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        return {"x-akrab-secret": SECRET}


class WebSample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        return {"authorization": f"Bearer {channel.new_token()}"}  # type: ignore[attr-defined]


class TelegramSample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        return {"x-telegram-bot-api-secret-token": SECRET}


class TwilioSample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        url = f"{PUBLIC_URL}/webhooks/shop"
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
        signature = RequestValidator(SECRET).compute_signature(url, dict(pairs))
        return {
            "content-type": "application/x-www-form-urlencoded",
            "x-twilio-signature": signature,
        }


class EmailSample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        return {"content-type": "message/rfc822", "x-akrab-secret": SECRET}


class HttpSample(Sample):
    def signed(self, channel: Channel, body: bytes) -> Mapping[str, str]:
        return {"x-akrab-signature": signature(SecretStr(f"{SECRET}-of-both"), body)}


SAMPLES: dict[str, Sample] = {
    "email": EmailSample(
        {
            "address": "halo@toko-sinar.example",
            "secret": SECRET,
            "smtp": {"host": "smtp.toko-sinar.example"},
        },
        (
            b"From: Ana <ana@pelanggan.example>\r\nSubject: Kulkas\r\n\r\nHalo\r\n",
            b"From: budi@pelanggan.example\nMessage-ID: <1@pelanggan.example>\n\n",
        ),
    ),
    "http": HttpSample(
        {"url": "https://gateway.example/send", "secret": f"{SECRET}-of-both"},
        (
            b'{"events": [{"type": "message", "id": "1", "from": {"id": "ana"}, "text": "halo"}]}',
            b'{"events": [{"type": "message", "id": 2, "from": {"id": 7}, "payload": "/greet"}]}',
        ),
    ),
    "memory": MemorySample(
        {"kind": "whatsapp", "secret": SECRET},
        (
            b'{"events": [{"type": "message", "id": "m1", "from": "+62812", "text": "hi"}]}',
            b'{"events": [{"type": "message", "id": "m2", "from": "+62812", "text": ""}]}',
        ),
    ),
    "telegram": TelegramSample(
        {"token": "700000001:" + "A" * 35, "secret": SECRET},
        (
            b'{"update_id": 1, "message": {"message_id": 1, "date": 1, "text": "halo", "from":'
            b' {"id": 51, "first_name": "Ana"}, "chat": {"id": 51, "type": "private"}}}',
            b'{"update_id": 2, "callback_query": {"id": "9", "data": "/greet", "from": {"id": 51},'
            b' "message": {"message_id": 2, "date": 0, "chat": {"id": 51, "type": "private"}}}}',
        ),
    ),
    "twilio": TwilioSample(
        {
            "account_sid": "AC" + "0" * 32,
            "auth_token": SECRET,
            "whatsapp": "+6281100000001",
            "sms": "+6281100000002",
        },
        (
            b"MessageSid=SM1&From=whatsapp%3A%2B6281200000001&WaId=6281200000001&Body=Halo&FromZip=",
            b"MessageSid=SM2&From=%2B6281200000002&SmsStatus=received&Body=Halo",
        ),
    ),
    "web": WebSample(
        {"secret": SECRET}, (b'{"id": "1", "text": "halo"}', b'{"id": "2", "payload": "/greet"}')
    ),
}


@pytest.fixture
def build_sample():
    """Build the sample channel of a type, called `shop`."""

    def make(type_: str) -> Channel:
        config = CHANNEL_TYPES[type_].config.model_validate(
            {"type": type_, **SAMPLES[type_].config}
        )
        return build("shop", config, public_url=PUBLIC_URL)

    return make


@pytest.fixture
def post():
    """A request to the channel's webhook."""

    def make(body: bytes, headers: Mapping[str, str] | None = None) -> WebhookRequest:
        return WebhookRequest("POST", f"{PUBLIC_URL}/webhooks/shop", headers or {}, body)

    return make


@pytest.fixture
def samples() -> dict[str, Sample]:
    return SAMPLES
