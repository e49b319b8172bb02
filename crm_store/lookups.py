"""Small questions the message flow asks of several tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text

from crm_store.models import Conversation, Identity, Member, Message, Staff, table_of
from crm_store.models.kinds import Direction, MessageStatus
from crm_store.models.talk import QUEUED, RECEIVED, SENDING
from crm_store.prepared import Among, Prepared
from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class Said:
    """What a customer said, as its channel knows it."""

    provider_id: str | None
    channel: str
    kind: str


def outbound_message(session: Session, channel: str, provider_id: str) -> Message | None:
    """The message we sent that the provider knows by this id."""
    query = select(Message).where(
        Message.channel == channel,
        Message.direction == Direction.OUT,
        Message.provider_id == provider_id,
    )
    return session.scalars(query).first()


def provider_id(session: Session, message_id: int) -> str | None:
    """What the provider calls a message."""
    return session.scalars(select(Message.provider_id).where(Message.id == message_id)).first()


def last_said(session: Session, conversation_id: int) -> Said | None:
    """The customer's last message of a conversation."""
    query = (
        select(Message.provider_id, Conversation.channel, Conversation.kind)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.conversation_id == conversation_id, Message.direction == Direction.IN)
        .order_by(Message.id.desc())
        .limit(1)
    )
    row = session.execute(query).tuples().first()
    return Said(*row) if row else None


def last_thread(session: Session, conversation_id: int) -> dict[str, Any]:
    """The thread of the customer's last message: the mail's, the topic's. {} if there is none.

    What was never to be answered, such as an automatic reply, is passed over.
    """
    query = (
        select(Message.content)
        .where(
            Message.conversation_id == conversation_id,
            Message.direction == Direction.IN,
            Message.status != MessageStatus.IGNORED,
        )
        .order_by(Message.id.desc())
        .limit(1)
    )
    return dict((session.scalars(query).first() or {}).get("thread") or {})


def has_message(session: Session, message_id: int) -> bool:
    """Whether there is a message with this id."""
    return session.scalars(select(Message.id).where(Message.id == message_id)).first() is not None


def members_among(session: Session, customer_ids: Sequence[int]) -> set[int]:
    """Which of these customers are in the loyalty programme."""
    return {row.customer_id for row in _members.rows(session, {"ids": customer_ids})}


def conversation_at(session: Session, kind: str, address: str) -> Conversation | None:
    """The conversation held with an address, if there is one."""
    query = (
        select(Conversation)
        .join(Identity, Identity.id == Conversation.identity_id)
        .where(Identity.kind == kind, Identity.address == address)
    )
    return session.scalars(query).first()


def identity_at(session: Session, kind: str, address: str) -> Identity | None:
    """The identity with this address."""
    query = select(Identity).where(Identity.kind == kind, Identity.address == address)
    return session.scalars(query).first()


def message_counts(session: Session) -> dict[str, int]:
    """How many messages wait, by status. Each count is served by a partial index."""
    return {
        name: session.scalars(select(func.count()).select_from(Message).where(text(where))).one()
        for name, where in (("received", RECEIVED), ("queued", QUEUED), ("sending", SENDING))
    }


def staff_exists(session: Session) -> bool:
    """Whether anybody can sign in to the console yet."""
    return session.scalars(select(Staff.id).limit(1)).first() is not None


_member = table_of(Member)
_members = Prepared(select(_member.c.customer_id).where(Among(_member.c.customer_id)))
