"""Which actions have run for a message, what they answered, what they asked the product for."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import delete, select, update

from crm_store.models import ActionRun
from crm_store.session import Session, now

KEPT = timedelta(days=2)
"""Far longer than anybody repeats a call."""


def find(session: Session, message_id: int, call: str) -> Mapping[str, Any] | None:
    """The answer given to this very call before."""
    query = select(ActionRun.answer).where(
        ActionRun.message_id == message_id, ActionRun.call == call
    )
    return session.scalars(query).first()


def record(
    session: Session,
    message_id: int,
    call: str,
    *,
    action: str,
    answer: Mapping[str, Any],
    requests: Sequence[Mapping[str, Any]] = (),
) -> None:
    """Note a call with its answer, in the transaction of what it did."""
    session.add(
        ActionRun(
            message_id=message_id,
            call=call,
            action=action,
            answer=dict(answer),
            requests={"wanted": [dict(one) for one in requests]},
        )
    )
    session.flush()


def take_requests(session: Session, message_id: int) -> list[dict[str, Any]]:
    """What the message's actions have asked for, in order; given once."""
    query = select(ActionRun).where(ActionRun.message_id == message_id).order_by(ActionRun.id)
    wanted: list[dict[str, Any]] = []
    for run in session.scalars(query.with_for_update()):
        wanted += run.requests.get("wanted", ())
    statement = update(ActionRun).where(ActionRun.message_id == message_id)
    session.execute(statement.values(requests={}))
    return wanted


def forget(session: Session) -> None:
    """Drop what is too old for a repeat."""
    session.execute(delete(ActionRun).where(ActionRun.created_at < now() - KEPT))
