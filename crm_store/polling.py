"""One process polls a channel at a time: it holds a lease, and renews it while it polls."""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update

from crm_store import clock
from crm_store.models import PollLease
from crm_store.session import Session, insert_ignore

FARTHEST = timedelta(hours=1)
"""A lease that lasts longer was given by a clock that was put back since; nobody asks for one."""


def hold(
    session: Session, channel: str, holder: str, lease: timedelta, *, at: datetime | None = None
) -> bool:
    """Take or renew the lease of a channel name; False while another process has it."""
    at = at or clock.shared(session)
    until = at + lease
    row = {"channel": channel, "holder": holder, "lease_until": until}
    if insert_ignore(session, PollLease, row):
        return True
    over = or_(PollLease.lease_until <= at, PollLease.lease_until > at + FARTHEST)
    ours = or_(PollLease.holder == holder, over)
    statement = (
        update(PollLease)
        .where(PollLease.channel == channel, ours)
        .values(holder=holder, lease_until=until)
        .returning(PollLease.channel)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first() is not None


def holder(session: Session, channel: str) -> str | None:
    """Who has the lease of a channel name, or had it last."""
    return session.scalars(select(PollLease.holder).where(PollLease.channel == channel)).first()


def release(session: Session, channel: str, holder: str) -> None:
    """Give the lease back, so that another process need not wait for its end."""
    statement = update(PollLease).where(PollLease.channel == channel, PollLease.holder == holder)
    ended = statement.values(lease_until=clock.shared(session))
    session.execute(ended.execution_options(synchronize_session=False))
