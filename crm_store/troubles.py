"""Channels that cannot send or receive just now: known to all workers, and shown to staff.

A stopped sender's messages wait in the queue, untouched. Once a minute one of them is tried; when
one has gone out, all go. Where the refusal came as a report, after the provider had taken the
message, a taken message proves nothing yet: then no further refusal within a minute does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from crm_store.models import ChannelTrouble
from crm_store.models.kinds import Way
from crm_store.session import Session, insert_ignore, now

PAUSE = timedelta(minutes=1)
"""Between two tries with a stopped sender."""
FARTHEST = timedelta(minutes=5)
"""A try that is farther away was put there by a clock that was put back since."""
LONGEST = 500
"""Characters of a provider's words that are kept."""
_PLAIN = {"synchronize_session": False}


@dataclass(frozen=True, slots=True, order=True)
class Sender:
    """What sends one kind of message on a channel: WhatsApp and SMS may share a channel."""

    channel: str
    kind: str


class Try(StrEnum):
    """What may be sent with a sender that was stopped."""

    ONE = "one"
    ALL = "all"
    NONE = "none"


def stop(
    session: Session, sender: Sender, *, code: str | None, said: str, by_report: bool = False
) -> None:
    """The provider takes nothing from this sender: nothing is claimed for it until a try."""
    at = now()
    found = {"until": at + PAUSE, "code": code, "said": said[:LONGEST], "by_report": by_report}
    _put(session, sender, Way.SEND, since=at, values={**found, "taken": False})


def begin_try(session: Session, sender: Sender, at: datetime) -> Try:
    """What the caller, who found that it is time to try again, may send. Of several one tries."""
    gone = delete(ChannelTrouble).where(_is(sender), _is_over(at), ChannelTrouble.taken)
    if session.scalars(gone.returning(ChannelTrouble.channel), execution_options=_PLAIN).all():
        return Try.ALL
    one = update(ChannelTrouble).where(_is(sender), _is_over(at)).values(until=at + PAUSE)
    found = session.scalars(one.returning(ChannelTrouble.channel), execution_options=_PLAIN).all()
    return Try.ONE if found else Try.NONE


def was_taken(session: Session, sender: Sender) -> None:
    """The provider took the message that was tried."""
    works = delete(ChannelTrouble).where(_is(sender), ~ChannelTrouble.by_report)
    session.execute(works, execution_options=_PLAIN)
    _change(session, sender, taken=True, until=now() + PAUSE)


def told_nothing(session: Session, sender: Sender) -> None:
    """What was tried failed for reasons of its own: the next one may be tried at once."""
    _change(session, sender, until=now())


def try_now(session: Session) -> None:
    """A worker starts, perhaps with another configuration."""
    soon = update(ChannelTrouble).where(ChannelTrouble.way == Way.SEND)
    session.execute(soon.values(until=now()), execution_options=_PLAIN)


def looks_well(session: Session, channel: str) -> bool:
    """The provider, asked by an operator, found nothing wrong: all may go. Whether any was stopped.

    Should it refuse again all the same, it is stopped again; nothing is lost by that.
    """
    gone = delete(ChannelTrouble).where(
        ChannelTrouble.channel == channel, ChannelTrouble.way == Way.SEND
    )
    found = session.scalars(gone.returning(ChannelTrouble.channel), execution_options=_PLAIN)
    return bool(found.all())


def tidy(session: Session) -> bool:
    """Forget senders that have proved to work, whether or not something waits for them."""
    gone = delete(ChannelTrouble).where(
        ChannelTrouble.way == Way.SEND, _is_over(now()), ChannelTrouble.taken
    )
    found = session.scalars(gone.returning(ChannelTrouble.channel), execution_options=_PLAIN)
    return bool(found.all())


def cannot_receive(session: Session, poller: Sender, *, since: datetime, said: str) -> None:
    """Nothing has been fetched from this channel since then."""
    found = {
        "until": since,
        "said": said[:LONGEST],
        "code": None,
        "by_report": False,
        "taken": False,
    }
    _put(session, poller, Way.RECEIVE, since=since, values=found)


def receives(session: Session, channel: str) -> None:
    """This channel's messages are fetched."""
    gone = delete(ChannelTrouble).where(
        ChannelTrouble.channel == channel, ChannelTrouble.way == Way.RECEIVE
    )
    session.execute(gone, execution_options=_PLAIN)


def current(session: Session) -> Sequence[ChannelTrouble]:
    """All that is known, the oldest first."""
    query = select(ChannelTrouble).order_by(ChannelTrouble.since, ChannelTrouble.channel)
    return session.scalars(query).all()


def _put(
    session: Session, sender: Sender, way: Way, *, since: datetime, values: Mapping[str, Any]
) -> None:
    """New trouble, or what is known of it now; it began when it was first noticed."""
    key = {"channel": sender.channel, "kind": sender.kind, "way": way}
    if not insert_ignore(session, ChannelTrouble, {**key, "since": since, **values}):
        known = update(ChannelTrouble).where(_is(sender, way)).values(**values)
        session.execute(known, execution_options=_PLAIN)


def _is(sender: Sender, way: Way = Way.SEND) -> ColumnElement[bool]:
    return and_(
        ChannelTrouble.channel == sender.channel,
        ChannelTrouble.kind == sender.kind,
        ChannelTrouble.way == way,
    )


def _is_over(at: datetime) -> ColumnElement[bool]:
    return or_(ChannelTrouble.until <= at, ChannelTrouble.until > at + FARTHEST)


def _change(session: Session, sender: Sender, **values: Any) -> None:
    changed = update(ChannelTrouble).where(_is(sender)).values(**values)
    session.execute(changed, execution_options=_PLAIN)
