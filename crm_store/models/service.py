"""Complaints, consents and one-time codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm_store.models.base import Base
from crm_store.models.columns import Created, CustomerRef, Id, UtcDateTime, now, words
from crm_store.models.kinds import ComplaintStatus, Severity


class Complaint(Base):
    """A complaint with its own number, such as K-2026-000123."""

    __tablename__ = "complaints"
    __table_args__ = (
        UniqueConstraint("number"),
        UniqueConstraint("source_message_id"),
        Index("ix_complaints_customer_id_status", "customer_id", "status"),
        Index("ix_complaints_status_due_at", "status", "due_at"),
    )

    id: Mapped[Id]
    number: Mapped[str]
    customer_id: Mapped[CustomerRef]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversations.id"))
    source_message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    category: Mapped[str]
    product: Mapped[str | None]
    description: Mapped[str]
    wish: Mapped[str | None]
    channel: Mapped[str | None]
    severity: Mapped[Severity] = mapped_column(words(Severity, "severity"), default=Severity.NORMAL)
    status: Mapped[ComplaintStatus] = mapped_column(
        words(ComplaintStatus, "status"), default=ComplaintStatus.OPEN
    )
    assignee_id: Mapped[int | None] = mapped_column(ForeignKey("staff.id"))
    resolution: Mapped[str | None]
    compensation: Mapped[str | None]
    reopened: Mapped[int] = mapped_column(default=0)
    satisfaction: Mapped[int | None]
    due_at: Mapped[datetime | None]
    created_at: Mapped[Created]
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    closed_at: Mapped[datetime | None]


class ComplaintNote(Base):
    """Something added to a complaint later, by the customer or staff. Append-only."""

    __tablename__ = "complaint_notes"
    __table_args__ = (Index("ix_complaint_notes_complaint_id", "complaint_id"),)

    id: Mapped[Id]
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaints.id"))
    actor: Mapped[str]
    text: Mapped[str]
    at: Mapped[Created]


class Consent(Base):
    """Evidence that a purpose was agreed to or withdrawn. Append-only; `channel` may be "*"."""

    __tablename__ = "consents"
    __table_args__ = (Index("ix_consents_customer_id_purpose_id", "customer_id", "purpose", "id"),)

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    purpose: Mapped[str]
    channel: Mapped[str]
    granted: Mapped[bool]
    wording: Mapped[str]
    wording_version: Mapped[str]
    source_message_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    actor: Mapped[str]
    at: Mapped[Created]


class OneTimeCode(Base):
    """A six-digit code, kept only as a salted hash."""

    __tablename__ = "one_time_codes"
    __table_args__ = (
        CheckConstraint("attempts >= 0", name="attempts"),
        Index("ix_one_time_codes_customer_id_purpose_id", "customer_id", "purpose", "id"),
    )

    id: Mapped[Id]
    customer_id: Mapped[CustomerRef]
    identity_id: Mapped[int] = mapped_column(ForeignKey("identities.id"))
    purpose: Mapped[str]
    salt: Mapped[bytes]
    digest: Mapped[bytes]
    payload: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Counter(Base):
    """The last number given out under a name, such as complaints:2026."""

    __tablename__ = "counters"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]
