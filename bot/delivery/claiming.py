"""Taking messages from the queue for sending, alone or in the transaction that filled it.

Claiming where replies were queued, or where the outcome of the one before was recorded, saves a
commit, which is most of what an answer's time is made of.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.delivery import sending
from bot.delivery.sending import Outcome, Recorded
from crm_store import messages
from crm_store.messages import Claimed
from crm_store.session import Session

SEND_SECONDS = 30.0
_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", None)
"""A clock nobody sets that goes on while the machine sleeps; not every system has it."""


def _clock() -> float:
    return time.monotonic() if _BOOTTIME is None else time.clock_gettime(_BOOTTIME)


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """Claim at most `limit` messages for `lease`. `asked`: when, which is before they are."""

    limit: int
    lease: timedelta
    asked: float = field(default_factory=_clock)


def send_seconds(lease: timedelta) -> float:
    """How long a provider may take: the rest of the lease is for waiting and for recording."""
    return min(SEND_SECONDS, lease.total_seconds() / 2)


def is_stale(task: ClaimTask) -> bool:
    """Whether the lease could end while a message that it claimed is being sent.

    The process may have been stopped for long, or have waited for the store.
    """
    left = task.asked + task.lease.total_seconds() - _clock()
    return left < send_seconds(task.lease)


@dataclass(frozen=True, slots=True)
class Settlement:
    """Outcomes to record, and what to claim next."""

    outcomes: Sequence[Outcome]
    then: ClaimTask


@dataclass(frozen=True, slots=True)
class Settled:
    """What came of recording, and what may be sent next."""

    recorded: Recorded
    claimed: tuple[Claimed, ...]


def claim_tasks(session: Session, tasks: Sequence[ClaimTask]) -> list[tuple[Claimed, ...]]:
    """A lane's handler: take due messages, replies before bulk, one per conversation."""
    return [claim(session, task) for task in tasks]


def settle(session: Session, settlements: Sequence[Settlement]) -> list[Settled]:
    """A lane's handler: record outcomes, then claim what waited behind them."""
    recorded = sending.record(session, [one.outcomes for one in settlements])
    return [
        Settled(done, claim(session, one.then))
        for done, one in zip(recorded, settlements, strict=True)
    ]


def claim(session: Session, task: ClaimTask) -> tuple[Claimed, ...]:
    """Take due messages; bulk whose recipient has withdrawn consent is dropped instead."""
    if task.limit <= 0:
        return ()
    claimed = messages.claim(session, limit=task.limit, lease=task.lease)
    refused = sending.without_consent(session, claimed)
    if refused:
        sending.record(session, [refused])
    gone = {outcome.message.id for outcome in refused}
    return tuple(message for message in claimed if message.id not in gone)
