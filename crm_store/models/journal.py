"""The journal of touchpoints: one short row for everything that happened with a customer."""

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, words
from crm_store.models.kinds import TouchKind


class Touchpoint(Base):
    """Append-only, but for messages that never arrived and go out anew.

    `actor` is customer, bot, system or staff:<id>.
    """

    __tablename__ = "touchpoints"
    __table_args__ = (Index("ix_touchpoints_customer_id_at_id", "customer_id", "at", "id"),)

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    at: Mapped[Created]
    kind: Mapped[TouchKind] = mapped_column(words(TouchKind, "kind"))
    channel: Mapped[str | None]
    actor: Mapped[str]
    subject: Mapped[str]
    ref_type: Mapped[str | None]
    ref_id: Mapped[int | None]
