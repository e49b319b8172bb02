"""What several processes share: rates, who polls, who works at all, what does not work."""

from datetime import datetime

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import words
from crm_store.models.kinds import Way


class RateBucket(Base):
    """How much of a rate is used up; `key` is the recipient's address, "" for the whole channel.

    `full_at` is when the bucket will be full again if nothing more is taken.
    """

    __tablename__ = "rate_buckets"
    __table_args__ = (Index("ix_rate_buckets_full_at", "full_at"),)

    channel: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    full_at: Mapped[datetime]


class PollLease(Base):
    """Which process polls a channel, and until when it may without renewing."""

    __tablename__ = "poll_leases"

    channel: Mapped[str] = mapped_column(primary_key=True)
    holder: Mapped[str]
    lease_until: Mapped[datetime]


class WorkerProcess(Base):
    """A process that takes turns and sends, and when it was last heard of."""

    __tablename__ = "workers"

    name: Mapped[str] = mapped_column(primary_key=True)
    seen_at: Mapped[datetime]


class ChannelTrouble(Base):
    """A channel that cannot send a kind of message, or cannot be fetched from, and why.

    Of a sender: at `until` one message is tried again. `by_report`: the refusal came after the
    provider had taken the message; `taken`: it has taken another one since.
    """

    __tablename__ = "channel_troubles"

    channel: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    way: Mapped[Way] = mapped_column(words(Way, "way"), primary_key=True)
    since: Mapped[datetime]
    until: Mapped[datetime]
    code: Mapped[str | None]
    said: Mapped[str]
    by_report: Mapped[bool]
    taken: Mapped[bool]
