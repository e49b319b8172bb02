"""Who answers a conversation: the bot, the queue (waiting for a person), a member of staff.

Every change raises the conversation's `owner_version`, which makes any bot reply computed before
void: `bot.outbound` drops it. The caller commits, then publishes `topics(conversation)`.
"""

from collections.abc import Mapping
from typing import Any

from bot.turns import phrases
from channels import window
from channels.errors import WindowClosed
from crm_store import conversations, lookups, messages
from crm_store.models import Conversation, Message, Staff
from crm_store.models.kinds import Author, Owner
from crm_store.session import Session, now


class NotOwnerError(Exception):
    """Take the conversation first: somebody else answers it."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def request(
    session: Session,
    conversation: Conversation,
    reason: str,
    *,
    say: str | None = "queued",
    actor: str = "bot",
) -> int:
    """Put a conversation into the queue for a person; the new owner version.

    `say` names the phrase the customer hears (see `bot.turns.phrases`), None if the bot has said so
    itself. One already waiting or with a person stays where it is and nothing is said.
    """
    if conversation.owner != Owner.BOT:
        return conversation.owner_version
    version = conversations.change_owner(
        session, conversation, Owner.QUEUE, reason=reason, actor=actor
    )
    if say is not None:
        text = phrases.say(say, conversation.language)
        thread = _in_thread(session, conversation)
        messages.queue(session, conversation, text=text, owner_version=version, content=thread)
    return version


def take(session: Session, conversation: Conversation, staff: Staff) -> int:
    """A member of staff answers from now on; the new owner version. Taking twice is nothing.

    Raises NotYours if it belongs to another team.
    """
    conversations.for_staff(session, staff, conversation.id)
    if conversation.owner == Owner.STAFF and conversation.owner_staff_id == staff.id:
        return conversation.owner_version
    return conversations.change_owner(
        session,
        conversation,
        Owner.STAFF,
        staff_id=staff.id,
        reason=conversation.handover_reason,
        actor=f"staff:{staff.id}",
    )


def hand_back(session: Session, conversation: Conversation, staff: Staff) -> int:
    """The bot answers from now on; the new owner version.

    What the customer wrote meanwhile stays with the person who read it. Raises NotOwnerError.
    """
    must_own(conversation, staff)
    return conversations.change_owner(session, conversation, Owner.BOT, actor=f"staff:{staff.id}")


def reply(
    session: Session,
    conversation: Conversation,
    staff: Staff,
    text: str,
    *,
    content: Mapping[str, Any] | None = None,
) -> Message:
    """Queue a member of staff's answer on the customer's channel.

    Raises NotOwnerError, and WindowClosed for free text where only a template may be sent.
    """
    must_own(conversation, staff)
    free = not (content or {}).get("template")
    if free and not window.is_open(conversation.kind, conversation.last_inbound_at, now()):
        raise WindowClosed
    return messages.queue(
        session,
        conversation,
        text=text,
        author=Author.STAFF,
        staff_id=staff.id,
        owner_version=conversation.owner_version,
        content={**_in_thread(session, conversation), **(content or {})},
    )


def _in_thread(session: Session, conversation: Conversation) -> dict[str, Any]:
    """Content that puts a message where the customer wrote last: that topic, that mail's thread."""
    thread = lookups.last_thread(session, conversation.id)
    return {"thread": thread} if thread else {}


def topics(conversation: Conversation) -> tuple[str, ...]:
    """Who must hear of a change of owner."""
    return (
        f"conversation:{conversation.id}",
        f"customer:{conversation.customer_id}",
        "inbox",
    )


def must_own(conversation: Conversation, staff: Staff) -> None:
    """Raises NotOwnerError unless this member of staff answers the conversation."""
    if conversation.owner != Owner.STAFF or conversation.owner_staff_id != staff.id:
        raise NotOwnerError
