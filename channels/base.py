"""The contract between the assistant and any channel: plain frozen data and two protocols."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from channels.templates import ChannelTemplate, TemplateState


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
class Reconciler(Protocol):
    """A channel that can find out what became of a message with an unknown outcome."""

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """The receipt if the provider has the message, None if it provably has not.

        Raises Unreachable if the provider cannot tell now.
        """
        ...


@runtime_checkable
class Configurable(Protocol):
    """A channel whose provider-side webhook can be set by `akrab channels setup`."""

    async def setup(self, webhook_url: str) -> Sequence[Finding]: ...


@runtime_checkable
class Acknowledger(Protocol):
    """A channel on which a pressed button shows a waiting sign until we say we have it."""

    async def acknowledge(self, message: InboundMessage) -> None:
        """Say so, once the message is stored; best effort, raises nothing.

        Does nothing for messages that need none.
        """
        ...


@runtime_checkable
class Equipped(Protocol):
    """A channel whose client library takes long to import."""

    libraries: tuple[str, ...]
    """The modules its first uses would import, to be imported before serving."""


@runtime_checkable
class Typist(Protocol):
    """A channel that can show "typing…", if its `capabilities.typing` says so."""

    capabilities: Capabilities
    typing_seconds: float
    """How long it stays."""

    async def typing(self, provider_id: str, /) -> None:
        """Show it below the customer's message `provider_id`. May raise a SendError."""
        ...


@runtime_checkable
class TemplateSource(Protocol):
    """A channel whose provider keeps templates and says which are approved, if its
    `capabilities.templates` says so."""

    async def templates(self) -> Sequence[ChannelTemplate]:
        """Every template with its state, freshly fetched. Raises a SendError."""
        ...

    def template_state(self, error_code: str | None) -> TemplateState | None:
        """What a failed send's code tells of its template's state, if anything."""
        ...

    def closes_window(self, error_code: str | None) -> bool:
        """Whether a failed send's code tells that only a template may be sent."""
        ...


@runtime_checkable
class OneWay(Protocol):
    """A channel some of whose recipients can read but not answer."""

    def cannot_answer(self, kind: ChannelKind, address: str) -> bool:
        """Whether this recipient cannot answer what we send."""
        ...


@runtime_checkable
class Downloader(Protocol):
    """A channel whose customers can send files."""

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """Fetch a file of an inbound message; `original` is that message as it came (`raw`).

        Raises a MediaError if asking again cannot help, Misconfigured if an operator must act,
        RateLimited or Unreachable if the file may be had later.
        """
        ...


@runtime_checkable
class Formatter(Protocol):
    """A channel whose messages may have an HTML version; `metadata["html"]` says that one has."""

    def formatted(self, original: bytes) -> Formatted | None:
        """The HTML version out of a message as it came; None if it has none."""
        ...
