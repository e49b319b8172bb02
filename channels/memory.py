"""A channel that keeps what it sends: for tests, for the demo's phones, as a test provider."""

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from channels.base import (
    Attachment,
    Capabilities,
    ChannelKind,
    DeliveryStatus,
    Event,
    Finding,
    InboundMessage,
    Limits,
    MessageKind,
    OutboundMessage,
    Rates,
    Receipt,
    Sender,
    StatusUpdate,
    VerifiedBy,
    WebhookAnswer,
    WebhookRequest,
)
from channels.config import ChannelConfig
from channels.errors import InvalidSignature, MalformedRequest, SendError
from channels.render import render

HEADER = "x-akrab-secret"
KEPT = 10_000

LIMITS: Mapping[ChannelKind, Limits] = {
    ChannelKind.WHATSAPP: Limits(text=4096, buttons=3, button_title=20, attachments=True),
    ChannelKind.SMS: Limits(text=1600),
    ChannelKind.TELEGRAM: Limits(text=4096, buttons=8, button_title=40, attachments=True),
    ChannelKind.EMAIL: Limits(text=100_000, attachments=True),
}


class Config(ChannelConfig):
    """`kind` is the kind of channel it plays; `sink` is a file each sent message is added to."""

    type: Literal["memory"] = "memory"
    kind: ChannelKind = ChannelKind.WEB
    sink: Path | None = None
    delay: float = 0.0
    """Seconds each send takes, to play a slow provider."""


class MemoryChannel:
    """Sends into `sent`; its webhook reads `{"events": [...]}` under a shared secret header.

    An event is `{"type": "message", "id", "from", "text"?, "name"?, "phone"?, "payload"?,
    "shared_phone"?, "keyword"?, "automatic"?}` or `{"type": "status", "id", "status"}`.
    """

    capabilities = Capabilities(read_receipts=True)
    rates = Rates()

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.kinds: tuple[ChannelKind, ...] = (config.kind,)
        self.limits = LIMITS.get(config.kind, Limits(buttons=10, attachments=True))
        self.sent: deque[OutboundMessage] = deque(maxlen=KEPT)
        self.failures: deque[SendError] = deque()
        """Errors the next sends raise, oldest first."""
        self._config = config
        self._secret = config.secret.get_secret_value() if config.secret else ""

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the request carries our secret."""
        given = request.headers.get(HEADER, "")
        if not self._secret or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise InvalidSignature

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        try:
            items = json.loads(request.body)["events"]
            return tuple(event for item in items for event in self._event(item))
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedRequest from error

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(content_type="application/json", body=b'{"ok": true}')

    async def send(self, message: OutboundMessage) -> Receipt:
        if self._config.delay:
            await asyncio.sleep(self._config.delay)
        if self.failures:
            raise self.failures.popleft()
        parts = render(message, self.limits)
        self.sent.extend(parts)
        if self._config.sink:
            self._sink(self._config.sink, parts)
        ids = (*(f"{message.id}/{number}" for number in range(1, len(parts))), message.id)
        return Receipt(message.id, ids, DeliveryStatus.DELIVERED)

    async def check(self) -> Sequence[Finding]:
        kind = self.kinds[0].value
        return (Finding(True, f"keeps messages in memory and plays a {kind} channel"),)

    async def close(self) -> None:
        return None

    def _sink(self, path: Path, parts: Sequence[OutboundMessage]) -> None:
        lines = [{"id": part.id, "to": part.to, "text": part.text} for part in parts]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)

    def _event(self, item: Mapping[str, Any]) -> tuple[Event, ...]:
        if item["type"] == "message":
            return (self._message(item),)
        if item["type"] == "status":
            return (_status(self.name, item),)
        return ()

    def _message(self, item: Mapping[str, Any]) -> InboundMessage:
        phone = _text(item, "phone")
        sender = Sender(
            address=str(item["from"]),
            name=_text(item, "name"),
            phone=phone,
            verified_by=VerifiedBy.CHANNEL if phone else None,
        )
        payload = _text(item, "payload")
        return InboundMessage(
            channel=self.name,
            kind=self.kinds[0],
            provider_id=str(item["id"]),
            sender=sender,
            text=_text(item, "text") or "",
            message_kind=MessageKind.BUTTON if payload else MessageKind.TEXT,
            payload=payload,
            attachments=tuple(Attachment(str(url)) for url in item.get("attachments", ())),
            shared_phone=_text(item, "shared_phone"),
            keyword=_text(item, "keyword"),
            automatic=bool(item.get("automatic")),
            sent_at=datetime.now(UTC),
            raw=json.dumps(item).encode(),
        )


def _text(item: Mapping[str, Any], key: str) -> str | None:
    value = item.get(key)
    return None if value is None else str(value)


def _status(channel: str, item: Mapping[str, Any]) -> StatusUpdate:
    return StatusUpdate(channel, str(item["id"]), DeliveryStatus(item["status"]))
