"""A turn that raised: counted against its message; at the third a person takes over."""

from bot import metrics
from bot.logs import logger
from bot.turns import answer
from crm_store import messages
from crm_store.batch import Turn
from crm_store.session import Session

log = logger("turn")
MOST_FAILURES = 3


def count(session: Session, turn: Turn, error: Exception) -> None:
    """Note the failure of the conversation's first waiting message."""
    metrics.TURNS.labels("failed").inc()
    message = messages.get(session, turn.messages[0].id)
    message.attempts += 1
    session.flush()
    log.error("turn failed", message_id=message.id, attempts=message.attempts, exc_info=error)
    if message.attempts >= MOST_FAILURES:
        answer.apologise(session, turn, message.id, repr(error))
