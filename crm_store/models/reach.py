"""What channels said about whether an address may be written to, so that late news is no news."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created


class ReachEvent(Base):
    """One thing that happened to an address. `at` is when it happened, `created_at` when we heard.

    The id is the channel's; the same one again is a repeat.
    """

    __tablename__ = "reach_events"
    __table_args__ = (
        Index("ix_reach_events_kind_address_at", "kind", "address", "at"),
        Index("ix_reach_events_created_at", "created_at"),
    )

    channel: Mapped[str] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
    created_at: Mapped[Created]
