"""The journal of everything that happened with a customer.

The store's own functions write the touchpoints of what they do (messages, complaints, points,
consents, hand-overs, merges, purchases). Call `add` only for what the store cannot know:
calls, visits, letters, notes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_

from crm_store.models import Touchpoint, table_of
from crm_store.models.kinds import TouchKind
from crm_store.session import Session, now

SUBJECT = 200
_insert = insert(table_of(Touchpoint))


def row(
    customer_id: int,
    kind: TouchKind,
    *,
    channel: str | None = None,
    actor: str = "system",
    subject: str = "",
    ref_type: str | None = None,
    ref_id: int | None = None,
    at: datetime | None = None,
) -> dict[str, Any]:
    """The values of one touchpoint, for `add_many`. `subject` is cut to 200 characters."""
    return {
        "customer_id": customer_id,
        "at": at or now(),
        "kind": kind,
        "channel": channel,
        "actor": actor,
        "subject": subject[:SUBJECT],
        "ref_type": ref_type,
        "ref_id": ref_id,
    }


def add(
    session: Session,
    customer_id: int,
    kind: TouchKind,
    *,
    channel: str | None = None,
    actor: str = "system",
    subject: str = "",
    ref_type: str | None = None,
    ref_id: int | None = None,
    at: datetime | None = None,
) -> None:
    """Write one touchpoint. `actor` is customer, bot, system or staff:<id>."""
    values = row(
        customer_id,
        kind,
        channel=channel,
        actor=actor,
        subject=subject,
        ref_type=ref_type,
        ref_id=ref_id,
        at=at,
    )
    session.execute(_insert, [values])


def add_many(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write many touchpoints made by `row`, in one statement."""
    if rows:
        session.execute(_insert, list(rows))


def of_customer(
    session: Session,
    customer_id: int,
    limit: int = 50,
    before: tuple[datetime, int] | None = None,
) -> list[Touchpoint]:
    """The newest touchpoints first. For the next page pass `(last.at, last.id)` as `before`."""
    query = select(Touchpoint).where(Touchpoint.customer_id == customer_id)
    if before is not None:
        query = query.where(tuple_(Touchpoint.at, Touchpoint.id) < before)
    newest = query.order_by(Touchpoint.at.desc(), Touchpoint.id.desc()).limit(limit)
    return list(session.scalars(newest))
