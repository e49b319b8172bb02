"""The loyalty programme: cards, points, tiers, rewards."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select

from crm_store import loyalty_ledger, loyalty_tiers, touchpoints
from crm_store.loyalty_ledger import (
    AlreadyReversed,
    AlreadySpent,
    InsufficientPoints,
    KeyReused,
    LedgerError,
    NotReversible,
    Posting,
    balance,
    expire_due,
)
from crm_store.loyalty_tiers import put_tier, qualifying, tiers
from crm_store.loyalty_verify import Problem, verify_ledger
from crm_store.models import Member, PointEntry, PointLot, Redemption, Reward, Tier
from crm_store.models.kinds import MemberState, TouchKind
from crm_store.session import Duplicate, Session, now

__all__ = [
    "AlreadyReversed",
    "AlreadySpent",
    "Expiring",
    "InsufficientPoints",
    "KeyReused",
    "LedgerError",
    "NotReversible",
    "Posting",
    "Problem",
    "UnknownReward",
    "adjust",
    "balance",
    "earn",
    "enrol",
    "expire_due",
    "expiring",
    "get",
    "history",
    "luhn_digit",
    "member_of",
    "put_reward",
    "put_tier",
    "qualifying",
    "redeem",
    "redemptions",
    "reverse",
    "rewards",
    "spend",
    "tier_of",
    "tiers",
    "verify_ledger",
]


class UnknownReward(LedgerError):
    """There is no active reward with this code."""


@dataclass(frozen=True, slots=True)
class Expiring:
    """Points that expire together."""

    points: int
    expires_at: datetime


def enrol(
    session: Session, customer_id: int, *, consent_id: int | None = None, source: str = "bot"
) -> tuple[Member, bool]:
    """The customer's membership and whether it was made now; a second one is never made."""
    member = member_of(session, customer_id)
    if member is not None:
        return member, False
    while member is None:
        try:
            with session.begin_nested():
                member = _issue(session, customer_id, consent_id, source)
        except Duplicate:  # the number is taken, or somebody else enrolled this customer just now
            existing = member_of(session, customer_id)
            if existing is not None:
                return existing, False
    loyalty_tiers.evaluate(session, member, member.enrolled_at)
    return member, True


def member_of(session: Session, customer_id: int) -> Member | None:
    """The customer's active membership."""
    return session.scalars(_member_of, {"customer": customer_id}).one_or_none()


def get(session: Session, member_id: int) -> Member:
    """The member, following merges. Raises NoResultFound."""
    member = session.get_one(Member, member_id)
    return member if member.merged_into_id is None else get(session, member.merged_into_id)


def tier_of(session: Session, member: Member) -> Tier | None:
    """The tier a member has reached."""
    return None if member.tier_id is None else session.get(Tier, member.tier_id)


def history(session: Session, member_id: int, limit: int = 10) -> list[PointEntry]:
    """The newest entries first."""
    query = select(PointEntry).where(PointEntry.member_id == member_id)
    newest = query.order_by(PointEntry.at.desc(), PointEntry.id.desc())
    return list(session.scalars(newest.limit(limit)))


def expiring(
    session: Session, member_id: int, within_days: int = 30, *, at: datetime | None = None
) -> list[Expiring]:
    """Points that expire within `within_days`, the soonest first."""
    at = at or now()
    query = select(PointLot.remaining, PointLot.expires_at).where(
        PointLot.member_id == member_id,
        PointLot.remaining > 0,
        PointLot.expires_at > at,
        PointLot.expires_at <= at + timedelta(days=within_days),
    )
    totals: dict[datetime, int] = {}
    for points, expires_at in session.execute(query.order_by(PointLot.expires_at)).tuples():
        assert expires_at is not None
        totals[expires_at] = totals.get(expires_at, 0) + points
    return [Expiring(points, expires_at) for expires_at, points in totals.items()]


def earn(
    session: Session,
    member_id: int,
    points: int,
    *,
    key: str,
    reason: str,
    expires_at: datetime | None = None,
    ref: str | None = None,
    actor: str = "system",
    at: datetime | None = None,
) -> PointEntry:
    """Give `points` (> 0). A repeated `key` gives the earlier entry and does nothing."""
    posting = Posting(key, reason, ref, actor, at)
    return loyalty_ledger.earn(session, member_id, points, posting, expires_at)


