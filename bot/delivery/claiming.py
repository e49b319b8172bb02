"""Taking messages from the queue for sending, alone or in the transaction that filled it.

Claiming where replies were queued, or where the outcome of the one before was recorded, saves a
commit, which is most of what an answer's time is made of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.delivery import sending
from bot.delivery.sending import Outcome
from crm_store import messages
from crm_store.messages import Claimed
from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """Claim at most `limit` messages for `lease`."""

    limit: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Settlement:
    """Outcomes to record, and what to claim next."""

    outcomes: Sequence[Outcome]
    then: ClaimTask


@dataclass(frozen=True, slots=True)
class Settled:
    """The pages that should hear, and what may be sent next."""

    topics: tuple[str, ...]
    claimed: tuple[Claimed, ...]


def claim_tasks(session: Session, tasks: Sequence[ClaimTask]) -> list[tuple[Claimed, ...]]:
    """A lane's handler: take due messages, replies before bulk, one per conversation."""
    return [claim(session, task) for task in tasks]


def settle(session: Session, settlements: Sequence[Settlement]) -> list[Settled]:
    """A lane's handler: record outcomes, then claim what waited behind them."""
    topics = sending.record(session, [one.outcomes for one in settlements])
    return [
        Settled(tuple(heard), claim(session, one.then))
        for heard, one in zip(topics, settlements, strict=True)
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
