"""What was said while a person had the conversation, so that Rasa's own record has no holes."""

from typing import Any

from crm_store import messages
from crm_store.models import Message
from crm_store.models.kinds import Author, Direction, MessageStatus
from crm_store.session import Session

MOST = 20
LONGEST = 1_000
FOR_A_PERSON = (MessageStatus.HELD, MessageStatus.FAILED)
"""Also the message whose turn failed three times: a person took it."""


def lines(session: Session, conversation_id: int, before: int) -> list[dict[str, Any]]:
    """What was left to a person, and staff's answers, since the bot last answered, oldest first.

    Each is {"author": "customer" | "staff", "text": …, "at": Unix time}; at most the last MOST.
    """
    found: list[dict[str, Any]] = []
    for message in reversed(messages.thread(session, conversation_id, MOST, before)):
        if message.direction == Direction.IN:
            if message.status not in FOR_A_PERSON:
                break
            found.append(_line("customer", message))
        elif message.author == Author.STAFF:
            found.append(_line("staff", message))
    return found[::-1]


def _line(author: str, message: Message) -> dict[str, Any]:
    at = message.created_at.timestamp()
    return {"author": author, "text": message.text[:LONGEST], "at": at}
