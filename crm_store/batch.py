"""The hot path: the steps of a message for many conversations at once, in few statements.

Each function does what its single sisters in identities, conversations and messages do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from crm_store import conversations, identities, messages, touchpoints
from crm_store.identities import Claim
from crm_store.messages import Draft, Inbound
from crm_store.models import Conversation, Customer, Identity, Message, table_of
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.models.talk import RECEIVED
from crm_store.session import Session, now


@dataclass(frozen=True, slots=True)
class Arrival:
    """One inbound message with who the channel says sent it. `channel` is the channel's name."""

    channel: str
    sender: Claim
    inbound: Inbound


@dataclass(frozen=True, slots=True)
class Stored:
    """A message that was new, and where it went."""

    message_id: int
    conversation_id: int
    customer_id: int
    owner: Owner


@dataclass(frozen=True, slots=True)
class Received:
    """An inbound message waiting for its turn."""

    id: int
    text: str
    kind: str
    content: Mapping[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A conversation with its waiting messages, and all a turn must know about it."""

    conversation_id: int
    customer_id: int
    identity_id: int
    channel: str
    kind: str
    address: str
    phone: str | None
    verified_by: str | None
    owner: Owner
    owner_version: int
    dialogue_state: str | None
    bot_streak: int
    language: str | None
    customer_name: str | None
    messages: tuple[Received, ...]

    @property
    def id(self) -> int:
        """The conversation's id, so that a turn can be queued to like a conversation."""
        return self.conversation_id


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a turn led to, to be written with `finish`."""

    turn: Turn
    replies: Sequence[Draft] = ()
    dialogue_state: str | None = None
    language: str | None = None
    bot_streak: int = 0
    marks: Sequence["Mark"] = field(default=())


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of one inbound message."""

    message_id: int
    status: MessageStatus = MessageStatus.HANDLED
    intent: str | None = None
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an arrival goes; looks like a conversation to `messages.inbound_row`."""

    id: int
    customer_id: int
    channel: str
    owner: Owner


def store(session: Session, arrivals: Sequence[Arrival]) -> list[Stored | None]:
    """Store messages with originals and touchpoints; None at the place of each repeat."""
    at = now()
    places = _places(session, arrivals)
    rows = [
        messages.inbound_row(arrival.inbound, place, at)
        for arrival, place in zip(arrivals, places, strict=True)
    ]
    new = _insert_new(session, rows)
    stored: list[Stored | None] = []
    originals, touches = [], []
    for arrival, place, row in zip(arrivals, places, rows, strict=True):
        message_id = new.pop((row["channel"], row["provider_id"]), None)
        if message_id is None:
            stored.append(None)
            continue
        stored.append(Stored(message_id, place.id, place.customer_id, place.owner))
        originals.append((message_id, arrival.inbound))
        touches.append(messages.inbound_touch(message_id, row))
    messages.keep_originals(session, originals)
    touchpoints.add_many(session, touches)
    fresh = {one.conversation_id for one in stored if one}
    if fresh:
        session.execute(_arrived, [{"row": one, "at": at} for one in sorted(fresh)])
    return stored


def load(session: Session, conversation_ids: Sequence[int], limit: int = 200) -> list[Turn]:
    """The turns waiting in these conversations (locked on PostgreSQL), in the order given."""
    if not conversation_ids:
        return []
    known = _details.where(Conversation.id.in_(conversation_ids))
    locked = known.with_for_update(of=Conversation, skip_locked=True)
    found = {row.id: row for row in session.execute(locked)}
    waiting: dict[int, list[Received]] = {}
    query = _received.where(Message.conversation_id.in_(list(found))).limit(limit)
    for row in session.execute(query):
        waiting.setdefault(row[0], []).append(Received(*row[1:]))
    return [
        _turn(found[one], waiting[one]) for one in dict.fromkeys(conversation_ids) if one in waiting
    ]


def finish(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write what turns led to: marks on inbound messages, queued replies, dialogue state."""
    at = now()
    marks = [
        {
            "row": mark.message_id,
            "to": mark.status,
            "means": mark.intent,
            "sure": mark.confidence,
        }
        for outcome in outcomes
        for mark in outcome.marks
    ]
    drafts = [
        messages.outbound_row(draft, outcome.turn, at)
        for outcome in outcomes
        for draft in outcome.replies
    ]
    states = [
        {
            "row": outcome.turn.conversation_id,
            "state_now": outcome.dialogue_state,
            "speaks": outcome.language,
            "streak": outcome.bot_streak,
            "at": at,
        }
        for outcome in outcomes
    ]
    for statement, rows in ((_marked, marks), (_queued, drafts), (_saved, states)):
        if rows:
            session.execute(statement, rows)


def _places(session: Session, arrivals: Sequence[Arrival]) -> list[_Place]:
    known = _known(session, arrivals)
    places = []
    for arrival in arrivals:
        key = (arrival.sender.kind, arrival.sender.address)
        row = known.get(key)
        if row is None or not _unchanged(row, arrival, known):
            known[key] = row = _make(session, arrival)
        places.append(_Place(row.conversation_id, row.customer_id, arrival.channel, row.owner))
    return places


def _known(session: Session, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], Any]:
    addresses: dict[str, set[str]] = {}
    for arrival in arrivals:
        names = addresses.setdefault(arrival.sender.kind, set())
        names.update((arrival.sender.address, *arrival.sender.aliases))
    found: dict[tuple[str, str], Any] = {}
    for kind, names in addresses.items():
        query = _senders.where(Identity.kind == kind, Identity.address.in_(sorted(names)))
        found.update({(row.kind, row.address): row for row in session.execute(query)})
    return found


