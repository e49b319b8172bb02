"""Token buckets that several processes draw from, one row each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select

from crm_store import clock
from crm_store.models import RateBucket
from crm_store.session import Session, insert_ignore

FULL = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """A bucket of `burst` tokens that gains `rate` a second; `key` "" is the whole channel's."""

    key: str
    rate: float
    burst: float


def take(
    session: Session,
    channel: str,
    limits: Sequence[Limit],
    *,
    longest: float = 0.0,
    at: datetime | None = None,
) -> float:
    """Take one token from each of a channel's buckets; gives the seconds to wait before sending.

    If that would be more than `longest`, nothing is taken. Others wait for the commit, so take in
    a transaction of its own. The time is the database's, unless `at` says otherwise.
    """
    ordered = sorted(limits, key=lambda limit: limit.key)  # the same for all: no deadlocks
    rows = [_locked(session, channel, limit.key) for limit in ordered]
    at = at or clock.shared(session)
    for row, limit in _pairs(rows, ordered):
        row.full_at = min(row.full_at, at + _farthest(limit, longest))
    wait = max((_wait(row, limit, at) for row, limit in _pairs(rows, ordered)), default=0.0)
    if wait <= longest:
        for row, limit in _pairs(rows, ordered):
            row.full_at = max(row.full_at, at) + timedelta(seconds=1 / limit.rate)
        session.flush()
    return wait


def forget(session: Session) -> int:
    """Delete full buckets, which say nothing; gives how many."""
    full = delete(RateBucket).where(RateBucket.full_at < clock.shared(session))
    return len(session.scalars(full.returning(RateBucket.channel)).all())


def _locked(session: Session, channel: str, key: str) -> RateBucket:
    query = (
        select(RateBucket)
        .where(RateBucket.channel == channel, RateBucket.key == key)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = session.scalars(query).one_or_none()
    while found is None:  # forgotten by another process between the two statements
        insert_ignore(session, RateBucket, {"channel": channel, "key": key, "full_at": FULL})
        found = session.scalars(query).one_or_none()
    return found


def _farthest(limit: Limit, longest: float) -> timedelta:
    """No bucket is full later, with room for others' `longest`; else the clock was put back."""
    return timedelta(seconds=60 + longest + (limit.burst + 1) / limit.rate)


def _wait(row: RateBucket, limit: Limit, at: datetime) -> float:
    """Seconds until the bucket holds a whole token."""
    used = max(0.0, (row.full_at - at).total_seconds()) * limit.rate
    return max(0.0, used + 1 - max(1.0, limit.burst)) / limit.rate


def _pairs(rows: Sequence[RateBucket], limits: Sequence[Limit]) -> "zip[tuple[RateBucket, Limit]]":
    return zip(rows, limits, strict=True)
