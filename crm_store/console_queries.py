"""Read-only questions of the pages: the staff's inbox, the visitor's thread, the front page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from crm_store import conversations
from crm_store.delivery import provider_key
from crm_store.models import Conversation, Customer, Identity, Message, Staff
from crm_store.models.kinds import ConversationState, Direction, MessageStatus, Owner
from crm_store.models.talk import MessagePart
from crm_store.session import Session

PREVIEW = 160


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A conversation in a list, with all that a member of staff wants to know before opening it."""

    conversation: Conversation
    customer_name: str | None
    address: str
    preview: str
    """The last words of the customer."""
    owner_name: str | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many conversations wait for a person, and how many are one's own."""

    waiting: int
    mine: int


def find_for_staff(session: Session, staff: Staff, conversation_id: int) -> Conversation | None:
    """The conversation, None if there is no such one. Raises NotYours if `staff` may not see it."""
    conversation = session.get(Conversation, conversation_id)
    if conversation is not None and not conversations.may_see(staff, conversation):
        raise conversations.NotYours(conversations.NotYours.__doc__)
    return conversation


def inbox_rows(session: Session, found: Sequence[Conversation]) -> list[InboxRow]:
    """The conversations, in the order given, with names, addresses and the last thing said."""
    customers = _names(session, Customer, {one.customer_id for one in found})
    staff = _names(session, Staff, {one.owner_staff_id for one in found if one.owner_staff_id})
    addresses = _addresses(session, {one.identity_id for one in found})
    previews = _previews(session, {one.id for one in found})
    return [
        InboxRow(
            conversation,
            customers.get(conversation.customer_id),
            addresses[conversation.identity_id],
            previews.get(conversation.id, ""),
            staff.get(conversation.owner_staff_id or 0),
        )
        for conversation in found
    ]


def counts(session: Session, staff: Staff) -> Counts:
    """Of the conversations `staff` may see."""
    visible = select(func.count(Conversation.id)).where(conversations.visible_to(staff))
    waiting = visible.where(
        Conversation.owner == Owner.QUEUE, Conversation.state == ConversationState.OPEN
    )
    mine = visible.where(Conversation.owner == Owner.STAFF, Conversation.owner_staff_id == staff.id)
    return Counts(session.scalars(waiting).one(), session.scalars(mine).one())


def staff_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """The names of these members of staff by id."""
    found = _names(session, Staff, {one for one in ids if one})
    return {key: name or "" for key, name in found.items()}


def refusals(session: Session, conversation_id: int, since: datetime) -> list[str]:
    """The error codes of what we failed to send in a conversation since then."""
    query = select(Message.error_code).where(
        Message.conversation_id == conversation_id,
        Message.direction == Direction.OUT,
        Message.status == MessageStatus.FAILED,
        Message.created_at >= since,
        Message.error_code.is_not(None),
    )
    return [code for code in session.scalars(query) if code]


def referred(session: Session, said: Sequence[Message]) -> dict[int, Message]:
    """What customers' messages answer or are new versions of, by the id of the one that refers."""
    named = {one.id: key for one in said if (key := _names_another(one))}
    if not named:
        return {}
    found = _by_provider_id(session, said[0].conversation_id, set(named.values()))
    return {id_: found[key] for id_, key in named.items() if key in found}


def remembered(session: Session) -> tuple[int, int]:
    """How many customers and how many messages the store holds."""
    customers = session.scalars(select(func.count(Customer.id))).one()
    return customers, session.scalars(select(func.count(Message.id))).one()


def _names_another(message: Message) -> str | None:
    original = message.content.get("metadata", {}).get("original")
    key = original or message.content.get("reply_to")
    return provider_key(str(key)) if key and message.direction == Direction.IN else None


def _by_provider_id(session: Session, conversation_id: int, keys: set[str]) -> dict[str, Message]:
    here = Message.conversation_id == conversation_id
    whole = select(Message.provider_id, Message).where(here, Message.provider_id.in_(keys))
    part = select(MessagePart.provider_id, Message).join(
        Message, Message.id == MessagePart.message_id
    )
    part = part.where(here, MessagePart.provider_id.in_(keys))
    rows = [*session.execute(whole).tuples(), *session.execute(part).tuples()]
    return {str(key): message for key, message in rows}


def _names(
    session: Session, table: type[Customer] | type[Staff], ids: set[int]
) -> dict[int, str | None]:
    query = select(table.id, table.name).where(table.id.in_(ids))
    return dict(session.execute(query).tuples().all())


def _addresses(session: Session, ids: set[int]) -> dict[int, str]:
    query = select(Identity.id, Identity.address).where(Identity.id.in_(ids))
    return dict(session.execute(query).tuples().all())


def _previews(session: Session, ids: set[int]) -> dict[int, str]:
    last = (
        select(func.max(Message.id))
        .where(Message.conversation_id.in_(ids), Message.direction == Direction.IN)
        .group_by(Message.conversation_id)
    )
    query = select(Message.conversation_id, Message.text).where(Message.id.in_(last))
    return {row[0]: row[1][:PREVIEW] for row in session.execute(query)}
