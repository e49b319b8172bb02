"""The points ledger: integer points, append-only entries, lots spent soonest-expiring first.

Every entry is spread over lots by allocations, so an entry's points and a lot's remainder are
both sums of allocations and can be recomputed at any time. All postings of one member run one
after the other (row lock on PostgreSQL, the single writer on SQLite).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update

from crm_store import loyalty_tiers, touchpoints
from crm_store.models import Member, PointAllocation, PointEntry, PointLot, Redemption
from crm_store.models.kinds import EntryKind, RedemptionState, TouchKind
from crm_store.session import Session, now


class LedgerError(Exception):
    """The ledger refused a movement of points."""

    def __init__(self, detail: str = "") -> None:
        super().__init__(detail or self.__doc__)


class InsufficientPoints(LedgerError):
    """The balance is smaller than the points to be spent."""


class AlreadySpent(LedgerError):
    """Points of this earning were already spent or have expired; it cannot be reversed."""


class AlreadyReversed(LedgerError):
    """This entry was already reversed under another key."""


class NotReversible(LedgerError):
    """Only earnings, spendings and adjustments can be reversed."""


class KeyReused(LedgerError):
    """The idempotency key belongs to a different movement; keys must be unique per movement."""


@dataclass(frozen=True, slots=True)
class Posting:
    """Why points move. `key` makes the movement happen once however often it is asked for."""

    key: str
    reason: str
    ref: str | None = None
    actor: str = "system"
    at: datetime | None = None


def balance(session: Session, member_id: int, at: datetime | None = None) -> int:
    """Points that can be spent at `at` (now by default); expired ones no longer count."""
    return sum(lot.remaining for lot in _live(session, member_id, at or now()))


def earn(
    session: Session, member_id: int, points: int, posting: Posting, expires_at: datetime | None
) -> PointEntry:
    """Add `points` (> 0) as a new lot. `expires_at` None never expires."""
    return _add(session, member_id, points, posting, expires_at=expires_at)


def spend(session: Session, member_id: int, points: int, posting: Posting) -> PointEntry:
    """Take `points` (> 0), soonest-expiring lots first, then oldest. Raises InsufficientPoints."""
    return _take(session, member_id, points, posting, EntryKind.SPEND)


def adjust(
    session: Session, member_id: int, points: int, posting: Posting, expires_at: datetime | None
) -> PointEntry:
    """Correct a balance by hand, up or down. Raises InsufficientPoints."""
    if points > 0:
        kind = EntryKind.ADJUST
        return _add(session, member_id, points, posting, expires_at=expires_at, kind=kind)
    return _take(session, member_id, -points, posting, EntryKind.ADJUST)


def reverse(session: Session, entry_id: int, posting: Posting) -> PointEntry:
    """Undo an earning or a spending by a counter-entry on the same lots.

    Points given back to a lot that has expired meanwhile expire at once, as an entry of their own.
    Raises AlreadySpent, AlreadyReversed, NotReversible, KeyReused.
    """
    original = session.get_one(PointEntry, entry_id)
    member = lock(session, original.member_id)
    earlier = _posted(session, posting.key, member.id, EntryKind.REVERSE)
    if earlier is not None:
        if earlier.reverses_id != entry_id:
            raise KeyReused
        return earlier
    _check_reversible(session, original)
    spread = _allocations(session, original)
    entry = _post(session, member, EntryKind.REVERSE, -original.points, posting)
    entry.reverses_id = entry_id
    for allocation, lot in spread:
        _move(session, entry, lot, -allocation.points)
    _cancel_redemption(session, original)
    session.flush()
    expire_member(session, member.id, entry.at)
    loyalty_tiers.evaluate(session, member, entry.at)
    return entry


def expire_member(session: Session, member_id: int, at: datetime) -> list[PointEntry]:
    """Post the expiry of every lot of one (locked) member that is due at `at`."""
    query = select(PointLot).where(
        PointLot.member_id == member_id, PointLot.remaining > 0, PointLot.expires_at <= at
    )
    lots = list(session.scalars(query.order_by(PointLot.id)))
    return [_expire(session, lot, at) for lot in lots]


def expire_due(session: Session, at: datetime | None = None) -> list[PointEntry]:
    """Post the expiry of all lots due at `at` and look at every tier again."""
    at = at or now()
    query = select(PointLot.member_id).where(PointLot.remaining > 0, PointLot.expires_at <= at)
    entries: list[PointEntry] = []
    for member_id in session.scalars(query.distinct().order_by(PointLot.member_id)).all():
        lock(session, member_id)
        entries.extend(expire_member(session, member_id, at))
    loyalty_tiers.evaluate_all(session, at)
    return entries


def lock(session: Session, member_id: int) -> Member:
    """The member, following merges, locked until the transaction ends."""
    while True:
        query = select(Member).where(Member.id == member_id).with_for_update()
        member = session.scalars(query.execution_options(populate_existing=True)).one()
        if member.merged_into_id is None:
            return member
        member_id = member.merged_into_id


def _add(
    session: Session,
    member_id: int,
    points: int,
    posting: Posting,
    *,
    expires_at: datetime | None,
    kind: EntryKind = EntryKind.EARN,
) -> PointEntry:
    _check_positive(points)
    member = lock(session, member_id)
    earlier = _posted(session, posting.key, member.id, kind)
    if earlier is not None:
        return earlier
    entry = _post(session, member, kind, points, posting)
    lot = PointLot(
        member_id=member.id,
        entry_id=entry.id,
        points=points,
        remaining=points,
        earned_at=entry.at,
        expires_at=expires_at,
    )
    session.add(lot)
    session.flush()
    session.add(PointAllocation(entry_id=entry.id, lot_id=lot.id, points=points))
    session.flush()
    loyalty_tiers.evaluate(session, member, entry.at)
    return entry


def _take(
    session: Session, member_id: int, points: int, posting: Posting, kind: EntryKind
) -> PointEntry:
    _check_positive(points)
    member = lock(session, member_id)
    earlier = _posted(session, posting.key, member.id, kind)
    if earlier is not None:
        return earlier
    lots = _live(session, member.id, posting.at or now())
    held = sum(lot.remaining for lot in lots)
    if held < points:
        raise InsufficientPoints(f"{points} points asked for, {held} there")
    entry = _post(session, member, kind, -points, posting)
    for lot in lots:
        taken = min(points, lot.remaining)
        if taken:
            _move(session, entry, lot, -taken)
        points -= taken
    session.flush()
    return entry


def _live(session: Session, member_id: int, at: datetime) -> list[PointLot]:
    """Lots with points left, in the order they are spent."""
    query = select(PointLot).where(
        PointLot.member_id == member_id,
        PointLot.remaining > 0,
        PointLot.expires_at.is_(None) | (PointLot.expires_at > at),
    )
    lots = session.scalars(query.execution_options(populate_existing=True))
    return sorted(lots, key=_spending_order)


def _spending_order(lot: PointLot) -> tuple[bool, float, float, int]:
    expires = lot.expires_at.timestamp() if lot.expires_at else 0.0
    return (lot.expires_at is None, expires, lot.earned_at.timestamp(), lot.id)


def _post(
    session: Session, member: Member, kind: EntryKind, points: int, posting: Posting
) -> PointEntry:
    entry = PointEntry(
        member_id=member.id,
        kind=kind,
        points=points,
        key=posting.key,
        reason=posting.reason,
        ref=posting.ref,
        actor=posting.actor,
        at=posting.at or now(),
    )
    session.add(entry)
    session.flush()
    touchpoints.add(
        session,
        member.customer_id,
        TouchKind.POINTS,
        actor=posting.actor,
        subject=f"{points:+d} {posting.reason}",
        ref_type="point_entry",
        ref_id=entry.id,
        at=entry.at,
    )
    return entry


def _move(session: Session, entry: PointEntry, lot: PointLot, points: int) -> None:
    lot.remaining += points
    session.add(PointAllocation(entry_id=entry.id, lot_id=lot.id, points=points))


def _expire(session: Session, lot: PointLot, at: datetime) -> PointEntry:
    # A lot can expire more than once: a reversed spending may give points back to it later.
    times = select(func.count()).where(PointAllocation.lot_id == lot.id)
    key = f"expire:{lot.id}:{session.scalars(times).one()}"
    member = session.get_one(Member, lot.member_id)
    posting = Posting(key, "expired", actor="system", at=at)
    entry = _post(session, member, EntryKind.EXPIRE, -lot.remaining, posting)
    _move(session, entry, lot, -lot.remaining)
    session.flush()
    return entry


def _posted(session: Session, key: str, member_id: int, kind: EntryKind) -> PointEntry | None:
    entry = session.scalars(select(PointEntry).where(PointEntry.key == key)).one_or_none()
    if entry is not None and (entry.member_id != member_id or entry.kind != kind):
        raise KeyReused
    return entry


def _check_reversible(session: Session, original: PointEntry) -> None:
    if original.kind not in (EntryKind.EARN, EntryKind.SPEND, EntryKind.ADJUST):
        raise NotReversible
    reversal = select(PointEntry.id).where(PointEntry.reverses_id == original.id)
    if session.scalars(reversal).first() is not None:
        raise AlreadyReversed
    if original.points > 0 and any(
        lot.remaining < allocation.points for allocation, lot in _allocations(session, original)
    ):
        raise AlreadySpent


def _allocations(session: Session, entry: PointEntry) -> Sequence[tuple[PointAllocation, PointLot]]:
    query = (
        select(PointAllocation, PointLot)
        .join(PointLot, PointLot.id == PointAllocation.lot_id)
        .where(PointAllocation.entry_id == entry.id)
        .order_by(PointAllocation.id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _cancel_redemption(session: Session, original: PointEntry) -> None:
    statement = update(Redemption).where(Redemption.entry_id == original.id)
    session.execute(statement.values(state=RedemptionState.CANCELED))


def _check_positive(points: int) -> None:
    if points <= 0:
        raise ValueError(f"points must be more than 0, not {points}")
