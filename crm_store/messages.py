"""Messages in and out; the table is also the queue (see outbox and delivery)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import and_, insert, select, text, update

from crm_store import attachments, touchpoints
from crm_store.delivery import apply_status, provider_key
from crm_store.models import Conversation, Message, MessageOriginal, table_of
from crm_store.models.kinds import (
    Author,
    ConversationState,
    Direction,
    MessageStatus,
    Owner,
)
from crm_store.models.talk import RECEIVED
from crm_store.outbox import (
    Claimed,
    claim,
    mark_canceled,
    mark_dropped,
    mark_failed,
    mark_many_sent,
    mark_retry,
    mark_sent,
    mark_unknown,
    sweep_expired,
    unknown,
)
from crm_store.session import Session, insert_ignore, now

__all__ = [
    "Claimed",
    "Draft",
    "Inbound",
    "apply_status",
    "claim",
    "get",
    "handled",
    "mark_canceled",
    "mark_dropped",
    "mark_failed",
    "mark_many_sent",
    "mark_retry",
    "mark_sent",
    "mark_unknown",
    "next_received",
    "original",
    "provider_key",
    "queue",
    "record_inbound",
    "sweep_expired",
    "thread",
    "thread_of_customer",
    "unknown",
]


@dataclass(frozen=True, slots=True)
class Inbound:
    """What came in. `status` only to store without an answer (`ignored` for automatic mail).

    `late` says that it reached us long after `sent_at`, which is the provider's word then.
    """

    provider_id: str
    text: str = ""
    kind: str = "text"
    content: Mapping[str, Any] = field(default_factory=dict)
    sent_at: datetime | None = None
    raw: bytes = b""
    raw_type: str = "application/json"
    status: MessageStatus | None = None
    late: bool = False

    @property
    def written_late(self) -> datetime | None:
        """When the customer wrote it, if that is long ago."""
        return self.sent_at if self.late else None


@dataclass(frozen=True, slots=True)
class Draft:
    """What shall go out. A bot's draft carries the owner version its turn started with."""

    text: str
    author: Author = Author.BOT
    owner_version: int | None = None
    staff_id: int | None = None
    content: Mapping[str, Any] = field(default_factory=dict)
    priority: int = 0
    in_reply_to_id: int | None = None
    not_before: datetime | None = None
    kind: str = "text"


def record_inbound(
    session: Session, conversation: Conversation, inbound: Inbound
) -> Message | None:
    """Store one message, its original and its touchpoint. None if it was stored before."""
    at = now()
    values = inbound_row(inbound, conversation, at)
    if not insert_ignore(session, Message, values):
        return None
    query = select(Message).where(
        Message.channel == conversation.channel,
        Message.direction == Direction.IN,
        Message.provider_id == values["provider_id"],
    )
    message = session.scalars(query).one()
    keep_originals(session, [(message.id, inbound)])
    attachments.note(session, [(message.id, inbound)])
    touchpoints.of_messages(session, [message.id], at)
    written = inbound.written_late or at
    conversation.last_inbound_at = max(conversation.last_inbound_at or written, written)
    conversation.last_message_at = at
    conversation.state = ConversationState.OPEN
    return message


def next_received(session: Session, conversation_id: int, limit: int = 20) -> list[Message]:
    """Messages of a conversation not yet answered, in order."""
    query = select(Message).where(
        Message.conversation_id == conversation_id, text(f"messages.{RECEIVED}")
    )
    return list(session.scalars(query.order_by(Message.id).limit(limit)))


def handled(
    session: Session,
    message_ids: Sequence[int],
    *,
    status: MessageStatus = MessageStatus.HANDLED,
    intent: str | None = None,
    confidence: float | None = None,
    error: str | None = None,
) -> None:
    """Mark inbound messages as dealt with: handled, held, ignored or failed."""
    statement = update(Message).where(Message.id.in_(message_ids))
    values = {"status": status, "intent": intent, "confidence": confidence, "error": error}
    session.execute(statement.values(**values))


