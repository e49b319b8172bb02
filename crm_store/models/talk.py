"""Conversations and their messages; the messages table is also the queue."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, UtcDateTime, now, words
from crm_store.models.kinds import Author, ConversationState, Direction, MessageStatus, Owner

# Literal SQL: a planner uses a partial index only if the query repeats its condition literally.
RECEIVED = "status = 'received'"
QUEUED = "status = 'queued'"
SENDING = "status = 'sending'"
UNKNOWN = "status = 'unknown'"
OUTGOING = "status IN ('queued', 'sending')"
WAITING = "owner = 'queue'"


def _partial(name: str, *columns: str, where: str) -> Index:
    condition = text(where)
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)


class Conversation(Base):
    """Everything said with one identity. `owner_version` rises at each change of owner."""

    __tablename__ = "conversations"
    __table_args__ = (
        UniqueConstraint("identity_id"),
        Index("ix_conversations_customer_id", "customer_id"),
        Index("ix_conversations_last_message_at_id", "last_message_at", "id"),
        _partial("ix_conversations_waiting", "waiting_since", "id", where=WAITING),
        Index("ix_conversations_owner_staff_id", "owner_staff_id"),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    channel: Mapped[str]
    kind: Mapped[str]
    state: Mapped[ConversationState] = mapped_column(
        words(ConversationState, "state"), default=ConversationState.OPEN
    )
    owner: Mapped[Owner] = mapped_column(words(Owner, "owner"), default=Owner.BOT)
    owner_staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    owner_version: Mapped[int] = mapped_column(default=1)
    handover_reason: Mapped[str | None]
    waiting_since: Mapped[datetime | None]
    team: Mapped[str | None]
    dialogue_state: Mapped[str | None]
    language: Mapped[str | None]
    last_inbound_at: Mapped[datetime | None]
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    bot_streak: Mapped[int] = mapped_column(default=0)
    lease_by: Mapped[str | None]
    lease_until: Mapped[datetime | None]
    created_at: Mapped[Created]


class Message(Base):
    """One message, in or out. `not_before` is when an outbound one may go.

    `lease_until`: until when one that is being sent may be, or one that is unknown is not asked
    about; `unknown_since`: when its last attempt with an unknown outcome had ended.
    """

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("channel", "direction", "provider_id"),
        Index("ix_messages_conversation_id_id", "conversation_id", "id"),
        Index("ix_messages_customer_id_id", "customer_id", "id"),
        _partial("ix_messages_received", "conversation_id", "id", where=RECEIVED),
        _partial("ix_messages_queued", "priority", "not_before", "id", where=QUEUED),
        _partial("ix_messages_sending", "lease_until", where=SENDING),
        _partial("ix_messages_unknown", "id", where=UNKNOWN),
        _partial("ix_messages_outgoing", "conversation_id", "priority", "id", where=OUTGOING),
    )

    id: Mapped[Id]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversations.id"))
    customer_id: Mapped[CustomerRef]
    channel: Mapped[str]
    direction: Mapped[Direction] = mapped_column(words(Direction, "direction"))
    provider_id: Mapped[str | None]
    status: Mapped[MessageStatus] = mapped_column(words(MessageStatus, "status"))
    author: Mapped[Author] = mapped_column(words(Author, "author"))
    staff_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    kind: Mapped[str] = mapped_column(default="text")
    text: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]] = mapped_column(default=dict)
    in_reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    owner_version: Mapped[int | None]
    priority: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None]
    unknown_since: Mapped[datetime | None]
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    intent: Mapped[str | None]
    confidence: Mapped[float | None]
    created_at: Mapped[Created]
    sent_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    conversation: Mapped[Conversation] = relationship(lazy="raise")


class MessageOriginal(Base):
    """What the provider sent, byte for byte."""

    __tablename__ = "message_originals"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), primary_key=True)
    raw: Mapped[bytes]
    raw_type: Mapped[str]


class PendingStatus(Base):
    """A delivery report that came before our own record of the provider's id."""

    __tablename__ = "status_updates_pending"
    __table_args__ = (Index("ix_status_updates_pending_provider_id", "provider_id", "channel"),)

    id: Mapped[Id]
    channel: Mapped[str]
    provider_id: Mapped[str]
    status: Mapped[MessageStatus] = mapped_column(words(MessageStatus, "status"))
    error_code: Mapped[str | None]
    error: Mapped[str | None]
    reach: Mapped[str | None]
    retry_seconds: Mapped[int | None]
    stops_sender: Mapped[bool] = mapped_column(default=False, server_default=false())
    at: Mapped[Created]


class MessagePart(Base):
    """A further provider id of a message sent in several parts."""

    __tablename__ = "message_parts"
    __table_args__ = (
        UniqueConstraint("channel", "provider_id"),
        Index("ix_message_parts_message_id", "message_id"),
    )

    id: Mapped[Id]
    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"))
    channel: Mapped[str]
    provider_id: Mapped[str]


class PollCursor(Base):
    """How far a polled channel has been read."""

    __tablename__ = "poll_cursors"

    channel: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
