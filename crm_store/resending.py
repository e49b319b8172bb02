"""Sending a message again because a person said so: as a new one, the old one given up for good."""

from typing import Any

from sqlalchemy import update

from crm_store import conversations, messages
from crm_store.models import Message
from crm_store.models.kinds import Author, Direction, MessageStatus
from crm_store.session import Session

LOST = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


class NotLostError(Exception):
    """This message needs no sending again: it is under way, or it was sent again already."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def find(session: Session, message_id: int) -> Message | None:
    """The message, None if there is none."""
    return session.get(Message, message_id)


def send_again(session: Session, message_id: int, *, staff_id: int) -> Message:
    """Queue a copy of a failed or unknown message; each names the other in its content.

    The old one keeps in `lost_as` which of the two it was.
    The old one counts as failed from now on, so that neither a late look-up at the provider nor
    a second person sends it once more. Raises NotLostError.
    """
    old = messages.get(session, message_id)
    conversation = conversations.lock(session, old.conversation_id)
    session.refresh(old)
    if old.direction != Direction.OUT or "sent_again_as" in old.content:
        raise NotLostError
    lost_as = old.status
    if not _give_up(session, message_id):
        raise NotLostError
    new = messages.queue(
        session,
        conversation,
        text=old.text,
        author=Author.STAFF,
        staff_id=staff_id,
        owner_version=conversation.owner_version,
        content={**_copied(old.content), "sends_again": old.id},
        in_reply_to_id=old.in_reply_to_id,
        kind=old.kind,
    )
    session.refresh(old)
    old.content = {**old.content, "sent_again_as": new.id, "lost_as": lost_as.value}
    return new


def _give_up(session: Session, message_id: int) -> bool:
    """The worker may have settled it meanwhile: then it is not ours to send again."""
    statement = (
        update(Message)
        .where(Message.id == message_id, Message.status.in_(LOST))
        .values(status=MessageStatus.FAILED)
        .returning(Message.id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first() is not None


def _copied(content: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in content.items() if name != "sends_again"}
