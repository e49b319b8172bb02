"""Recompute the whole points ledger from its entries and list what does not agree."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Label, Select, Subquery, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from crm_store.loyalty_tiers import qualifying, reached, tiers
from crm_store.models import Member, PointAllocation, PointEntry, PointLot
from crm_store.models.kinds import MemberState
from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing in the ledger that does not follow from its entries."""

    member_id: int
    what: str


def verify_ledger(session: Session) -> list[Problem]:
    """Every entry, lot, balance and tier that cannot be recomputed. Empty when all is well."""
    return [
        *_entries(session),
        *_lots(session),
        *_balances(session),
        *_tiers(session),
    ]


def _entries(session: Session) -> Iterator[Problem]:
    spread = _sums(PointAllocation.entry_id.label("id"))
    query = (
        select(PointEntry.member_id, PointEntry.id, PointEntry.points, spread.c.total)
        .outerjoin(spread, spread.c.id == PointEntry.id)
        .where(func.coalesce(spread.c.total, 0) != PointEntry.points)
    )
    for member_id, entry_id, points, total in session.execute(query):
        yield Problem(member_id, f"entry {entry_id} is {points} but its lots got {total or 0}")


def _lots(session: Session) -> Iterator[Problem]:
    spread = _sums(PointAllocation.lot_id.label("id"))
    query = (
        select(PointLot.member_id, PointLot.id, PointLot.remaining, spread.c.total)
        .outerjoin(spread, spread.c.id == PointLot.id)
        .where(or_(func.coalesce(spread.c.total, 0) != PointLot.remaining, PointLot.remaining < 0))
    )
    for member_id, lot_id, remaining, total in session.execute(query):
        yield Problem(member_id, f"lot {lot_id} has {remaining} left but should have {total or 0}")


def _balances(session: Session) -> Iterator[Problem]:
    lots = _member_sum(PointLot.member_id, PointLot.remaining)
    entries = _member_sum(PointEntry.member_id, PointEntry.points)
    held = {row[0]: int(row[1]) for row in session.execute(lots)}
    posted = {row[0]: int(row[1]) for row in session.execute(entries)}
    for member_id in sorted(held.keys() | posted.keys()):
        left, total = held.get(member_id, 0), posted.get(member_id, 0)
        if left != total or total < 0:
            yield Problem(member_id, f"entries add up to {total} points but the lots hold {left}")


def _tiers(session: Session) -> Iterator[Problem]:
    levels = tiers(session)
    query = select(Member.id, Member.tier_id, Member.tier_at)
    for member_id, tier_id, at in session.execute(query.where(Member.state == MemberState.ACTIVE)):
        tier = reached(levels, qualifying(session, member_id, at))
        if (tier.id if tier else None) != tier_id:
            yield Problem(member_id, f"tier should be {tier.code if tier else 'none'}")


def _sums(key: Label[int]) -> Subquery:
    return select(key, func.sum(PointAllocation.points).label("total")).group_by(key).subquery()


def _member_sum(
    member: InstrumentedAttribute[int], points: InstrumentedAttribute[int]
) -> Select[tuple[int, int]]:
    return select(member, func.sum(points)).group_by(member)
