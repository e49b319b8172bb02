"""Customers, the addresses they write from, and the record of merges."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, UtcDateTime, now, words
from crm_store.models.kinds import CustomerKind, IdentityState


class Customer(Base):
    """One person or group we know. `merged_into_id` set: look there, this row is history."""

    __tablename__ = "customers"
    __table_args__ = (
        Index("ix_customers_merged_into_id", "merged_into_id"),
        Index("ix_customers_owner_id", "owner_id"),
    )

    id: Mapped[Id]
    kind: Mapped[CustomerKind] = mapped_column(
        words(CustomerKind, "kind"), default=CustomerKind.PERSON
    )
    name: Mapped[str | None]
    language: Mapped[str | None]
    timezone: Mapped[str | None]
    birthday: Mapped[date | None]
    city: Mapped[str | None]
    occupation: Mapped[str | None]
    lifecycle_stage: Mapped[str | None]
    preferred_channel: Mapped[str | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    attributes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("customers.id"))
    created_at: Mapped[Created]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class Identity(Base):
    """One address a customer writes from, such as a phone number on a channel.

    An alias (`alias_of_id` set) is another name of the same address at the provider; it has no
    conversation of its own.
    """

    __tablename__ = "identities"
    __table_args__ = (
        UniqueConstraint("kind", "address"),
        Index("ix_identities_customer_id", "customer_id"),
        Index("ix_identities_phone", "phone"),
        Index("ix_identities_alias_of_id", "alias_of_id"),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    kind: Mapped[str]
    address: Mapped[str]
    alias_of_id: Mapped[int | None] = mapped_column(ForeignKey("identities.id"))
    phone: Mapped[str | None]
    display_name: Mapped[str | None]
    verified_by: Mapped[str | None]
    verified_at: Mapped[datetime | None]
    state: Mapped[IdentityState] = mapped_column(
        words(IdentityState, "state"), default=IdentityState.OK
    )
    created_at: Mapped[Created]
    customer: Mapped[Customer] = relationship(lazy="raise")

    @property
    def verified(self) -> bool:
        """Whether somebody we trust vouches that the sender owns this address or phone."""
        return self.verified_by is not None


class CustomerMerge(Base):
    """One customer merged into another, with all that a later exact undo needs.

    `moved` maps table name to re-pointed row ids; `before` holds the changed values as they were.
    """

    __tablename__ = "customer_merges"
    __table_args__ = (
        Index("ix_customer_merges_source_id", "source_id"),
        Index("ix_customer_merges_target_id", "target_id"),
    )

    id: Mapped[Id]
    source_id: Mapped[CustomerRef]
    target_id: Mapped[CustomerRef]
    reason: Mapped[str]
    actor: Mapped[str]
    at: Mapped[Created]
    moved: Mapped[dict[str, Any]]
    before: Mapped[dict[str, Any]]
