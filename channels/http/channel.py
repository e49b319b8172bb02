"""The HTTP channel: signed JSON both ways behind the contract of `channels.base`."""

from collections.abc import Sequence
from datetime import datetime

from channels.base import (
    MEDIA_BYTES,
    Attachment,
    Capabilities,
    ChannelKind,
    Event,
    Finding,
    Limits,
    Media,
    OutboundMessage,
    Rates,
    Receipt,
    WebhookAnswer,
    WebhookRequest,
)
from channels.fetching import fetch
from channels.http import checks, media, parse, signing
from channels.http.client import Connection
from channels.http.config import Config
from channels.http.outbox import Outbox


class HttpChannel:
    """One other side, which posts to `<public_url>/webhooks/<name>` and is posted to at `url`."""

    kinds: tuple[ChannelKind, ...] = (ChannelKind.HTTP,)
    capabilities = Capabilities(read_receipts=True)
    rates = Rates()
    # httpx imports how it connects only when it does.
    libraries = ("httpx", "httpcore", "h11", "anyio._backends._asyncio", "certifi")

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.limits = Limits(config.text, config.buttons, config.button_title, config.attachments)
        self.webhook_url = f"{public_url.rstrip('/')}/webhooks/{name}"
        self._config = config
        self._connection = Connection(config)
        self._outbox = Outbox(name, self._connection, self.limits)

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the other side signed this body a moment ago.

        Within the window a copy of a request is authentic; it changes nothing, because every
        event is known by its id.
        """
        window = self._config.window_seconds
        signing.verify(request, self._config.secrets, window_seconds=window)

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """The events of `{"events": [...]}`; other types are ignored. Raises MalformedRequest."""
        return parse.events(self.name, request.body, self._config)

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(content_type="application/json", body=b'{"ok": true}')

    async def send(self, message: OutboundMessage) -> Receipt:
        """Post a message, in parts if it must be. Raises a SendError."""
        return await self._outbox.send(message)

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """Fetch a file from a customer's message; see `fetching.fetch` for what is raised."""
        place = media.place(self._config, attachment.reference)
        most = min(most_bytes, self._config.file_bytes)
        return await fetch(place, attachment.reference, most_bytes=most)

    async def check(self) -> Sequence[Finding]:
        """Post a signed ping; what is not encrypted is said."""
        return await checks.check(self._connection, self._config, self.name, self.webhook_url)

    async def close(self) -> None:
        """Close the connections; the next use opens new ones."""
        await self._connection.close()


class LookedUpHttp(HttpChannel):
    """An other side that also tells, at `lookup_url`, what became of a message."""

    capabilities = Capabilities(read_receipts=True, reconcile=True)

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """Look the message up by its idempotency key; see `Outbox.reconcile`."""
        return await self._outbox.reconcile(message, since)


def build(name: str, config: Config, *, public_url: str) -> HttpChannel:
    """The channel as configured; only one with a `lookup_url` is a `channels.base.Reconciler`."""
    kind = LookedUpHttp if config.lookup_url else HttpChannel
    return kind(name, config, public_url=public_url)
