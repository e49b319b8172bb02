"""How far each polled channel has been read; stored in the same transaction as its messages."""

from crm_store.models import PollCursor
from crm_store.session import Session


def get(session: Session, channel: str) -> str | None:
    """The cursor last stored for a channel name."""
    row = session.get(PollCursor, channel)
    return None if row is None else row.cursor


def put(session: Session, channel: str, cursor: str) -> None:
    """Store the cursor of a channel name."""
    session.merge(PollCursor(channel=channel, cursor=cursor))
    session.flush()
