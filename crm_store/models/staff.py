"""Staff, their sign-in sessions, failed sign-ins, and the audit trail."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm_store.models.base import Base
from crm_store.models.columns import Created, Id, words
from crm_store.models.kinds import StaffRole


class Staff(Base):
    """Somebody who works here. `password_hash` is made and checked outside the store."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("email"),)

    id: Mapped[Id]
    email: Mapped[str]
    name: Mapped[str]
    role: Mapped[StaffRole] = mapped_column(words(StaffRole, "role"), default=StaffRole.SERVICE)
    team: Mapped[str | None]
    active: Mapped[bool] = mapped_column(default=True)
    password_hash: Mapped[str | None]
    created_at: Mapped[Created]


class StaffSession(Base):
    """A browser that is signed in. Only a hash of its token is kept."""

    __tablename__ = "staff_sessions"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_staff_sessions_staff_id", "staff_id"),
    )

    id: Mapped[Id]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    token_hash: Mapped[bytes]
    csrf: Mapped[str]
    created_at: Mapped[Created]
    expires_at: Mapped[datetime]
    staff: Mapped[Staff] = relationship(lazy="raise")


class LoginAttempt(Base):
    """A try to sign in, under a key such as an email address or a network address."""

    __tablename__ = "login_attempts"
    __table_args__ = (Index("ix_login_attempts_key_at", "key", "at"),)

    id: Mapped[Id]
    key: Mapped[str]
    ok: Mapped[bool]
    at: Mapped[Created]


class AuditEntry(Base):
    """Who did what to what. Append-only."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        Index("ix_audit_entries_subject_type_subject_id_id", "subject_type", "subject_id", "id"),
    )

    id: Mapped[Id]
    at: Mapped[Created]
    actor: Mapped[str]
    action: Mapped[str]
    subject_type: Mapped[str]
    subject_id: Mapped[str]
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)
