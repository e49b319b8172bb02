"""Which processes work on this store, so that what a dead one left is found at once."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import delete, func, select, update

from crm_store import attachments, clock, conversations, messages
from crm_store.models import WorkerProcess
from crm_store.session import Session, insert_ignore

SILENT = timedelta(minutes=5)
"""A worker not heard of for so long is forgotten, wherever it was."""
FOREVER = timedelta(days=36_500)


def begin(session: Session, name: str, is_gone: Callable[[str], bool]) -> list[int] | None:
    """Note that a worker starts. If all others are gone, what they were in the middle of ends now.

    Gives the messages that became `unknown` by that; None if somebody may still be at work, or
    if nobody was. Leases then run out in their own time, as those of the silent do: it may have
    been the store that was away.
    """
    _one_at_a_time(session)
    at = clock.shared(session)
    others = session.scalars(select(WorkerProcess).where(WorkerProcess.name != name)).all()
    gone = [one for one in others if is_gone(one.name)]
    for one in others:
        if one in gone or one.seen_at < at - SILENT:
            session.delete(one)
    insert_ignore(session, WorkerProcess, {"name": name, "seen_at": at})
    session.flush()
    if not gone or len(gone) < len(others):
        return None
    conversations.release_all(session)
    attachments.let_go_all(session)
    return messages.sweep_expired(session, at=at + FOREVER)


def seen(session: Session, name: str) -> None:
    """A worker is alive; others not heard of for long are forgotten."""
    at = clock.shared(session)
    ours = update(WorkerProcess).where(WorkerProcess.name == name).values(seen_at=at)
    found = ours.returning(WorkerProcess.name).execution_options(synchronize_session=False)
    if session.scalars(found).first() is None:  # it had slept, and another one forgot it
        insert_ignore(session, WorkerProcess, {"name": name, "seen_at": at})
    silent = delete(WorkerProcess).where(WorkerProcess.seen_at < at - SILENT)
    session.execute(silent.execution_options(synchronize_session=False))


def end(session: Session, name: str) -> None:
    """A worker has come to its end and left nothing in the middle."""
    gone = delete(WorkerProcess).where(WorkerProcess.name == name)
    session.execute(gone.execution_options(synchronize_session=False))


def _one_at_a_time(session: Session) -> None:
    """Two that start at once must see each other (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext("workers"))))
