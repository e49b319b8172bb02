"""Whether an address may be written to: each event counts once, and only the newest decides."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from crm_store import identities
from crm_store.delivery import provider_key
from crm_store.models import Identity, ReachEvent
from crm_store.models.kinds import IdentityState
from crm_store.session import Session, insert_ignore, now

KEPT = timedelta(days=30)
"""No provider repeats or delays an event for longer (Telegram: one day)."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something a channel told about an address. `at` is when it happened, if the channel says."""

    channel: str
    kind: str
    address: str
    event_id: str
    at: datetime | None = None


def is_news(session: Session, event: Event) -> bool:
    """Note an event; False if it is a repeat, or if something newer is known of the address.

    A time in the future counts as now. Of two events with the same time the later to arrive wins:
    Telegram's times are whole seconds.
    """
    heard = now()
    at = min(event.at or heard, heard)
    if at < heard - KEPT:
        return False
    row = {
        "channel": event.channel,
        "event_id": provider_key(event.event_id),
        "kind": event.kind,
        "address": event.address,
        "at": at,
        "created_at": heard,
    }
    return insert_ignore(session, ReachEvent, row) and not _is_overtaken(session, event, at)


def note(session: Session, event: Event, state: IdentityState) -> Identity | None:
    """Record what an event says about an address, unless it is no news.

    None if nothing was recorded or nobody has that address.
    """
    if not is_news(session, event):
        return None
    return identities.set_state(session, event.kind, event.address, state)


def forget(session: Session) -> int:
    """Delete events too old to be repeated; gives how many."""
    old = delete(ReachEvent).where(ReachEvent.created_at < now() - KEPT)
    return len(session.scalars(old.returning(ReachEvent.event_id)).all())


def _is_overtaken(session: Session, event: Event, at: datetime) -> bool:
    newer = select(ReachEvent.event_id).where(
        ReachEvent.kind == event.kind, ReachEvent.address == event.address, ReachEvent.at > at
    )
    return session.scalars(newer.limit(1)).first() is not None
