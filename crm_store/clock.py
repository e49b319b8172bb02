"""The one clock of processes that share a store: the server's on PostgreSQL, else our own."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from crm_store.session import Session, now


def shared(session: Session) -> datetime:
    """The time now, not when the transaction began; hosts' clocks may differ, this one does not."""
    if session.get_bind().dialect.name != "postgresql":
        return now()
    at: datetime = session.scalars(select(func.clock_timestamp())).one()
    return at.astimezone(UTC)
