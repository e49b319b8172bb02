"""What was said while a person had the conversation, so that Rasa's own record has no holes."""

from crm_store import messages
from crm_store.models.kinds import Author, Direction, MessageStatus
from crm_store.session import Session

MOST = 20
LONGEST = 1_000


def lines(session: Session, conversation_id: int, before: int) -> list[dict[str, str]]:
    """Held messages and staff's answers since the bot last answered, oldest first.

    Each is {"author": "customer" | "staff", "text": …}; at most the last MOST.
    """
    found: list[dict[str, str]] = []
    for message in reversed(messages.thread(session, conversation_id, MOST, before)):
        if message.direction == Direction.IN:
            if message.status != MessageStatus.HELD:
                break
            found.append({"author": "customer", "text": message.text[:LONGEST]})
        elif message.author == Author.STAFF:
            found.append({"author": "staff", "text": message.text[:LONGEST]})
    return found[::-1]
