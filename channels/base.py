"""The contract between the assistant and any channel: plain data, `Channel` and `Poller`."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable


class ChannelKind(StrEnum):
    """The kind of address a person is reached at; identities are unique per kind and address."""

    WHATSAPP = "whatsapp"
    SMS = "sms"
    TELEGRAM = "telegram"
    EMAIL = "email"
    WEB = "web"
    LINE = "line"
    HTTP = "http"


class VerifiedBy(StrEnum):
    """Who vouches that the sender owns the address or the phone number."""

    CHANNEL = "channel"  # the provider itself: a WhatsApp or SMS number
    CONTACT_SHARE = "contact_share"  # Telegram: the sender's own contact card
    CODE = "code"  # a one-time code sent to another verified address
    DMARC = "dmarc"  # email: our own mail server saw dmarc=pass
    STAFF = "staff"


class MessageKind(StrEnum):
    TEXT = "text"
    MEDIA = "media"
    LOCATION = "location"
    CONTACT = "contact"
    BUTTON = "button"
    OTHER = "other"


class DeliveryStatus(StrEnum):
    """Where an outbound message stands. Rank rises with the order; it is never lowered."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"


class ReachState(StrEnum):
    OK = "ok"
    BLOCKED = "blocked"
    OPTED_OUT = "opted_out"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """One HTTP request as the provider made it.

    `url` is the public URL built from configuration, raw path and raw query (never from `Host`).
    Header names are lower case.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What the provider wants to read after a webhook was stored."""

    status: int = 200
    content_type: str = "text/plain"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who wrote. `address` is normalised for its kind (E.164, Telegram user id, lower-case email).

    `phone` (E.164) is set only if the channel vouches for it; `aliases` are further addresses of
    the same person on the same kind of channel (WhatsApp's business-scoped user id).
    """

    address: str
    name: str | None = None
    phone: str | None = None
    verified_by: VerifiedBy | None = None
    aliases: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file kept at the provider; `reference` is a URL or file id, downloaded later."""

    reference: str
    content_type: str | None = None
    filename: str | None = None
    size: int | None = None


MEDIA_BYTES = 25_000_000
"""The largest file fetched if nobody says otherwise."""


@dataclass(frozen=True, slots=True)
class Media:
    """A downloaded file. Type and name are claims of the sender or the provider: check them."""

    content: bytes
    content_type: str | None = None
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Formatted:
    """A message's HTML version as its sender made it: hostile until it is cleaned.

    `images` are the files it shows as `cid:<key>` (RFC 2392).
    """

    html: str
    images: Mapping[str, Media] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Button:
    """A quick reply; `payload` is what comes back when it is pressed."""

    title: str
    payload: str


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One message a customer sent. (channel name, `provider_id`) is the idempotency key."""

    channel: str
    kind: ChannelKind
    provider_id: str
    sender: Sender
    text: str = ""
    message_kind: MessageKind = MessageKind.TEXT
    payload: str | None = None
    attachments: tuple[Attachment, ...] = ()
    shared_phone: str | None = None
    """The sender's own phone number (E.164), vouched for by the channel (Telegram contact)."""
    reply_to: str | None = None
    """Provider id of the message this one answers."""
    edited: bool = False
    automatic: bool = False
    """An automatic mail, bounce or similar: stored, never answered."""
    keyword: str | None = None
    """"stop", "start" or "help" if the provider handled the keyword itself (and answered it)."""
    sent_at: datetime | None = None
    missed: bool = False
    """Its webhook never came: found in the provider's list later. `sent_at` is the provider's."""
    thread: Mapping[str, Any] = field(default_factory=dict)
    """What the channel needs to answer in the same thread (email: subject, references)."""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    raw: bytes = b""
    raw_type: str = "application/json"


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    """A delivery report for a message we sent."""

    channel: str
    provider_id: str
    status: DeliveryStatus
    error_code: str | None = None
    error: str | None = None
    at: datetime | None = None
    reach: ReachState | None = None
    """What the report proves about the address, if anything."""
    recipient: str | None = None
    retry_after: timedelta | None = None
    """Of a failure that will pass: it may be sent again, but not sooner than this."""
    stops_sender: bool = False
    """Of a failure: nothing goes out from this sender until an operator acts; see
    `errors.SenderStopped`."""


@dataclass(frozen=True, slots=True)
class Reachability:
    """The channel says an address may (not) be written to: blocked, unblocked, opted out, dead.

    `event_id` makes it idempotent; `at` is when it happened, so that a late report of something
    older changes nothing.
    """

    channel: str
    kind: ChannelKind
    address: str
    state: ReachState
    event_id: str
    reason: str | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AddressChanged:
    """The provider moved an address (Telegram group migration, WhatsApp number change)."""

    channel: str
    kind: ChannelKind
    old: str
    new: str
    event_id: str


Event = InboundMessage | StatusUpdate | Reachability | AddressChanged


@dataclass(frozen=True, slots=True)
class Template:
    """A message approved by the provider (WhatsApp): its id there and every variable's value."""

    name: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message to one person. `id` is ours and stable over retries."""

    id: str
    kind: ChannelKind
    to: str
    text: str = ""
    buttons: tuple[Button, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    template: Template | None = None
    ask_contact: bool = False
    """Ask the person to share their own phone number (Telegram's contact button)."""
    reply_to: str | None = None
    thread: Mapping[str, Any] = field(default_factory=dict)
    last_inbound_at: datetime | None = None
    marketing: bool = False
    unsubscribe_url: str | None = None
    language: str = "id"
    tried_at: datetime | None = None
    """When the last attempt to send it had ended, if nobody knows what became of that."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider took the message. A split message has several provider ids, the last one first
    in importance: `provider_id` is the last part's, `parts` lists all in order."""

    provider_id: str
    parts: tuple[str, ...] = ()
    status: DeliveryStatus | None = DeliveryStatus.SENT
    moved_to: str | None = None
    """The recipient's new address, if the provider moved it (Telegram group migration)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a channel can show. `text` is in characters as the channel counts them."""

    text: int = 4096
    buttons: int = 0
    button_title: int = 20
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a channel can do beyond text."""

    typing: bool = False
    read_receipts: bool = False
    templates: bool = False
    reconcile: bool = False


@dataclass(frozen=True, slots=True)
class Rates:
    """How fast a channel may be sent to, messages a second; None is no limit."""

    overall: float | None = None
    per_recipient: float | None = None


@dataclass(frozen=True, slots=True)
class Ration:
    """Fewer messages for one recipient: `burst` at once, then `rate` a second."""

    rate: float
    burst: float


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `akrab check`: a fact about a configured channel and whether it is well."""

    ok: bool
    text: str
    fix: str | None = None


@runtime_checkable
class Channel(Protocol):
    """What every adapter provides. `authenticate` always runs before `parse`; `parse` is pure."""

    name: str
    kinds: tuple[ChannelKind, ...]
    limits: Limits
    capabilities: Capabilities
    rates: Rates

    def authenticate(self, request: WebhookRequest) -> None:
        """Raises InvalidSignature unless the request provably comes from the provider."""
        ...

    def parse(self, request: WebhookRequest) -> Sequence[Event]:
        """Translate a request. Unknown kinds of update give (); raises MalformedRequest."""
        ...

    def answer(self, request: WebhookRequest) -> WebhookAnswer:
        """What to answer once the events are stored."""
        ...

    async def send(self, message: OutboundMessage) -> Receipt:
        """Hand one message to the provider. Raises a SendError."""
        ...

    async def check(self) -> Sequence[Finding]:
        """Ask the provider who we are and whether the webhook is set."""
        ...

    async def close(self) -> None:
        """Release connections."""
        ...


@runtime_checkable
class Poller(Protocol):
    """A channel that must fetch its messages (IMAP, Telegram long polling)."""

    def poll(self, cursor: str | None) -> AsyncIterator[tuple[Sequence[Event], str]]:
        """Yield (events, cursor to store with them in the same transaction), for ever."""
        ...


@runtime_checkable
class Listening(Protocol):
    """A poller that knows when it cannot fetch."""

    trouble: str | None
    """Why nothing can be fetched just now; None while it can."""
