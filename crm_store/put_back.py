"""A clock that was put back leaves times in the future, which nobody should wait for."""

from datetime import timedelta

from sqlalchemy import text, update

from crm_store import clock
from crm_store.models import Message
from crm_store.models.talk import QUEUED, SENDING
from crm_store.session import Session, now

FARTHEST = timedelta(minutes=2)
"""No send takes longer, whatever its lease."""
_REPLY = 0


def mend(session: Session) -> int:
    """Bring leases of sends and replies written "later" back to now; gives how many replies.

    What is being sent keeps a whole lease. Bulk is left alone: it may be meant for tomorrow.
    """
    longest = clock.shared(session) + FARTHEST
    too_long = update(Message).where(text(f"messages.{SENDING}"), Message.lease_until > longest)
    session.execute(too_long.values(lease_until=longest), execution_options=_PLAIN)
    at = now()
    early = update(Message).where(
        text(f"messages.{QUEUED}"),
        Message.priority == _REPLY,
        Message.not_before > at + FARTHEST,
        Message.created_at > at + FARTHEST,
    )
    due = early.values(not_before=at, created_at=at).returning(Message.id)
    return len(session.scalars(due, execution_options=_PLAIN).all())


_PLAIN = {"synchronize_session": False}
