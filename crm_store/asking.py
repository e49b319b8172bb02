"""Asking providers about messages with an unknown outcome: one worker at a time for each.

While a message is unknown, its `lease_until` says until when nobody asks about it (again).
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_, text, update

from crm_store import clock
from crm_store.models import Message, table_of
from crm_store.models.talk import UNKNOWN
from crm_store.outbox import Claimed, as_claimed, details
from crm_store.prepared import Among, Prepared
from crm_store.session import Session

LEASE = timedelta(minutes=5)
"""Longer than any provider is waited for; then another worker may ask."""
FARTHEST = timedelta(hours=12)
"""A time farther away was given by a clock that was put back since; nobody waits so long."""
_PLAIN = {"synchronize_session": False}


_table = table_of(Message)


def _is_free(at: Any, farthest: Any) -> ColumnElement[bool]:
    """Nobody asks about it, and nobody asked too short a time ago."""
    until = _table.c.lease_until
    return or_(until.is_(None), until <= at, until > farthest)


def due(
    session: Session,
    limit: int,
    channels: Sequence[str],
    *,
    after: int,
    since: datetime,
    at: datetime,
) -> list[Claimed]:
    """Unknown messages of some channels that may be asked about at `at`, the oldest first.

    Those with ids above `after` that were not due for sending before `since`.
    """
    asked = {"most": limit, "channels": channels, "after": after, "since": since, "at": at}
    found = _due.rows(session, {**asked, "farthest": at + FARTHEST})
    return [as_claimed(row, row.attempts) for row in found]


def begin(session: Session, message_id: int, *, at: datetime | None = None) -> timedelta | None:
    """Take a message to ask about it; gives how long ago its last attempt had ended.

    None if another worker asks, or asked too short a time ago, or it is not unknown any more.
    """
    at = at or clock.shared(session)
    taken = (
        update(Message)
        .where(
            Message.id == message_id,
            text(f"messages.{UNKNOWN}"),
            _is_free(at, at + FARTHEST),
        )
        .values(lease_until=at + LEASE)
        .returning(Message.unknown_since, Message.created_at, Message.not_before)
    )
    row = session.execute(taken, execution_options=_PLAIN).first()
    if row is None:
        return None
    ended: datetime = row.unknown_since or max(row.created_at, row.not_before)
    return at - ended


def end(session: Session, message_id: int, *, again: timedelta, at: datetime | None = None) -> None:
    """The provider could not tell: nobody asks it `again` before that time has passed."""
    at = at or clock.shared(session)
    later = update(Message).where(Message.id == message_id, text(f"messages.{UNKNOWN}"))
    session.execute(later.values(lease_until=at + again), execution_options=_PLAIN)


_due = Prepared(
    details()
    .where(
        text(f"messages.{UNKNOWN}"),
        Among(_table.c.channel, "channels"),
        _table.c.id > bindparam("after"),
        _table.c.not_before >= bindparam("since"),
        _is_free(bindparam("at"), bindparam("farthest")),
    )
    .order_by(_table.c.id)
    .limit(bindparam("most"))
)
