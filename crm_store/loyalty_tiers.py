"""Tiers: the level a member has reached by points earned in the last 365 days."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from crm_store.models import Member, PointEntry, Tier
from crm_store.models.kinds import EntryKind, MemberState
from crm_store.session import Session

WINDOW = timedelta(days=365)


def tiers(session: Session) -> list[Tier]:
    """All tiers, the lowest threshold first."""
    return list(session.scalars(select(Tier).order_by(Tier.threshold)))


def put_tier(session: Session, code: str, name: str, threshold: int, benefits: str = "") -> Tier:
    """Add a tier or change the one with this code."""
    tier = session.scalars(select(Tier).where(Tier.code == code)).one_or_none() or Tier(code=code)
    tier.name, tier.threshold, tier.benefits = name, threshold, benefits
    session.add(tier)
    session.flush()
    return tier


def qualifying(session: Session, member_id: int, at: datetime) -> int:
    """Points earned in the 365 days before `at`, reversed earnings left out."""
    return earned(session, [member_id], at).get(member_id, 0)


def earned(session: Session, member_ids: Sequence[int], at: datetime) -> dict[int, int]:
    """Qualifying points of each of `member_ids` that has any."""
    reversal = aliased(PointEntry)
    undone = select(reversal.id).where(reversal.reverses_id == PointEntry.id, reversal.at <= at)
    query = (
        select(PointEntry.member_id, func.sum(PointEntry.points))
        .where(
            PointEntry.member_id.in_(member_ids),
            PointEntry.kind == EntryKind.EARN,
            PointEntry.at > at - WINDOW,
            PointEntry.at <= at,
            ~undone.exists(),
        )
        .group_by(PointEntry.member_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(query)}


def reached(levels: Sequence[Tier], points: int) -> Tier | None:
    """The highest of `levels` (lowest first) that `points` reach."""
    return next((tier for tier in reversed(levels) if tier.threshold <= points), None)


def evaluate(session: Session, member: Member, at: datetime) -> None:
    """Set a member's tier as of `at`."""
    tier = reached(tiers(session), qualifying(session, member.id, at))
    member.tier_id = tier.id if tier else None
    member.tier_at = at
    session.flush()


def evaluate_all(session: Session, at: datetime, chunk: int = 500) -> None:
    """Set every active member's tier as of `at`, in chunks."""
    levels = tiers(session)
    last = 0
    while members := _next_members(session, last, chunk):
        points = earned(session, [member.id for member in members], at)
        for member in members:
            tier = reached(levels, points.get(member.id, 0))
            member.tier_id = tier.id if tier else None
            member.tier_at = at
        session.flush()
        last = members[-1].id


def _next_members(session: Session, after: int, chunk: int) -> list[Member]:
    query = select(Member).where(Member.id > after, Member.state == MemberState.ACTIVE)
    return list(session.scalars(query.order_by(Member.id).limit(chunk).with_for_update()))
