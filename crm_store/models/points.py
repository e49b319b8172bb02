"""The loyalty programme: members, the ledger of lots and entries, tiers, rewards."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, words
from crm_store.models.kinds import EntryKind, MemberState, RedemptionState

LIVE = "remaining > 0"
ACTIVE = "state = 'active'"


class Tier(Base):
    """A level reached by points earned in the last twelve months."""

    __tablename__ = "tiers"
    __table_args__ = (UniqueConstraint("code"), UniqueConstraint("threshold"))

    id: Mapped[Id]
    code: Mapped[str]
    name: Mapped[str]
    threshold: Mapped[int]
    benefits: Mapped[str] = mapped_column(default="")


class Member(Base):
    """A loyalty card; one active card per customer. `tier_id` is as found at `tier_at`."""

    __tablename__ = "loyalty_members"
    __table_args__ = (
        UniqueConstraint("card_number"),
        Index("ix_loyalty_members_customer_id", "customer_id"),
        Index("ix_loyalty_members_tier_id", "tier_id"),
        Index(
            "uq_loyalty_members_active",
            "customer_id",
            unique=True,
            sqlite_where=text(ACTIVE),
            postgresql_where=text(ACTIVE),
        ),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    card_number: Mapped[str]
    state: Mapped[MemberState] = mapped_column(
        words(MemberState, "state"), default=MemberState.ACTIVE
    )
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tiers.id"))
    tier_at: Mapped[Created]
    consent_id: Mapped[int | None] = mapped_column(ForeignKey("consents.id"))
    source: Mapped[str]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("loyalty_members.id"))
    enrolled_at: Mapped[Created]
    closed_at: Mapped[datetime | None]


class PointLot(Base):
    """Points earned at one time, expiring together. `remaining` follows from its allocations."""

    __tablename__ = "point_lots"
    __table_args__ = (
        CheckConstraint("points > 0", name="points"),
        CheckConstraint("remaining >= 0 AND remaining <= points", name="remaining"),
        UniqueConstraint("entry_id"),
        Index(
            "ix_point_lots_live",
            "member_id",
            "expires_at",
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index(
            "ix_point_lots_due",
            "expires_at",
            sqlite_where=text(LIVE),
            postgresql_where=text(LIVE),
        ),
        Index("ix_point_lots_member_id", "member_id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("loyalty_members.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("point_entries.id"))
    points: Mapped[int]
    remaining: Mapped[int]
    earned_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]


class PointEntry(Base):
    """One movement of points, signed. Append-only; the same key is never posted twice."""

    __tablename__ = "point_entries"
    __table_args__ = (
        UniqueConstraint("key"),
        UniqueConstraint("reverses_id"),
        CheckConstraint("points != 0", name="points"),
        Index("ix_point_entries_member_id_at_id", "member_id", "at", "id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("loyalty_members.id"))
    kind: Mapped[EntryKind] = mapped_column(words(EntryKind, "kind"))
    points: Mapped[int]
    key: Mapped[str]
    reason: Mapped[str]
    ref: Mapped[str | None]
    actor: Mapped[str]
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("point_entries.id"))
    at: Mapped[Created]


class PointAllocation(Base):
    """How many points an entry put into (positive) or took from (negative) a lot."""

    __tablename__ = "point_allocations"
    __table_args__ = (
        UniqueConstraint("entry_id", "lot_id"),
        CheckConstraint("points != 0", name="points"),
        Index("ix_point_allocations_lot_id", "lot_id"),
    )

    id: Mapped[Id]
    entry_id: Mapped[int] = mapped_column(ForeignKey("point_entries.id"))
    lot_id: Mapped[int] = mapped_column(ForeignKey("point_lots.id"))
    points: Mapped[int]


class Reward(Base):
    """Something points buy."""

    __tablename__ = "rewards"
    __table_args__ = (UniqueConstraint("code"), CheckConstraint("cost > 0", name="cost"))

    id: Mapped[Id]
    code: Mapped[str]
    name: Mapped[str]
    cost: Mapped[int]
    description: Mapped[str] = mapped_column(default="")
    active: Mapped[bool] = mapped_column(default=True)


class Redemption(Base):
    """A reward bought with points; `code` is what the shop scans."""

    __tablename__ = "redemptions"
    __table_args__ = (
        UniqueConstraint("entry_id"),
        UniqueConstraint("code"),
        Index("ix_redemptions_member_id", "member_id"),
    )

    id: Mapped[Id]
    member_id: Mapped[int] = mapped_column(ForeignKey("loyalty_members.id"))
    reward_id: Mapped[int] = mapped_column(ForeignKey("rewards.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("point_entries.id"))
    code: Mapped[str]
    state: Mapped[RedemptionState] = mapped_column(
        words(RedemptionState, "state"), default=RedemptionState.ISSUED
    )
    at: Mapped[Created]
