"""Merging two customers that turned out to be one, with a record exact enough to undo it."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import DeclarativeBase

from crm_store import audit, consents, loyalty_tiers, touchpoints
from crm_store.models import (
    AccountLink,
    Base,
    Complaint,
    Consent,
    Conversation,
    Customer,
    CustomerMerge,
    Identity,
    Member,
    Message,
    OneTimeCode,
    PointEntry,
    PointLot,
    Purchase,
    Redemption,
    Touchpoint,
    table_of,
)
from crm_store.models.kinds import MemberState, TouchKind
from crm_store.session import Session, now

OWNED: tuple[type[Base], ...] = (
    Identity,
    Conversation,
    Message,
    Touchpoint,
    Complaint,
    Consent,
    Purchase,
    OneTimeCode,
    AccountLink,
    Member,
)
"""Every table with a customer_id, the records of merges themselves left out."""

EARNED: tuple[type[Base], ...] = (PointLot, PointEntry, Redemption)
FILLED = (
    "name",
    "language",
    "timezone",
    "birthday",
    "city",
    "occupation",
    "lifecycle_stage",
    "preferred_channel",
    "owner_id",
)
"""What the target takes over from the source where it has nothing itself."""


class CannotMerge(ValueError):
    """A customer can be merged once, and not into itself."""


def merge(
    session: Session, source_id: int, target_id: int, *, reason: str, actor: str = "system"
) -> CustomerMerge:
    """Move all that `source_id` has to `target_id`. Raises CannotMerge, NoResultFound.

    The target's own details win, its gaps are filled. Where one side withdrew a consent and the
    other gave it, a withdrawal is recorded. Points of a second card move to the target's card.
    """
    source, target = _locked(session, source_id, target_id)
    before: dict[str, Any] = {"customers": _snapshot(source, target)}
    refused = consents.strictest(
        consents.current(session, source_id), consents.current(session, target_id)
    )
    moved = _move_card(session, source_id, target_id, before)
    for table in OWNED:
        moved[table.__tablename__] = _repoint(session, table, "customer_id", (source_id, target_id))
    _fill(source, target)
    source.merged_into_id = target_id
    session.flush()
    _withdraw(session, target_id, refused)
    record = CustomerMerge(
        source_id=source_id,
        target_id=target_id,
        reason=reason,
        actor=actor,
        moved=moved,
        before=before,
    )
    session.add(record)
    session.flush()
    _journal(session, record)
    return record


def _locked(session: Session, source_id: int, target_id: int) -> tuple[Customer, Customer]:
    if source_id == target_id:
        raise CannotMerge(CannotMerge.__doc__)
    query = select(Customer).where(Customer.id.in_((source_id, target_id))).order_by(Customer.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    found = {customer.id: customer for customer in session.scalars(locked)}
    source = found.get(source_id) or session.get_one(Customer, source_id)
    target = found.get(target_id) or session.get_one(Customer, target_id)
    if source.merged_into_id is not None or target.merged_into_id is not None:
        raise CannotMerge(CannotMerge.__doc__)
    return source, target


def _snapshot(*customers: Customer) -> dict[str, Any]:
    return {
        str(one.id): {
            **{name: _plain(getattr(one, name)) for name in FILLED},
            "attributes": dict(one.attributes),
        }
        for one in customers
    }


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | str) else str(value)


def _fill(source: Customer, target: Customer) -> None:
    for name in FILLED:
        if getattr(target, name) is None:
            setattr(target, name, getattr(source, name))
    target.attributes = {**source.attributes, **target.attributes}


def _repoint(
    session: Session, table: type[DeclarativeBase], column: str, change: tuple[int, int]
) -> list[int]:
    old, new = change
    statement = (
        update(table)
        .where(getattr(table, column) == old)
        .values({column: new})
        .returning(table_of(table).c.id)
    )
    return sorted(session.scalars(statement))


def _move_card(
    session: Session, source_id: int, target_id: int, before: dict[str, Any]
) -> dict[str, list[int]]:
    query = select(Member).where(
        Member.customer_id.in_((source_id, target_id)), Member.state == MemberState.ACTIVE
    )
    cards = {member.customer_id: member for member in session.scalars(query.with_for_update())}
    old, kept = cards.get(source_id), cards.get(target_id)
    if old is None or kept is None:
        return {}
    before["loyalty_members"] = {
        str(card.id): {"state": card.state, "tier_id": card.tier_id} for card in (old, kept)
    }
    old.state, old.merged_into_id, old.closed_at = MemberState.MERGED, kept.id, now()
    session.flush()
    moved = {
        table.__tablename__: _repoint(session, table, "member_id", (old.id, kept.id))
        for table in EARNED
    }
    loyalty_tiers.evaluate(session, kept, now())
    return moved


def _withdraw(session: Session, customer_id: int, refused: set[tuple[str, str]]) -> None:
    for purpose, channel in sorted(refused):
        consents.record(
            session,
            customer_id,
            purpose=purpose,
            channel=channel,
            granted=False,
            wording="withdrawn on one of two merged profiles",
            actor="system",
        )


def _journal(session: Session, record: CustomerMerge) -> None:
    touchpoints.add(
        session,
        record.target_id,
        TouchKind.MERGE,
        actor=record.actor,
        subject=record.reason,
        ref_type="customer_merge",
        ref_id=record.id,
    )
    detail = {"merged": record.source_id, "reason": record.reason}
    audit.add(session, record.actor, "merge", "customer", record.target_id, detail=detail)
