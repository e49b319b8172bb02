"""The hot path: the steps of a message for many conversations at once, in few statements.

Each function does what its single sisters in identities, conversations and messages do.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from crm_store import attachments, conversations, identities, messages, touchpoints
from crm_store import batch_statements as statements
from crm_store.identities import Claim
from crm_store.messages import Draft, Inbound
from crm_store.models import Conversation
from crm_store.models.columns import clean_text
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import Session, insert_ignore, now


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
    originals = []
    for arrival, place, row in zip(arrivals, places, rows, strict=True):
        message_id = new.pop((row["channel"], row["provider_id"]), None)
        if message_id is None:
            stored.append(None)
            continue
        stored.append(Stored(message_id, place.id, place.customer_id, place.owner))
        originals.append((message_id, arrival.inbound))
    messages.keep_originals(session, originals)
    attachments.note(session, originals)
    touchpoints.of_messages(session, [message_id for message_id, _ in originals], at)
    fresh = [(one, arrival) for one, arrival in zip(stored, arrivals, strict=True) if one]
    owners = _note_arrival(session, fresh, at) if fresh else {}
    return [one and _passed_on(session, one, owners[one.conversation_id]) for one in stored]


def _note_arrival(
    session: Session, fresh: Sequence[tuple[Stored, Arrival]], at: datetime
) -> dict[int, Owner]:
    """Their customers wrote now, or when a late message says; who owns each conversation."""
    last: dict[int, datetime] = {}
    for one, arrival in fresh:
        written = min(arrival.inbound.written_late or at, at)
        last[one.conversation_id] = max(last.get(one.conversation_id, written), written)
    if min(last.values()) == at:
        rows = statements.arrived.rows(session, {"ids": sorted(last), "at": at})
    else:  # one after the other, always in the same order: no deadlocks
        each = [{"row": talk, "written": last[talk], "at": at} for talk in sorted(last)]
        rows = [row for one in each for row in statements.arrived_late.rows(session, one)]
    return {row.id: row.owner for row in rows}


def load(session: Session, conversation_ids: Sequence[int], limit: int = 20) -> list[Turn]:
    """The turns waiting in these conversations (locked on PostgreSQL), in the order given.

    At most `limit` messages of each; what is left over waits, so that nobody keeps others waiting.
    """
    if not conversation_ids:
        return []
    ids = list(dict.fromkeys(conversation_ids))
    found = {row.id: row for row in statements.turns.rows(session, {"ids": ids})}
    waiting: dict[int, list[Received]] = {}
    for row in statements.received.rows(session, {"ids": list(found), "most": limit}):
        waiting.setdefault(row[0], []).append(Received(*row[1:]))
    return [_turn(found[one], waiting[one]) for one in ids if one in waiting]


def finish(session: Session, outcomes: Sequence[Outcome]) -> None:
    """Write what turns led to: marks on inbound messages, queued replies, dialogue state."""
    at = now()
    session.flush()
    drafts = [
        messages.outbound_row(draft, outcome.turn, at)
        for outcome in outcomes
        for draft in outcome.replies
    ]
    for draft in drafts:
        draft["talk"] = draft["conversation_id"]  # the statement looks its customer up
    marks = [_marked(mark) for outcome in outcomes for mark in outcome.marks]
    statements.mark.run_many(session, marks)
    statements.queue.run_many(session, drafts)
    statements.save.run_many(session, [_saved(outcome, at) for outcome in outcomes])


def _marked(mark: Mark) -> dict[str, Any]:
    return {
        "row": mark.message_id,
        "to": mark.status,
        "means": mark.intent,
        "sure": mark.confidence,
    }


def _saved(outcome: Outcome, at: datetime) -> dict[str, Any]:
    return {
        "row": outcome.turn.conversation_id,
        "remembers": outcome.dialogue_state,
        "speaks": outcome.language,
        "streak": outcome.bot_streak,
        "at": at,
    }


def _places(session: Session, arrivals: Sequence[Arrival]) -> list[_Place]:
    known = _known(session, arrivals)
    strangers = [arrival for arrival in arrivals if not _unchanged(arrival, known)]
    if strangers:
        for arrival in sorted(strangers, key=_key):  # always the same order: no deadlocks
            if _key(arrival) in known or not _welcome(session, arrival):
                _make(session, arrival)
        known = _known(session, arrivals)  # a stranger may have merged somebody else's customer
    rows = [known[_key(arrival)] for arrival in arrivals]
    return [
        _Place(row.conversation_id, row.customer_id, arrival.channel, row.owner)
        for arrival, row in zip(arrivals, rows, strict=True)
    ]


def _known(session: Session, arrivals: Sequence[Arrival]) -> dict[tuple[str, str], Any]:
    addresses: dict[str, set[str]] = {}
    for arrival in arrivals:
        names = addresses.setdefault(arrival.sender.kind, set())
        names.update((arrival.sender.address, *arrival.sender.aliases))
    found: dict[tuple[str, str], Any] = {}
    for kind, names in addresses.items():
        asked = {"kind": kind, "addresses": sorted(names)}
        rows = statements.senders.rows(session, asked)
        found.update({(row.kind, row.address): row for row in rows})
    return found


def _unchanged(arrival: Arrival, known: Mapping[tuple[str, str], Any]) -> bool:
    """Whether nothing about the sender is news, so that the stored row serves as it is."""
    sender, row = arrival.sender, known.get(_key(arrival))
    return (
        row is not None
        and row.conversation_id is not None
        and row.channel == arrival.channel
        and (sender.verified_by is None or sender.phone in (None, row.phone))
        and (sender.verified_by is None or row.verified_by is not None)
        and (not sender.name or sender.name == row.display_name)
        and all((sender.kind, alias) in known for alias in sender.aliases)
    )


def _passed_on(session: Session, one: Stored, owner: Owner) -> Stored:
    """Somebody took the conversation, or gave it back, since its owner was read: nobody would
    ever look at a message that waits for the one before. Its row is locked by now."""
    if owner == one.owner:
        return one
    held, received = MessageStatus.HELD, MessageStatus.RECEIVED
    before, to = (held, received) if owner == Owner.BOT else (received, held)
    moved = {"row": one.message_id, "before": before, "to": to}
    statements.passed_on.run(session, moved)
    return replace(one, owner=owner)


def _key(arrival: Arrival) -> tuple[str, str]:
    # Cleaned as it is stored, or it would not be found again.
    return (arrival.sender.kind, clean_text(arrival.sender.address))


def _welcome(session: Session, arrival: Arrival) -> bool:
    """Make all that a new address needs; False if it is not as simple as that."""
    sender = arrival.sender
    made = None if sender.aliases else identities.create(session, sender)
    if made is None:
        return False
    identity_id, customer_id = made
    place = {
        "customer_id": customer_id,
        "identity_id": identity_id,
        "channel": arrival.channel,
        "kind": sender.kind,
    }
    return insert_ignore(session, Conversation, place)


def _make(session: Session, arrival: Arrival) -> None:
    identity = identities.resolve_claim(session, arrival.sender)
    conversations.for_identity(session, identity, arrival.channel)
    session.flush()


def _insert_new(
    session: Session, rows: Sequence[dict[str, Any]]
) -> dict[tuple[str, str | None], int]:
    inserted = statements.insert_inbound.rows_of_many(session, rows)
    return {(row.channel, row.provider_id): row.id for row in inserted}


def _turn(row: Any, received: Sequence[Received]) -> Turn:
    language = row.language or row.customer_language
    return Turn(*(*row[:12], language, row.name, tuple(received)))
