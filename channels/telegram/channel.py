"""The Telegram channel: a bot behind the contract of `channels.base`."""

import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from channels.base import (
    MEDIA_BYTES,
    Attachment,
    Capabilities,
    ChannelKind,
    Event,
    Finding,
    InboundMessage,
    Media,
    OutboundMessage,
    Rates,
    Ration,
    Receipt,
    WebhookAnswer,
    WebhookRequest,
)
from channels.errors import InvalidSignature, SendError
from channels.telegram import checks, compose, media, parse, payments
from channels.telegram.client import Connection
from channels.telegram.config import Config
from channels.telegram.failures import NOT_MODIFIED
from channels.telegram.outbox import Outbox

if TYPE_CHECKING:
    from telegram import Bot, Message

log = logging.getLogger(__name__)
HEADER = "x-telegram-bot-api-secret-token"


class TelegramChannel:
    """One bot, called by Telegram at `<public_url>/webhooks/<name>`."""

    kinds: tuple[ChannelKind, ...] = (ChannelKind.TELEGRAM,)
    limits = compose.LIMITS
    capabilities = Capabilities(typing=True)
    typing_seconds = 5.0
    # httpx imports how it connects only when it does.
    libraries = (
        "phonenumbers",
        "telegram.request",
        "telegram.error",
        "httpcore",
        "h11",
        "anyio._backends._asyncio",
        "certifi",
    )
    # Telegram's FAQ: about 30 messages a second in all and one a second in a chat. The library's
    # own limiter keeps neither per chat nor over several processes, so it is not used.
    rates = Rates(overall=30.0, per_recipient=1.0)
    # And 20 a minute in a group: five at once and fifteen in any minute after.
    group = Ration(rate=0.25, burst=5)

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.webhook_url = f"{public_url.rstrip('/')}/webhooks/{name}"
        self.username = config.mention
        """The bot's name as links have it, "" if it is not configured."""
        self._config = config
        self._secret = config.secret.get_secret_value() if config.secret else ""
        self._reader = parse.Bot(name, config.bot_id, config.mention)
        self._connection = Connection(config)
        self._outbox = Outbox(self._connection, quote=config.quote_replies)

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the request carries our secret token."""
        given = request.headers.get(HEADER, "").encode("utf-8", "replace")
        if not self._secret or not hmac.compare_digest(given, self._secret.encode()):
            raise InvalidSignature

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """What an update says; () for what we do not serve. Raises MalformedRequest."""
        return parse.request(self._reader, request)

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        """Empty: Telegram would carry out a JSON answer as a call of its API."""
        return WebhookAnswer()

    def ration(self, address: str) -> Ration | None:
        """A group's; groups have negative ids."""
        return self.group if address.startswith("-") else None

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send a message, in parts if it must be. Raises a SendError."""
        return await self._outbox.send(message)

    async def acknowledge(self, message: InboundMessage) -> None:
        """Stop the waiting sign on a pressed button and take the buttons off its message.

        A payment is declined. Best effort: what goes wrong is logged. Does nothing for other
        messages.
        """
        decline = payments.decline(message)
        if decline is not None:
            await self._try("decline a payment", decline)
        query = message.metadata.get("callback_id")
        if not isinstance(query, str):
            return
        await self._try("answer", lambda bot: bot.answer_callback_query(query))
        if self._config.retire_buttons and message.reply_to and message.payload:
            chat, _, message_id = message.reply_to.partition(":")
            await self._try(
                "retire buttons",
                lambda bot: bot.edit_message_reply_markup(int(chat), int(message_id)),
            )

    async def typing(self, to: str) -> None:
        """Show "typing…" for at most 5 seconds, best effort.

        `to` is the person's address or the provider id of the message being answered.
        """
        chat = to.partition(":")[0]
        if chat.removeprefix("-").isdecimal():
            await self._try("typing", lambda bot: bot.send_chat_action(int(chat), "typing"))

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """Fetch a file from a customer's message; see `media.download` for what is raised."""
        most = min(most_bytes, self._config.file_bytes)
        return await media.download(self._connection, attachment, most_bytes=most)

    async def check(self) -> Sequence[Finding]:
        """Who the bot is, and whether its messages reach us."""
        return await checks.check(self._connection, self._config, self.webhook_url)

    async def setup(self, webhook_url: str) -> Sequence[Finding]:
        """Set the webhook with our secret; when polling, remove it."""
        return await checks.setup(self._connection, self._config, webhook_url)

    async def close(self) -> None:
        """Close the connections to Telegram."""
        await self._connection.close()

    async def _try(self, what: str, ask: "Callable[[Bot], Awaitable[bool | Message]]") -> None:
        try:
            await self._connection.call(ask)
        except SendError as error:
            # Pressed twice at once: the buttons are gone, which is what was wanted.
            if NOT_MODIFIED not in str(error).lower():
                log.warning("could not %s: %s", what, error)