def queue(
    session: Session,
    conversation: Conversation,
    *,
    text: str,
    author: Author = Author.BOT,
    owner_version: int | None = None,
    staff_id: int | None = None,
    content: Mapping[str, Any] | None = None,
    priority: int = 0,
    in_reply_to_id: int | None = None,
    not_before: datetime | None = None,
    kind: str = "text",
) -> Message:
    """Put one message in the queue. `priority` 0 is a reply, 5 is bulk."""
    draft = Draft(
        text,
        author,
        owner_version,
        staff_id,
        content or {},
        priority,
        in_reply_to_id,
        not_before,
        kind,
    )
    at = now()
    statement = insert(Message).returning(Message)
    message = session.scalars(statement, [outbound_row(draft, conversation, at)]).one()
    conversation.last_message_at = at
    return message


def get(session: Session, message_id: int) -> Message:
    """Raises NoResultFound."""
    return session.get_one(Message, message_id)


def original(session: Session, message_id: int) -> MessageOriginal | None:
    """The provider's bytes of an inbound message."""
    return session.get(MessageOriginal, message_id)


def thread(
    session: Session,
    conversation_id: int,
    limit: int = 50,
    before: int | None = None,
    first: int = 0,
) -> list[Message]:
    """The last `limit` messages (from id `first` on, older than id `before`), oldest first."""
    here = and_(Message.conversation_id == conversation_id, Message.id >= first)
    return _page(session, here, limit, before)


def thread_of_customer(
    session: Session, customer_id: int, limit: int = 50, before: int | None = None
) -> list[Message]:
    """Like `thread`, over all channels of a customer."""
    return _page(session, Message.customer_id == customer_id, limit, before)


def inbound_row(inbound: Inbound, conversation: Any, at: datetime) -> dict[str, Any]:
    """The values of an inbound message; held at once if a person owns the conversation."""
    waiting = MessageStatus.RECEIVED if conversation.owner == Owner.BOT else MessageStatus.HELD
    return {
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "channel": conversation.channel,
        "direction": Direction.IN,
        "provider_id": provider_key(inbound.provider_id),
        "status": inbound.status or waiting,
        "author": Author.CUSTOMER,
        "kind": inbound.kind,
        "text": inbound.text,
        "content": dict(inbound.content),
        "priority": 0,
        "attempts": 0,
        "not_before": at,
        "created_at": at,
        "sent_at": inbound.sent_at or at,
    }


def outbound_row(draft: Draft, conversation: Any, at: datetime) -> dict[str, Any]:
    """The values of a queued message."""
    return {
        "conversation_id": conversation.id,
        "customer_id": conversation.customer_id,
        "channel": conversation.channel,
        "direction": Direction.OUT,
        "status": MessageStatus.QUEUED,
        "author": draft.author,
        "staff_id": draft.staff_id,
        "kind": draft.kind,
        "text": draft.text,
        "content": dict(draft.content),
        "in_reply_to_id": draft.in_reply_to_id,
        "owner_version": draft.owner_version,
        "priority": draft.priority,
        "attempts": 0,
        "not_before": draft.not_before or at,
        "created_at": at,
    }


def keep_originals(session: Session, originals: Sequence[tuple[int, Inbound]]) -> None:
    """Keep the provider's bytes of each message that has any."""
    rows = [
        {"message_id": message_id, "raw": inbound.raw, "raw_type": inbound.raw_type}
        for message_id, inbound in originals
        if inbound.raw
    ]
    if rows:
        session.execute(insert(table_of(MessageOriginal)), rows)


def _page(session: Session, where: Any, limit: int, before: int | None) -> list[Message]:
    query = select(Message).where(where)
    if before is not None:
        query = query.where(Message.id < before)
    return list(session.scalars(query.order_by(Message.id.desc()).limit(limit)))[::-1]
