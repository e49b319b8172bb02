"""The Twilio channel: SMS and WhatsApp behind the contract of `channels.base`."""

from collections.abc import AsyncIterator, Sequence
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
from channels.errors import SendError, WindowClosed
from channels.fetching import fetch
from channels.phones import country, is_e164
from channels.templates import ChannelTemplate, TemplateState
from channels.twilio import checks, compose, failures, media, parse, signature
from channels.twilio.client import PAGE, Connection, readable
from channels.twilio.config import SANDBOX, Config
from channels.twilio.missed import Missed
from channels.twilio.outbox import Outbox
from channels.twilio.templates import Catalogue, from_resource, state_told

MOST_TEMPLATES = 2000
NO_REPLY = b'<?xml version="1.0" encoding="UTF-8"?><Response/>'


class TwilioChannel:
    """WhatsApp and SMS through one Twilio account.

    The webhook is `<public_url>/webhooks/<name>`, delivery reports come to `…/status` below it.
    Replies go through the REST API, never as TwiML, so that each has an id and a report.
    """

    libraries = (
        "phonenumbers",
        "aiohttp",
        "twilio.http.async_http_client",
        "twilio.request_validator",
        "twilio.rest",
        # The client imports its parts when they are first used.
        "twilio.rest.api.v2010.account",
        "twilio.rest.messaging.v2.typing_indicator",
    )
    typing_seconds = 25.0

    def __init__(self, name: str, config: Config, *, public_url: str) -> None:
        self.name = name
        self.kinds = config.channel_kinds()
        whatsapp = ChannelKind.WHATSAPP in self.kinds
        self.limits = Limits(
            text=compose.TEXT,
            buttons=max(config.quick_replies, default=0) if whatsapp else 0,
            button_title=compose.BUTTON_TITLE,
            attachments=whatsapp,
        )
        self.capabilities = Capabilities(
            typing=whatsapp, read_receipts=whatsapp, templates=whatsapp, reconcile=True
        )
        self.rates = _rates(config)
        self.webhook_url = f"{public_url.rstrip('/')}/webhooks/{name}"
        self._config = config
        self._connection = Connection(config)
        self._missed = Missed(name, config, self._connection, self.webhook_url)
        self._catalogue = Catalogue(self._fetch_templates)
        # Twilio refuses the whole message if it cannot reach the status callback's host.
        status_url = f"{self.webhook_url}/status" if checks.reachable(public_url) else None
        self._outbox = Outbox(config, self._connection, self._catalogue, status_url)

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless Twilio signed the request for our account."""
        signature.verify(request, self._config.tokens(), self._config.account_sid)

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """Messages and delivery reports; raises MalformedRequest."""
        return parse.events(self.name, request, keywords=self._config.handles_keywords)

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        """Empty TwiML: Twilio would send any text/plain body to the customer."""
        return WebhookAnswer(content_type="text/xml", body=NO_REPLY)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send a message, in parts if it must be. Raises a SendError."""
        return await self._outbox.send(message)

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """Look the message up in Twilio's list; see `Outbox.reconcile`."""
        return await self._outbox.reconcile(message, since)

    async def typing(self, provider_id: str) -> None:
        """Show "typing…" for at most 25 seconds and mark the customer's message as read.

        `provider_id` is the message being answered. Raises a SendError.
        """
        indicators = self._connection.client().messaging.v2.typing_indicator
        with readable():
            await indicators.create_async(channel="whatsapp", message_id=provider_id)

    async def templates(self) -> Sequence[ChannelTemplate]:
        """The account's content templates with WhatsApp's approval states, freshly fetched.

        Raises a SendError if Twilio does not answer.
        """
        return await self._catalogue.all()

    def template_state(self, error_code: str | None) -> TemplateState | None:
        """63040 rejected, 63041 paused, 63042 disabled."""
        return state_told(error_code)

    def closes_window(self, error_code: str | None) -> bool:
        """63016: the window is closed, whatever our own clock says."""
        return failures.classify(error_code) is WindowClosed

    def cannot_answer(self, kind: ChannelKind, address: str) -> bool:
        """An alphanumeric sender cannot be written to; in Indonesia Twilio has no other kind."""
        if kind is not ChannelKind.SMS or country(address) != "ID":
            return False
        return not (self._config.sms and is_e164(self._config.sms))

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """Fetch a file from a customer's message; see `fetching.fetch` for what is raised."""
        most = min(most_bytes, self._config.media_bytes)
        found = await self._missed.file(attachment)
        return await fetch(media.place(self._config), found.reference, most_bytes=most)

    async def check(self) -> Sequence[Finding]:
        """Account, senders and their webhooks, templates, what Indonesia's rules mean."""
        findings = await checks.check(self._connection.client(), self._config, self.webhook_url)
        if self._config.api_key:
            findings = (*findings, await self._check_signing())
        if ChannelKind.WHATSAPP not in self.kinds or not all(each.ok for each in findings[1:2]):
            return findings
        try:
            return (*findings, *checks.of_templates(await self.templates()))
        except SendError as error:
            return (*findings, Finding(False, f"the templates cannot be read: {error}"))

    async def setup(self, webhook_url: str) -> Sequence[Finding]:
        """Set the webhook on the number, the Messaging Service and the WhatsApp sender."""
        return await checks.setup(self._connection.client(), self._config, webhook_url)

    async def close(self) -> None:
        """Close the connections to Twilio."""
        await self._connection.close()

    async def _check_signing(self) -> Finding:
        """With an API key nothing else notices a wrong auth token, and every webhook fails."""
        with_token = Connection(self._config.without_key())
        try:
            return await checks.signing(with_token.client())
        finally:
            await with_token.close()

    async def _fetch_templates(self) -> Sequence[ChannelTemplate]:
        content = self._connection.client().content.v1.content_and_approvals
        with readable():
            listed = await content.list_async(limit=MOST_TEMPLATES, page_size=PAGE)
            return [from_resource(each) for each in listed]


class WatchfulTwilio(TwilioChannel):
    """Also looks for messages whose webhook failed."""

    def poll(self, cursor: str | None) -> AsyncIterator[tuple[Sequence[Event], str]]:
        """See `missed.Missed.poll`."""
        return self._missed.poll(cursor)


def build(name: str, config: Config, *, public_url: str) -> TwilioChannel:
    """The channel as configured; only the watchful one is a `channels.base.Poller`."""
    kind = WatchfulTwilio if config.missed_minutes else TwilioChannel
    return kind(name, config, public_url=public_url)


def _rates(config: Config) -> Rates:
    """Twilio: 80 a second for a WhatsApp sender, one in three seconds for the sandbox.

    SMS depends on country and sender (1 to 100); 10 is a start, `worker.rates` sets it. More
    than about one a second to the same person draws error 63018.
    """
    if config.whatsapp == SANDBOX:
        return Rates(overall=1 / 3, per_recipient=1 / 3)
    only_whatsapp = config.channel_kinds() == (ChannelKind.WHATSAPP,)
    return Rates(overall=80.0 if only_whatsapp else 10.0, per_recipient=1.0)
