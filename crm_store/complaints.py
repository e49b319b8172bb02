"""Complaints with their own numbers, visible only to the customer who made them and to staff."""

from datetime import UTC, timedelta

from sqlalchemy import select

from crm_store import counters, touchpoints
from crm_store.models import Complaint, ComplaintNote
from crm_store.models.kinds import ComplaintStatus, Severity, TouchKind
from crm_store.session import Session, now

CLOSED = (ComplaintStatus.RESOLVED, ComplaintStatus.WITHDRAWN)
DUE = {
    Severity.LOW: timedelta(days=7),
    Severity.NORMAL: timedelta(days=3),
    Severity.HIGH: timedelta(days=1),
}


class ComplaintClosed(Exception):
    """The complaint is already resolved or withdrawn."""


def open(  # noqa: A001
    session: Session,
    *,
    customer_id: int,
    category: str,
    description: str,
    conversation_id: int | None = None,
    source_message_id: int | None = None,
    product: str | None = None,
    wish: str | None = None,
    channel: str | None = None,
    severity: Severity = Severity.NORMAL,
    actor: str = "customer",
) -> Complaint:
    """Log a complaint; the same source message logs it once."""
    if source_message_id is not None:
        earlier = select(Complaint).where(Complaint.source_message_id == source_message_id)
        found = session.scalars(earlier).one_or_none()
        if found is not None:
            return found
    at = now()
    year = at.astimezone(UTC).year
    complaint = Complaint(
        number=f"K-{year}-{counters.next_number(session, f'complaints:{year}'):06d}",
        customer_id=customer_id,
        conversation_id=conversation_id,
        source_message_id=source_message_id,
        category=category,
        product=product,
        description=description,
        wish=wish,
        channel=channel,
        severity=severity,
        due_at=at + DUE[severity],
    )
    session.add(complaint)
    session.flush()
    _journal(session, complaint, TouchKind.COMPLAINT_OPENED, actor, f"{category}: {description}")
    return complaint


def find_own(session: Session, customer_id: int, number: str) -> Complaint | None:
    """The complaint with this number if it is the customer's own."""
    query = select(Complaint).where(
        Complaint.number == number.strip().upper(), Complaint.customer_id == customer_id
    )
    return session.scalars(query).one_or_none()


def by_number(session: Session, number: str) -> Complaint | None:
    """For staff: the complaint with this number, whoever made it."""
    query = select(Complaint).where(Complaint.number == number.strip().upper())
    return session.scalars(query).one_or_none()


def open_of(session: Session, customer_id: int) -> list[Complaint]:
    """The customer's complaints that are not closed, the newest first."""
    query = select(Complaint).where(
        Complaint.customer_id == customer_id, Complaint.status.not_in(CLOSED)
    )
    return list(session.scalars(query.order_by(Complaint.id.desc())))


def of_customer(session: Session, customer_id: int, limit: int = 20) -> list[Complaint]:
    """All the customer's complaints, the newest first."""
    query = select(Complaint).where(Complaint.customer_id == customer_id)
    return list(session.scalars(query.order_by(Complaint.id.desc()).limit(limit)))


def notes(session: Session, complaint_id: int) -> list[ComplaintNote]:
    """What was added later, oldest first."""
    query = select(ComplaintNote).where(ComplaintNote.complaint_id == complaint_id)
    return list(session.scalars(query.order_by(ComplaintNote.id)))


def add_note(
    session: Session, complaint: Complaint, text: str, *, actor: str = "customer"
) -> ComplaintNote:
    """Add details. Raises ComplaintClosed."""
    _check_open(complaint)
    note = ComplaintNote(complaint_id=complaint.id, actor=actor, text=text)
    session.add(note)
    session.flush()
    _journal(session, complaint, TouchKind.COMPLAINT_UPDATED, actor, text)
    return note


def set_wish(session: Session, complaint: Complaint, wish: str, *, actor: str = "customer") -> None:
    """What the customer would like, told after the complaint was logged. Raises ComplaintClosed.

    The same wish again changes nothing.
    """
    _check_open(complaint)
    if complaint.wish != wish:
        complaint.wish = wish
        session.flush()
        _journal(session, complaint, TouchKind.COMPLAINT_UPDATED, actor, f"wish: {wish}")


def set_product(
    session: Session, complaint: Complaint, product: str, *, actor: str = "customer"
) -> None:
    """Correct what it is about; the same product again changes nothing. Raises ComplaintClosed."""
    _check_open(complaint)
    if complaint.product != product:
        complaint.product = product
        session.flush()
        _journal(session, complaint, TouchKind.COMPLAINT_UPDATED, actor, f"product: {product}")


def make_urgent(session: Session, complaint: Complaint, *, actor: str = "customer") -> None:
    """It turned out worse: high severity, due within a day from now at the latest.

    An urgent one stays as it is. Raises ComplaintClosed.
    """
    _check_open(complaint)
    if complaint.severity != Severity.HIGH:
        complaint.severity = Severity.HIGH
        due = now() + DUE[Severity.HIGH]
        complaint.due_at = min(complaint.due_at or due, due)
        session.flush()
        _journal(session, complaint, TouchKind.COMPLAINT_UPDATED, actor, "urgent")


def take_up(session: Session, complaint: Complaint, *, staff_id: int) -> None:
    """A member of staff works on it. Raises ComplaintClosed."""
    _check_open(complaint)
    complaint.status, complaint.assignee_id = ComplaintStatus.IN_PROGRESS, staff_id
    session.flush()
    _journal(session, complaint, TouchKind.COMPLAINT_UPDATED, f"staff:{staff_id}", "in progress")


def withdraw(session: Session, complaint: Complaint, *, actor: str = "customer") -> None:
    """The customer takes it back. Raises ComplaintClosed."""
    _close(session, complaint, ComplaintStatus.WITHDRAWN, actor, "withdrawn")


def resolve(
    session: Session,
    complaint: Complaint,
    *,
    resolution: str,
    actor: str,
    compensation: str | None = None,
) -> None:
    """It is settled. Raises ComplaintClosed."""
    complaint.compensation = compensation
    _close(session, complaint, ComplaintStatus.RESOLVED, actor, resolution)


def reopen(session: Session, complaint: Complaint, *, reason: str, actor: str) -> None:
    """It was not settled after all; an open one stays as it is."""
    if complaint.status not in CLOSED:
        return
    complaint.status, complaint.closed_at = ComplaintStatus.OPEN, None
    complaint.reopened += 1
    session.flush()
    _journal(session, complaint, TouchKind.COMPLAINT_OPENED, actor, f"reopened: {reason}")


def _close(
    session: Session, complaint: Complaint, status: ComplaintStatus, actor: str, resolution: str
) -> None:
    _check_open(complaint)
    complaint.status, complaint.closed_at = status, now()
    complaint.resolution = resolution
    session.flush()
    _journal(session, complaint, TouchKind.COMPLAINT_RESOLVED, actor, resolution)


def _check_open(complaint: Complaint) -> None:
    if complaint.status in CLOSED:
        raise ComplaintClosed(ComplaintClosed.__doc__)


def _journal(
    session: Session, complaint: Complaint, kind: TouchKind, actor: str, text: str
) -> None:
    touchpoints.add(
        session,
        complaint.customer_id,
        kind,
        channel=complaint.channel,
        actor=actor,
        subject=f"{complaint.number} {text}",
        ref_type="complaint",
        ref_id=complaint.id,
    )
