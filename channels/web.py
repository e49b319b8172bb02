"""The web chat: our own page is the provider, a signed visitor token is the sender."""

import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Literal

from channels.base import (
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
    WebhookAnswer,
    WebhookRequest,
)
from channels.config import ChannelConfig
from channels.errors import InvalidSignature, MalformedRequest

SCHEME = "Bearer "


class Config(ChannelConfig):
    """The web chat needs no keys of its own; `secret` signs visitors' tokens."""

    type: Literal["web"] = "web"

    def claims(self) -> Sequence[str]:
        """There is one page."""
        return ("the web chat at /chat",)


class WebChannel:
    """Visitors are random ids that carry our signature, so nobody can write in another's name.

    The page posts `{"id", "text"?, "payload"?, "name"?, "language"?}` for a message and
    `{"status": "delivered" | "read", "ids": [...]}` for what it has shown, with the header
    `Authorization: Bearer <token>`. Replies are read from the store; `send` only says they are
    ready, and they count as delivered once the page confirms.
    """

    kinds: tuple[ChannelKind, ...] = (ChannelKind.WEB,)
    limits = Limits(text=4096, buttons=10, button_title=60, attachments=True)
    capabilities = Capabilities(read_receipts=True, typing=True)
    rates = Rates()

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        secret = config.secret.get_secret_value() if config.secret else secrets.token_hex(32)
        self._secret = secret.encode()

    def new_token(self) -> str:
        """A token for a new visitor: `<visitor>.<signature>`, to be kept in a cookie."""
        visitor = secrets.token_urlsafe(18)
        return f"{visitor}.{self._sign(visitor)}"

    def visitor(self, token: str) -> str:
        """The visitor (the identity's address) a token belongs to; raises InvalidSignature."""
        visitor, _, signature = token.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(visitor).encode()):
            raise InvalidSignature
        return visitor

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the request carries a token that we signed."""
        self.visitor(_token(request))

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        visitor = _token(request).partition(".")[0]
        try:
            data = json.loads(request.body)
            if "status" in data:
                return self._statuses(visitor, data)
            return (self._message(visitor, data),)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise MalformedRequest from error

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(content_type="application/json", body=b'{"ok": true}')

    async def send(self, message: OutboundMessage) -> Receipt:
        return Receipt(message.id, (message.id,), DeliveryStatus.SENT)

    async def check(self) -> Sequence[Finding]:
        return (Finding(True, "web chat is served by this process at /chat"),)

    async def close(self) -> None:
        return None

    def _sign(self, visitor: str) -> str:
        return hmac.new(self._secret, f"visitor:{visitor}".encode(), sha256).hexdigest()[:32]

    def _statuses(self, visitor: str, data: Mapping[str, Any]) -> Sequence[Event]:
        status = DeliveryStatus(data["status"])
        if status not in (DeliveryStatus.DELIVERED, DeliveryStatus.READ):
            raise ValueError(status)
        return tuple(
            StatusUpdate(self.name, str(provider_id), status, recipient=visitor)
            for provider_id in data["ids"]
        )

    def _message(self, visitor: str, data: Mapping[str, Any]) -> InboundMessage:
        payload = data.get("payload")
        return InboundMessage(
            channel=self.name,
            kind=ChannelKind.WEB,
            # A visitor chooses the id: without the visitor in it one could swallow another's.
            provider_id=f"{visitor}:{data['id']}",
            sender=Sender(
                visitor,
                name=_short(data.get("name")),
                language=_short(data.get("language")),
            ),
            text=str(data.get("text") or ""),
            message_kind=MessageKind.BUTTON if payload else MessageKind.TEXT,
            payload=str(payload) if payload else None,
            sent_at=datetime.now(UTC),
        )


def _token(request: WebhookRequest) -> str:
    return request.headers.get("authorization", "").removeprefix(SCHEME)


def _short(value: Any) -> str | None:
    return str(value)[:80] if value else None
