"""From the provider into the store: authenticate, parse, store, wake the worker, answer."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from actions import stop_words
from bot import linking, metrics, status
from bot.app import App
from bot.delivery import reaching, template_list
from bot.logs import logger
from channels import filenames
from channels.abilities import Acknowledger
from channels.base import (
    AddressChanged,
    Channel,
    ChannelKind,
    Event,
    InboundMessage,
    Reachability,
    StatusUpdate,
    WebhookAnswer,
    WebhookRequest,
)
from channels.errors import InvalidSignature, MalformedRequest
from crm_store import batch, consents, cursors, identities, reach
from crm_store.batch import Arrival, Stored
from crm_store.identities import BadAddress, Claim
from crm_store.messages import Inbound
from crm_store.models.kinds import IdentityState, MessageStatus, Owner
from crm_store.session import Session

log = logger("inbound")
PROVIDERS_WORDS = "provider-keyword-1"
ODD_INPUT = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class UnknownChannelError(LookupError):
    """No channel of this name is configured."""


class TooLargeError(ValueError):
    """The request is larger than `web.largest_body`."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a polled channel has been read, to be stored together with what was read."""

    channel: str
    value: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one caller hands in: all of it is stored, or none."""

    events: Sequence[Event]
    cursor: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a delivery: the messages that were new, and who should hear of changes."""

    stored: tuple[Stored, ...]
    topics: tuple[str, ...]


async def receive(app: App, channel_name: str, request: WebhookRequest) -> WebhookAnswer:
    """One webhook call. The answer is given once everything in it is committed.

    Raises UnknownChannelError, TooLargeError, InvalidSignature, MalformedRequest; on anything
    else the provider must not be told that we have it.
    """
    channel = app.channels.get(channel_name)
    if channel is None:
        raise UnknownChannelError(channel_name)
    if len(request.body) > app.settings.web.largest_body:
        raise TooLargeError
    authenticate(channel, request)
    events = parse(channel, request)
    try:
        await accept(app, events)
    except BadAddress as error:
        raise MalformedRequest(str(error)) from error
    await template_list.heed(app, channel, events)
    acknowledge(channel, events)
    return channel.answer(request)


_acknowledging: set[asyncio.Task[None]] = set()


def acknowledge(channel: Channel, events: Sequence[Event]) -> None:
    """Tell the channel that presses were stored (repeats too), without waiting for it."""
    if not isinstance(channel, Acknowledger):
        return
    for event in events:
        if isinstance(event, InboundMessage):
            task = asyncio.create_task(channel.acknowledge(event))
            _acknowledging.add(task)
            task.add_done_callback(_acknowledging.discard)


def authenticate(channel: Channel, request: WebhookRequest) -> None:
    """Raises InvalidSignature; a check that trips over odd input has not been passed."""
    try:
        channel.authenticate(request)
    except ODD_INPUT as error:
        log.warning("authentication tripped", channel=channel.name, exc_info=error)
        raise InvalidSignature from error


def parse(channel: Channel, request: WebhookRequest) -> Sequence[Event]:
    """What the request says. A parser that trips over odd bytes has met a malformed request."""
    try:
        return channel.parse(request)
    except ODD_INPUT as error:
        log.warning("parser tripped", channel=channel.name, exc_info=error)
        raise MalformedRequest from error


async def accept(app: App, events: Sequence[Event], *, cursor: Cursor | None = None) -> list[int]:
    """Store events; the ids of the messages that were new. Returns once they are committed.

    Concurrent callers share a transaction, but one that fails fails alone.
    """
    if not events and cursor is None:
        return []
    kept = await app.inbound.do(store, Delivery(events, cursor))
    _count(events, kept)
    _tell_of_missed(events, kept)
    if kept.stored:
        app.wake.turns()
        if any(isinstance(event, InboundMessage) and event.attachments for event in events):
            app.wake.files()
    app.feed.publish(*kept.topics)
    return [stored.message_id for stored in kept.stored]


def store(session: Session, deliveries: Sequence[Delivery]) -> list[Kept]:
    """Store what several callers handed in; all messages go in few statements."""
    found = [
        (index, event)
        for index, delivery in enumerate(deliveries)
        for event in delivery.events
        if isinstance(event, InboundMessage)
    ]
    stored: list[list[Stored]] = [[] for _ in deliveries]
    for (index, message), one in zip(found, _store_messages(session, found), strict=True):
        if one is not None:
            stored[index].append(one)
            _consequences(session, message, one)
    topics = [_apply_others(session, delivery) for delivery in deliveries]
    return [
        Kept(tuple(new), (*heard, *_topics(new))) for new, heard in zip(stored, topics, strict=True)
    ]


def _store_messages(
    session: Session, found: Sequence[tuple[int, InboundMessage]]
) -> list[Stored | None]:
    return batch.store(session, [arrival(message) for _, message in found]) if found else []


def arrival(message: InboundMessage) -> Arrival:
    """A channel's message as the store takes it."""
    sender = message.sender
    return Arrival(
        channel=message.channel,
        sender=Claim(
            kind=message.kind.value,
            address=sender.address,
            phone=sender.phone,
            name=sender.name,
            verified_by=sender.verified_by.value if sender.verified_by else None,
            aliases=sender.aliases,
            language=sender.language,
        ),
        inbound=Inbound(
            provider_id=message.provider_id,
            text=message.text,
            kind=message.message_kind.value,
            content=_content(message),
            sent_at=message.sent_at,
            raw=message.raw,
            raw_type=message.raw_type,
            status=MessageStatus.IGNORED if _needs_no_answer(message) else None,
            late=message.missed,
        ),
    )


