"""Evidence of what a customer agreed to or withdrew, per purpose and channel."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from crm_store import touchpoints
from crm_store.models import Consent
from crm_store.models.kinds import TouchKind
from crm_store.session import Session, now

ALL = "*"
MARKETING = "marketing"
"""The purpose of every promotion."""


def record(
    session: Session,
    customer_id: int,
    *,
    purpose: str,
    channel: str = ALL,
    granted: bool,
    wording: str,
    wording_version: str = "1",
    source_message_id: int | None = None,
    actor: str = "customer",
    at: datetime | None = None,
) -> Consent:
    """Append one piece of evidence; `channel` "*" means every channel."""
    consent = Consent(
        customer_id=customer_id,
        purpose=purpose,
        channel=channel,
        granted=granted,
        wording=wording,
        wording_version=wording_version,
        source_message_id=source_message_id,
        actor=actor,
        at=at or now(),
    )
    session.add(consent)
    session.flush()
    touchpoints.add(
        session,
        customer_id,
        TouchKind.CONSENT,
        channel=None if channel == ALL else channel,
        actor=actor,
        subject=f"{purpose} {'granted' if granted else 'withdrawn'}",
        ref_type="consent",
        ref_id=consent.id,
        at=consent.at,
    )
    return consent


def current(session: Session, customer_id: int) -> dict[tuple[str, str], bool]:
    """What holds now for each (purpose, channel) ever recorded; a later "*" overrules a channel."""
    query = select(Consent.purpose, Consent.channel, Consent.granted).where(
        Consent.customer_id == customer_id
    )
    holds: dict[tuple[str, str], bool] = {}
    for purpose, channel, granted in session.execute(query.order_by(Consent.id)).tuples():
        if channel == ALL:
            holds.update({key: granted for key in holds if key[0] == purpose})
        holds[purpose, channel] = granted
    return holds


def allowed(session: Session, customer_id: int, purpose: str, channel: str) -> bool:
    """Whether the latest evidence for this purpose, on this channel or on all, is a yes."""
    query = select(Consent.granted).where(
        Consent.customer_id == customer_id,
        Consent.purpose == purpose,
        Consent.channel.in_((channel, ALL)),
    )
    return bool(session.scalars(query.order_by(Consent.id.desc()).limit(1)).first())


def withdrawn(session: Session, customer_id: int, purpose: str, channel: str) -> bool:
    """Whether the latest evidence for this channel (or "*": every channel) is a refusal.

    Unlike `not allowed`, False for somebody who was never asked.
    """
    holds = current(session, customer_id)
    if channel == ALL:
        asked = [granted for (what, _), granted in holds.items() if what == purpose]
        return (purpose, ALL) in holds and not any(asked)
    return holds.get((purpose, channel), holds.get((purpose, ALL))) is False


def of_customer(session: Session, customer_id: int) -> list[Consent]:
    """All evidence, oldest first."""
    query = select(Consent).where(Consent.customer_id == customer_id).order_by(Consent.id)
    return list(session.scalars(query))


def strictest(
    one: Mapping[tuple[str, str], bool], other: Mapping[tuple[str, str], bool]
) -> set[tuple[str, str]]:
    """The (purpose, channel) pairs that one side withdrew and the other granted."""
    refused = set()
    for mine, theirs in ((one, other), (other, one)):
        for purpose, channel in (key for key, granted in mine.items() if not granted):
            if any(_overlaps(key, (purpose, channel)) and yes for key, yes in theirs.items()):
                refused.add((purpose, channel))
    return refused


def _overlaps(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one[0] == other[0] and (one[1] == other[1] or ALL in (one[1], other[1]))
