"""The audit trail: who did what to what. Only ever added to."""

from typing import Any

from sqlalchemy import insert, select

from crm_store.models import AuditEntry, table_of
from crm_store.session import Session, now


def add(
    session: Session,
    actor: str,
    action: str,
    subject_type: str,
    subject_id: int | str,
    detail: dict[str, Any] | None = None,
) -> None:
    """Write one entry. `actor` is system, customer, bot or staff:<id>."""
    values = {
        "at": now(),
        "actor": actor,
        "action": action,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "detail": detail or {},
    }
    session.execute(insert(table_of(AuditEntry)), [values])


def of_subject(
    session: Session, subject_type: str, subject_id: int | str, limit: int = 100
) -> list[AuditEntry]:
    """The newest entries about one thing first."""
    query = select(AuditEntry).where(
        AuditEntry.subject_type == subject_type, AuditEntry.subject_id == str(subject_id)
    )
    return list(session.scalars(query.order_by(AuditEntry.id.desc()).limit(limit)))
