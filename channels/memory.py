"""A channel that keeps what it sends: for tests, for the demo's phones, as a test provider."""

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from channels import window
from channels.base import (
    MEDIA_BYTES,
    Attachment,
    Capabilities,
    ChannelKind,
    DeliveryStatus,
    Event,
    Finding,
    InboundMessage,
    Limits,
    Media,
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
from channels.errors import (
    ChannelError,
    Gone,
    InvalidSignature,
    MalformedRequest,
    Refused,
    SendError,
    TooLarge,
    WindowClosed,
)
from channels.memory_templates import TEMPLATES
from channels.phones import country, is_e164
from channels.render import render
from channels.templates import ChannelTemplate, TemplateState

HEADER = "x-akrab-secret"
KEPT = 10_000

LIMITS: Mapping[ChannelKind, Limits] = {
    ChannelKind.WHATSAPP: Limits(text=4096, buttons=3, button_title=20, attachments=True),
    ChannelKind.SMS: Limits(text=1600),
    ChannelKind.TELEGRAM: Limits(text=4096, buttons=8, button_title=40, attachments=True),
    ChannelKind.EMAIL: Limits(text=100_000, attachments=True),
}


class Config(ChannelConfig):
    """`kind` is the kind of channel it plays; `sink` is a file each sent message is added to;
    `sender` is whom an SMS shows it is from, such as TOKOSINAR."""

    type: Literal["memory"] = "memory"
    kind: ChannelKind = ChannelKind.WEB
    sink: Path | None = None
    sender: str = ""
    delay: float = 0.0
    """Seconds each send takes, to play a slow provider."""


class MemoryChannel:
    """Sends into `sent`; its webhook reads `{"events": [...]}` under a shared secret header.

    An event is `{"type": "message", "id", "from", "text"?, "name"?, "phone"?, "payload"?,
    "shared_phone"?, "keyword"?, "automatic"?}` or `{"type": "status", "id", "status"}`.

    Playing WhatsApp it keeps WhatsApp's rules: the 24-hour window, and templates with states.
    """

    rates = Rates()

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.kinds: tuple[ChannelKind, ...] = (config.kind,)
        self.limits = LIMITS.get(config.kind, Limits(buttons=10, attachments=True))
        whatsapp = config.kind is ChannelKind.WHATSAPP
        self.capabilities = Capabilities(read_receipts=True, templates=whatsapp)
        self.kept_templates = TEMPLATES if whatsapp else ()
        self.sent: deque[OutboundMessage] = deque(maxlen=KEPT)
        self.failures: deque[SendError] = deque()
        """Errors the next sends raise, oldest first."""
        self.files: dict[str, Media] = {}
        """What can be downloaded, by reference."""
        self.broken: deque[ChannelError] = deque()
        """Errors the next downloads raise, oldest first."""
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
        if not window.is_open(message.kind, message.last_inbound_at, datetime.now(UTC)):
            self._must_be_approved(message)
        parts = render(self._filled_in(message), self.limits)
        self.sent.extend(parts)
        if self._config.sink:
            self._sink(self._config.sink, parts)
        ids = (*(f"{message.id}/{number}" for number in range(1, len(parts))), message.id)
        return Receipt(message.id, ids, DeliveryStatus.DELIVERED)

    async def templates(self) -> Sequence[ChannelTemplate]:
        """A small set, if it plays WhatsApp."""
        return self.kept_templates

    def template_state(self, error_code: str | None) -> TemplateState | None:
        """The error code of its own refusal is the state's name."""
        return TemplateState(error_code) if error_code in set(TemplateState) else None

    def closes_window(self, error_code: str | None) -> bool:
        return error_code == WindowClosed.__name__

    def cannot_answer(self, kind: ChannelKind, address: str) -> bool:
        """As with Twilio: an alphanumeric sender in Indonesia."""
        named = bool(self._config.sender) and not is_e164(self._config.sender)
        return kind is ChannelKind.SMS and named and country(address) == "ID"

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """What `files` holds. Raises TooLarge, Gone, or the next of `broken`."""
        if self.broken:
            raise self.broken.popleft()
        if attachment.reference not in self.files:
            raise Gone
        media = self.files[attachment.reference]
        if len(media.content) > most_bytes:
            raise TooLarge
        return media

    async def check(self) -> Sequence[Finding]:
        kind = self.kinds[0].value
        return (Finding(True, f"keeps messages in memory and plays a {kind} channel"),)

    async def close(self) -> None:
        return None

    def _must_be_approved(self, message: OutboundMessage) -> None:
        if message.template is None:
            raise WindowClosed
        template = self._template(message.template.name)
        if not template.approved:
            said = f"template {template.name} is {template.state.value}"
            raise Refused(said, code=template.state.value)

    def _filled_in(self, message: OutboundMessage) -> OutboundMessage:
        if message.template is None:
            return message
        text = self._template(message.template.name).fill(message.template.variables)
        return replace(message, text=text)

    def _template(self, name: str) -> ChannelTemplate:
        found = (one for one in self.kept_templates if name in (one.provider_id, one.name))
        template = next(found, None)
        if template is None:
            raise Refused(f"no template {name!r}")
        return template

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
