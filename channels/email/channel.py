"""The email channel: SMTP out, IMAP or a webhook in, behind the contract of `channels.base`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime

from channels.base import (
    MEDIA_BYTES,
    Attachment,
    Capabilities,
    ChannelKind,
    Event,
    Finding,
    Formatted,
    Media,
    OutboundMessage,
    Rates,
    Receipt,
    WebhookAnswer,
    WebhookRequest,
)
from channels.email import checks, compose, parts, reconcile, webhook
from channels.email.config import Config
from channels.email.parse import Parser
from channels.email.poller import MailboxReader
from channels.email.send import Outbox
from channels.email.tokens import Tokens


class EmailChannel:
    """One email address.

    The webhook is `<public_url>/webhooks/<name>` and takes a raw mail per request. With `imap`
    configured the mailbox is read as well; a mail that comes both ways is stored once.
    """

    libraries = ("aiosmtplib", "bs4", "flufl.bounce")

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.kinds: tuple[ChannelKind, ...] = (ChannelKind.EMAIL,)
        self.limits = compose.LIMITS
        self.capabilities = Capabilities(reconcile=True)
        # Mail hosts allow a few a second; large mailings belong to a relay with its own limits.
        self.rates = Rates(overall=5.0, per_recipient=1.0)
        self.webhook_url = f"{public_url.rstrip('/')}/webhooks/{name}"
        self._config = config
        self._tokens = Tokens(config.secrets(), config.address)
        self._parser = Parser(name, self._tokens, config.border())
        self._outbox = Outbox(config, self._tokens)
        self.trouble: str | None = None
        """Why the mailbox cannot be read just now."""

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the request proves that it knows our secret."""
        webhook.authenticate(request, self._config.secrets())

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """The mail in the body; raises MalformedRequest if it holds none."""
        return self._parser.events(webhook.mail_in(request))

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        return WebhookAnswer(body=b"stored\n")

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one mail. Raises a SendError."""
        return await self._outbox.send(message)

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """Look the mail up by its Message-ID; see `reconcile.look_up`."""
        message_id = self._tokens.message_id(message.id)
        back = self._tokens.address(message.id) if self._config.plus_addresses else ""
        look_up = reconcile.look_up
        tried_at = message.tried_at or since
        return await asyncio.to_thread(look_up, self._config.imap, message_id, back, tried_at)

    async def poll(self, cursor: str | None) -> AsyncIterator[tuple[Sequence[Event], str]]:
        """Read the mailbox for ever; without `imap` there is nothing to yield, ever."""
        if self._config.imap is None:
            await asyncio.Event().wait()
            return
        reader = MailboxReader(self._config.imap, self._parser, tell=self._hear)
        async with aclosing(reader.poll(cursor)) as mails:
            async for found in mails:
                yield found

    def _hear(self, trouble: str | None) -> None:
        self.trouble = trouble

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """An attachment's bytes out of the stored mail. Raises TooLarge, or Gone."""
        return await asyncio.to_thread(parts.cut_out, original, attachment, most_bytes)

    def formatted(self, original: bytes) -> Formatted | None:
        """The HTML version of a stored mail with the pictures it shows; None if it has none."""
        return parts.formatted(original)

    async def check(self) -> Sequence[Finding]:
        """Sign in to SMTP and IMAP, sign a mail, say who is believed."""
        return await checks.check(self._config, self._outbox.sign_in, self.webhook_url)

    async def close(self) -> None:
        """Close the connections to the SMTP server."""
        await self._outbox.close()
