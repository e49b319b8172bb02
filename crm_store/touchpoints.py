"""The journal of everything that happened with a customer.

The store's own functions write the touchpoints of what they do (messages, complaints, points,
consents, hand-overs, merges, purchases). Call `add` only for what the store cannot know:
calls, visits, letters, notes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, bindparam, case, delete, func, insert, literal, or_, select, tuple_
from sqlalchemy import cast as sql_cast

from crm_store.models import Message, Touchpoint, table_of
from crm_store.models.columns import CleanText, UtcDateTime
from crm_store.models.kinds import Author, Direction, TouchKind
from crm_store.prepared import Among, Prepared
from crm_store.session import Session, now

SUBJECT = 200
_insert = Prepared(
    insert(table_of(Touchpoint)).inline(),
    ("customer_id", "at", "kind", "channel", "actor", "subject", "ref_type", "ref_id"),
)


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
    _insert.run(session, values)


def add_many(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write many touchpoints made by `row`, in one statement."""
    _insert.run_many(session, rows)


def of_messages(session: Session, message_ids: Sequence[int], at: datetime) -> None:
    """Write the touchpoints of messages just received, or sent at `at`, in one statement."""
    if message_ids:
        _of_messages.run(session, {"ids": message_ids, "at": at})


def take_back(session: Session, message: Message) -> None:
    """A message that went out never arrived, and goes out anew: only then it is in the journal."""
    gone = delete(Touchpoint).where(
        Touchpoint.customer_id == message.customer_id,
        Touchpoint.kind == TouchKind.MESSAGE_OUT,
        Touchpoint.ref_type == "message",
        Touchpoint.ref_id == message.id,
    )
    session.execute(gone, execution_options={"synchronize_session": False})


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


def _from_messages() -> Insert:
    """Copied inside the database, which is many times cheaper than a row at a time from here."""
    message, touchpoint = table_of(Message).c, table_of(Touchpoint)
    kind = touchpoint.c.kind.type
    columns = {
        "customer_id": message.customer_id,
        "at": bindparam("at", type_=UtcDateTime()),
        "kind": case(
            (message.direction == Direction.IN, literal(TouchKind.MESSAGE_IN, kind)),
            else_=literal(TouchKind.MESSAGE_OUT, kind),
        ),
        "channel": message.channel,
        "actor": case(
            (
                message.author == Author.STAFF,
                literal("staff:", CleanText()) + sql_cast(message.staff_id, CleanText()),
            ),
            else_=sql_cast(message.author, CleanText()),
        ),
        "subject": func.substr(message.text, 1, SUBJECT),
        "ref_type": literal("message", CleanText()),
        "ref_id": message.id,
    }
    # A message may be called sent twice (by a sender that slept, by who asked the provider).
    news = or_(message.direction == Direction.IN, message.sent_at == columns["at"])
    chosen = select(*columns.values()).where(Among(message.id), news)
    return insert(touchpoint).from_select(list(columns), chosen.order_by(message.id))


_of_messages = Prepared(_from_messages())