def _needs_no_answer(message: InboundMessage) -> bool:
    """A machine wrote it, the provider answered it, or it is a new version of an old message."""
    return message.automatic or message.edited or message.keyword is not None


def _content(message: InboundMessage) -> Mapping[str, Any]:
    """Only what is there: most messages are text and nothing else."""
    content: dict[str, Any] = {
        "payload": message.payload,
        "attachments": [asdict(filenames.renamed(one)) for one in message.attachments],
        "shared_phone": message.shared_phone,
        "reply_to": message.reply_to,
        "keyword": message.keyword,
        "edited": message.edited,
        "automatic": message.automatic,
        "missed": message.missed,
        # Elsewhere the address itself is proof; a From line is not, so each mail brings its own.
        "vouched_by": message.sender.verified_by if message.kind == ChannelKind.EMAIL else None,
        "thread": dict(message.thread),
        "metadata": dict(message.metadata),
    }
    return {name: value for name, value in content.items() if value}


def _consequences(session: Session, message: InboundMessage, stored: Stored) -> None:
    """What a new message changes besides being there."""
    if message.shared_phone:
        identity = identities.resolve_claim(session, arrival(message).sender)
        identities.verify_phone(session, identity, message.shared_phone, "contact_share")
    if message.metadata.get("start") or message.metadata.get("group"):
        linking.take(session, message, arrival(message).sender, stored.message_id)
    if message.keyword in ("stop", "start"):
        _obey(session, message, stored, granted=message.keyword == "start")
    elif _ends_promotions(message, stored):
        # A person will answer, but may not see it before the next promotion goes out.
        heard = stop_words.VERSION
        _record(session, message, stored, channel=consents.ALL, granted=False, version=heard)


def _obey(session: Session, message: InboundMessage, stored: Stored, *, granted: bool) -> None:
    """The provider answered the keyword itself; we only keep what it means (its channel only)."""
    if message.kind != ChannelKind.EMAIL:  # nobody blocks there: consent says it all
        state = IdentityState.OK if granted else IdentityState.OPTED_OUT
        reach.note(session, _keyword_event(message), state)
    channel = message.kind.value
    _record(session, message, stored, channel=channel, granted=granted, version=PROVIDERS_WORDS)


def _ends_promotions(message: InboundMessage, stored: Stored) -> bool:
    """Whether a message that no assistant will hear clearly asks for no more promotions."""
    if stored.owner == Owner.BOT or _needs_no_answer(message):
        return False
    return stop_words.leaves_no_doubt(message.text)


def _record(
    session: Session,
    message: InboundMessage,
    stored: Stored,
    *,
    channel: str,
    granted: bool,
    version: str,
) -> None:
    """The customer's own words are the evidence."""
    consents.record(
        session,
        stored.customer_id,
        purpose=consents.MARKETING,
        channel=channel,
        granted=granted,
        wording=message.text or str(message.keyword),
        wording_version=version,
        source_message_id=stored.message_id,
        actor="customer",
    )


def _keyword_event(message: InboundMessage) -> reach.Event:
    """As Twilio's own adapter tells of it besides."""
    key = f"{message.provider_id}:{message.keyword}"
    address = message.sender.address
    return reach.Event(message.channel, message.kind.value, address, key, message.sent_at)


def _apply_others(session: Session, delivery: Delivery) -> list[str]:
    """Everything that is not a message, in order."""
    topics: list[str] = []
    for event in delivery.events:
        if isinstance(event, StatusUpdate):
            topics += status.apply(session, event)
        elif isinstance(event, Reachability):
            _learn(session, event)
        elif isinstance(event, AddressChanged):
            identities.change_address(session, event.kind.value, event.old, event.new)
    if delivery.cursor:
        cursors.put(session, delivery.cursor.channel, delivery.cursor.value)
    return topics


def _learn(session: Session, event: Reachability) -> None:
    told = reach.Event(event.channel, event.kind.value, event.address, event.event_id, event.at)
    reaching.learn(session, told, IdentityState(event.state.value), said=event.reason)


def _topics(stored: Sequence[Stored]) -> list[str]:
    """Pages that show the conversation, the customer, or the inbox a held message rings in."""
    topics: list[str] = []
    for one in stored:
        topics += [f"conversation:{one.conversation_id}", f"customer:{one.customer_id}"]
        if one.owner != "bot":
            topics.append("inbox")
    return topics


def _count(events: Sequence[Event], kept: Kept) -> None:
    new = len(kept.stored)
    for event in events:
        is_message = isinstance(event, InboundMessage)
        outcome = "stored" if is_message and new else "repeated" if is_message else "applied"
        new -= is_message
        if outcome == "repeated" and _was_missed(event):
            continue  # found in the provider's list, as it should be
        metrics.INBOUND.labels(event.channel, outcome).inc()


def _tell_of_missed(events: Sequence[Event], kept: Kept) -> None:
    """Whoever runs this should hear that webhooks fail."""
    if kept.stored and _was_missed(events[0]):
        log.warning("webhooks failed", channel=events[0].channel, found=len(kept.stored))


def _was_missed(event: Event) -> bool:
    return isinstance(event, InboundMessage) and event.missed
