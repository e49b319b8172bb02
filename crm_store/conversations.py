"""Conversations: one per identity, who owns it, what the dialogue remembers."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Select, and_, func, literal, or_, select, text, tuple_, update

from crm_store import batch_statements, touchpoints
from crm_store.models import Conversation, Identity, Message, Staff
from crm_store.models.kinds import ConversationState, Owner, StaffRole, TouchKind
from crm_store.models.talk import RECEIVED, WAITING
from crm_store.session import Session, insert_ignore, now

View = Literal["waiting", "mine", "all"]
Place = tuple[datetime, int]
"""Where a conversation stands in the inbox: since when it waits or was last used, and its id."""
FRONT_DESK = "service"
"""The team that answers whatever no other team has."""
SEES_ALL = (StaffRole.SUPERVISOR, StaffRole.ADMIN)


class NotYours(Exception):
    """This conversation belongs to another team."""


def for_identity(session: Session, identity: Identity, channel: str) -> Conversation:
    """The conversation with an identity, made if new. `channel` (name) is the one last used."""
    query = select(Conversation).where(Conversation.identity_id == identity.id)
    conversation = session.scalars(query).one_or_none()
    if conversation is None:
        values = {
            "customer_id": identity.customer_id,
            "identity_id": identity.id,
            "channel": channel,
            "kind": identity.kind,
        }
        insert_ignore(session, Conversation, values)
        conversation = session.scalars(query).one()
    if conversation.channel != channel:
        conversation.channel = channel
    return conversation


def get(session: Session, conversation_id: int) -> Conversation:
    """Raises NoResultFound."""
    return session.get_one(Conversation, conversation_id)


def lock(session: Session, conversation_id: int) -> Conversation:
    """The conversation as it is now, its row locked until the transaction ends."""
    query = select(Conversation).where(Conversation.id == conversation_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def of_customer(session: Session, customer_id: int) -> list[Conversation]:
    """All conversations of a customer, the latest used first."""
    query = select(Conversation).where(Conversation.customer_id == customer_id)
    return list(session.scalars(query.order_by(Conversation.last_message_at.desc())))


def waiting(session: Session, limit: int = 100, *, at: datetime | None = None) -> list[int]:
    """Ids of conversations the bot owns, not leased, with received messages; oldest first."""
    asked = {"at": at or now(), "most": limit}
    return [row.id for row in batch_statements.waiting.rows(session, asked)]


def lease(session: Session, ids: Sequence[int], by: str, until: datetime) -> list[int]:
    """Claim conversations for a turn by worker `by`; gives those it got."""
    statement = (
        update(Conversation)
        .where(Conversation.id.in_(ids), _unleased(now()))
        .values(lease_by=by, lease_until=until)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(statement))


def release(session: Session, ids: Sequence[int]) -> None:
    """Give up the lease on conversations."""
    statement = update(Conversation).where(Conversation.id.in_(ids))
    session.execute(
        statement.values(lease_by=None, lease_until=None),
        execution_options={"synchronize_session": False},
    )


def release_all(session: Session) -> None:
    """Give up every lease: nobody is at work."""
    leased = update(Conversation).where(Conversation.lease_until.is_not(None))
    free = leased.values(lease_by=None, lease_until=None)
    session.execute(free.execution_options(synchronize_session=False))


def change_owner(
    session: Session,
    conversation: Conversation,
    owner: Owner,
    *,
    staff_id: int | None = None,
    reason: str | None = None,
    team: str | None = None,
    actor: str = "system",
) -> int:
    """Hand a conversation over; gives the new owner version, which makes older replies void.

    Received messages the bot has not answered are held for the person taking over.
    """
    conversation = lock(session, conversation.id)
    conversation.owner = owner
    conversation.owner_staff_id = staff_id
    conversation.owner_version += 1
    conversation.state = ConversationState.OPEN
    conversation.bot_streak = 0
    conversation.handover_reason = reason if owner != Owner.BOT else None
    conversation.team = team or conversation.team
    if owner != Owner.QUEUE:
        conversation.waiting_since = None
    elif conversation.waiting_since is None:
        conversation.waiting_since = now()
    session.flush()
    if owner != Owner.BOT:
        _hold_received(session, conversation.id)
    _journal(session, conversation, reason, actor)
    return conversation.owner_version


def inbox(
    session: Session,
    staff: Staff,
    *,
    view: View = "waiting",
    limit: int = 50,
    after: Place | None = None,
) -> list[Conversation]:
    """What `staff` may see: waiting for a person, their own, or all; the longest waiting first.

    `after` is the `place` of the last one of the page before.
    """
    query = _of_view(select(Conversation), staff, view)
    if after is not None:
        query = query.where(_beyond(view, after))
    if view == "waiting":
        query = query.order_by(Conversation.waiting_since, Conversation.id)
    else:
        query = query.order_by(Conversation.last_message_at.desc(), Conversation.id.desc())
    return list(session.scalars(query.limit(limit)))


def waiting_ids(session: Session, staff: Staff, limit: int = 1000) -> list[int]:
    """The conversations that wait for a person and that `staff` may see, by id."""
    query = _of_view(select(Conversation.id), staff, "waiting")
    return list(session.scalars(query.order_by(Conversation.id).limit(limit)))


def place(view: View, conversation: Conversation) -> Place:
    """Where the next page of `inbox` goes on after this conversation."""
    since = conversation.waiting_since if view == "waiting" else None
    return since or conversation.last_message_at, conversation.id


def _of_view(query: Select[Any], staff: Staff, view: View) -> Select[Any]:
    query = query.where(visible_to(staff))
    if view == "waiting":
        return query.where(
            text(f"conversations.{WAITING}"), Conversation.state == ConversationState.OPEN
        )
    if view == "mine":
        return query.where(
            Conversation.owner == Owner.STAFF, Conversation.owner_staff_id == staff.id
        )
    return query


def _beyond(view: View, after: Place) -> Any:
    column = Conversation.waiting_since if view == "waiting" else Conversation.last_message_at
    here = tuple_(column, Conversation.id)
    there = tuple_(literal(after[0], Conversation.last_message_at.type), literal(after[1]))
    return here > there if view == "waiting" else here < there


def for_staff(session: Session, staff: Staff, conversation_id: int) -> Conversation:
    """The conversation if `staff` may see it. Raises NotYours, NoResultFound."""
    query = select(Conversation).where(Conversation.id == conversation_id)
    conversation = session.scalars(query).one()
    if not may_see(staff, conversation):
        raise NotYours(NotYours.__doc__)
    return conversation


def may_see(staff: Staff, conversation: Conversation) -> bool:
    """Whether a member of staff may open a conversation: their team's or their own.

    What no team has yet, and staff without a team, belong to the front desk.
    """
    return (
        staff.role in SEES_ALL
        or (conversation.team or FRONT_DESK) == (staff.team or FRONT_DESK)
        or conversation.owner_staff_id == staff.id
    )


def visible_to(staff: Staff) -> Any:
    """The same rule as `may_see`, as a condition."""
    if staff.role in SEES_ALL:
        return and_(True)
    return or_(
        func.coalesce(Conversation.team, FRONT_DESK) == (staff.team or FRONT_DESK),
        Conversation.owner_staff_id == staff.id,
    )


def save_state(
    session: Session,
    conversation_id: int,
    *,
    dialogue_state: str | None = None,
    language: str | None = None,
    bot_streak: int | None = None,
) -> None:
    """Keep what the dialogue remembers; arguments left None stay as they are."""
    changes = {"dialogue_state": dialogue_state, "language": language, "bot_streak": bot_streak}
    values = {name: value for name, value in changes.items() if value is not None}
    if values:
        statement = update(Conversation).where(Conversation.id == conversation_id)
        session.execute(statement.values(**values))


def resolve(session: Session, conversation: Conversation) -> None:
    """Mark a conversation as done; the next inbound message opens it again."""
    conversation.state = ConversationState.RESOLVED
    conversation.waiting_since = None
    session.flush()


def _unleased(at: datetime) -> Any:
    return or_(Conversation.lease_until.is_(None), Conversation.lease_until < at)


def _hold_received(session: Session, conversation_id: int) -> None:
    statement = update(Message).where(
        Message.conversation_id == conversation_id, text(f"messages.{RECEIVED}")
    )
    session.execute(statement.values(status="held"))


def _journal(session: Session, conversation: Conversation, reason: str | None, actor: str) -> None:
    subject = f"{conversation.owner.value}: {reason}" if reason else conversation.owner.value
    touchpoints.add(
        session,
        conversation.customer_id,
        TouchKind.HANDOVER,
        channel=conversation.channel,
        actor=actor,
        subject=subject,
        ref_type="conversation",
        ref_id=conversation.id,
    )