def _unchanged(row: Any, arrival: Arrival, known: Mapping[tuple[str, str], Any]) -> bool:
    """Whether nothing about the sender is news, so that the stored row serves as it is."""
    sender = arrival.sender
    return (
        row.conversation_id is not None
        and row.alias_of_id is None
        and row.channel == arrival.channel
        and (sender.phone is None or sender.phone == row.phone)
        and (sender.verified_by is None or row.verified_by is not None)
        and (not sender.name or sender.name == row.display_name)
        and all((sender.kind, alias) in known for alias in sender.aliases)
    )


def _make(session: Session, arrival: Arrival) -> Any:
    sender = arrival.sender
    identity = identities.resolve_claim(session, sender)
    conversation = conversations.for_identity(session, identity, arrival.channel)
    session.flush()
    query = _senders.where(Identity.id == conversation.identity_id)
    return session.execute(query).one()


def _insert_new(
    session: Session, rows: Sequence[dict[str, Any]]
) -> dict[tuple[str, str | None], int]:
    if not rows:
        return {}
    postgres = session.get_bind().dialect.name == "postgresql"
    inserted = session.execute(_insert_postgresql if postgres else _insert_sqlite, list(rows))
    return {(row.channel, row.provider_id): row.id for row in inserted}


def _turn(row: Any, received: Sequence[Received]) -> Turn:
    language = row.language or row.customer_language
    return Turn(*(*row[:12], language, row.name, tuple(received)))


_table = table_of(Message)
_conversations = table_of(Conversation)
_returned = (_table.c.id, _table.c.channel, _table.c.provider_id)
_insert_sqlite = sqlite.insert(_table).on_conflict_do_nothing().returning(*_returned)
_insert_postgresql = postgresql.insert(_table).on_conflict_do_nothing().returning(*_returned)
_queued = insert(_table)
_marked = (
    update(_table)
    .where(_table.c.id == bindparam("row"))
    .values(status=bindparam("to"), intent=bindparam("means"), confidence=bindparam("sure"))
)
_arrived = (
    update(_conversations)
    .where(_conversations.c.id == bindparam("row"))
    .values(last_inbound_at=bindparam("at"), last_message_at=bindparam("at"), state="open")
)
_saved = (
    update(_conversations)
    .where(_conversations.c.id == bindparam("row"))
    .values(
        dialogue_state=bindparam("state_now"),
        language=bindparam("speaks"),
        bot_streak=bindparam("streak"),
        last_message_at=bindparam("at"),
    )
)
_senders = select(
    Identity.kind,
    Identity.address,
    Identity.alias_of_id,
    Identity.phone,
    Identity.display_name,
    Identity.verified_by,
    Identity.customer_id,
    Conversation.id.label("conversation_id"),
    Conversation.channel,
    Conversation.owner,
).outerjoin(Conversation, Conversation.identity_id == Identity.id)
_details = (
    select(
        Conversation.id,
        Conversation.customer_id,
        Conversation.identity_id,
        Conversation.channel,
        Conversation.kind,
        Identity.address,
        Identity.phone,
        Identity.verified_by,
        Conversation.owner,
        Conversation.owner_version,
        Conversation.dialogue_state,
        Conversation.bot_streak,
        Conversation.language,
        Customer.language.label("customer_language"),
        Customer.name,
    )
    .join(Identity, Identity.id == Conversation.identity_id)
    .join(Customer, Customer.id == Conversation.customer_id)
)
_received = (
    select(
        Message.conversation_id,
        Message.id,
        Message.text,
        Message.kind,
        Message.content,
        Message.created_at,
    )
    .where(text(f"messages.{RECEIVED}"))
    .order_by(Message.id)
)