def spend(
    session: Session,
    member_id: int,
    points: int,
    *,
    key: str,
    reason: str,
    ref: str | None = None,
    actor: str = "system",
    at: datetime | None = None,
) -> PointEntry:
    """Take `points` (> 0), soonest-expiring first. Raises InsufficientPoints."""
    return loyalty_ledger.spend(session, member_id, points, Posting(key, reason, ref, actor, at))


def adjust(
    session: Session,
    member_id: int,
    points: int,
    *,
    key: str,
    reason: str,
    expires_at: datetime | None = None,
    actor: str,
    at: datetime | None = None,
) -> PointEntry:
    """Correct a balance by hand, up or down. Raises InsufficientPoints."""
    posting = Posting(key, reason, None, actor, at)
    return loyalty_ledger.adjust(session, member_id, points, posting, expires_at)


def reverse(
    session: Session,
    entry_id: int,
    *,
    key: str,
    reason: str,
    actor: str = "system",
    at: datetime | None = None,
) -> PointEntry:
    """Undo an earning or spending. Raises AlreadySpent, AlreadyReversed, NotReversible."""
    return loyalty_ledger.reverse(session, entry_id, Posting(key, reason, None, actor, at))


def rewards(session: Session) -> list[Reward]:
    """What points can buy now, the cheapest first."""
    query = select(Reward).where(Reward.active.is_(True))
    return list(session.scalars(query.order_by(Reward.cost, Reward.id)))


def put_reward(session: Session, code: str, name: str, cost: int, description: str = "") -> Reward:
    """Add a reward or change the one with this code."""
    reward = _reward(session, code) or Reward(code=code)
    reward.name, reward.cost, reward.description = name, cost, description
    session.add(reward)
    session.flush()
    return reward


def redeem(
    session: Session,
    member_id: int,
    reward_code: str,
    *,
    key: str,
    actor: str = "customer",
    at: datetime | None = None,
) -> Redemption:
    """Buy a reward; `Redemption.code` is what the shop scans. The same `key` buys it once.

    Raises UnknownReward, InsufficientPoints.
    """
    reward = _reward(session, reward_code)
    if reward is None or not reward.active:
        raise UnknownReward
    posting = Posting(key, reward.name, f"reward:{reward.code}", actor, at)
    entry = loyalty_ledger.spend(session, member_id, reward.cost, posting)
    earlier = select(Redemption).where(Redemption.entry_id == entry.id)
    redemption = session.scalars(earlier).one_or_none()
    if redemption is None:
        redemption = Redemption(
            member_id=entry.member_id,
            reward_id=reward.id,
            entry_id=entry.id,
            code=secrets.token_hex(5).upper(),
        )
        session.add(redemption)
        session.flush()
    return redemption


def redemptions(session: Session, member_id: int, limit: int = 20) -> list[Redemption]:
    """Rewards bought, the newest first."""
    query = select(Redemption).where(Redemption.member_id == member_id)
    return list(session.scalars(query.order_by(Redemption.id.desc()).limit(limit)))


def luhn_digit(digits: str) -> str:
    """The check digit that makes `digits` + it a Luhn number (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _issue(session: Session, customer_id: int, consent_id: int | None, source: str) -> Member:
    seven = f"{secrets.randbelow(10**7):07d}"
    member = Member(
        customer_id=customer_id,
        card_number=f"VIP-{seven}{luhn_digit(seven)}",
        consent_id=consent_id,
        source=source,
    )
    session.add(member)
    session.flush()
    touchpoints.add(
        session,
        customer_id,
        TouchKind.ENROLLED,
        actor=source,
        subject=member.card_number,
        ref_type="member",
        ref_id=member.id,
    )
    return member


def _reward(session: Session, code: str) -> Reward | None:
    return session.scalars(select(Reward).where(Reward.code == code)).one_or_none()


_member_of = select(Member).where(
    Member.customer_id == bindparam("customer"), Member.state == MemberState.ACTIVE
)
