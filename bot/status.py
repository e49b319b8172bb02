"""Delivery reports: forward only; what a report proves about the address is kept with it.

What was lost for a reason that passes (a phone switched off, a queue that was full) is sent again
a few times; everything else that failed is for a person to look at.
"""

import random
from datetime import timedelta

from bot.delivery import reaching
from bot.logs import logger
from channels.base import ReachState, StatusUpdate
from crm_store import conversations, delivery, identities, lookups
from crm_store.models import Message
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import Session, now

log = logger("status")
MOST_ATTEMPTS = 4
WORTH_SENDING = timedelta(hours=4)
"""An older message is no longer what its reader waits for."""


def apply(session: Session, update: StatusUpdate) -> list[str]:
    """Apply one report; gives the topics of the live pages it changes.

    A report for an id we do not know yet waits for it; one that would lower a status is nothing.
    """
    changed = delivery.apply_status(
        session,
        update.channel,
        update.provider_id,
        update.status.value,
        error_code=update.error_code,
        error=update.error,
        at=update.at,
    )
    message = lookups.outbound_message(session, update.channel, update.provider_id)
    if message is None:
        return []
    if update.reach is not None:
        _learn(session, message, update, update.reach)
    if not changed:
        return []
    if update.retry_after is not None:
        _send_again(session, message, update.retry_after)
    return [f"conversation:{message.conversation_id}", f"customer:{message.customer_id}"]


def _send_again(session: Session, message: Message, wait: timedelta) -> None:
    """Each time it waits twice as long, spread so that what failed together goes one by one."""
    at, attempts = now(), message.attempts
    spread = random.uniform(1.0, 1.25)  # noqa: S311 - no secret
    not_before = at + wait * 2 ** max(0, attempts - 1) * spread
    if delivery.queue_again(
        session, message.id, not_before=not_before, attempts=MOST_ATTEMPTS, since=at - WORTH_SENDING
    ):
        log.info("to be sent again", message_id=message.id, attempts=attempts)


def _learn(session: Session, message: Message, update: StatusUpdate, proves: ReachState) -> None:
    conversation = conversations.get(session, message.conversation_id)
    identity = identities.get(session, conversation.identity_id)
    event = Event(
        update.channel,
        identity.kind,
        identity.address,
        f"{update.provider_id}:{proves.value}",
        # No report is older than its message, whatever the clock of its sender says.
        max(update.at, message.created_at) if update.at else None,
    )
    state = IdentityState(proves.value)
    reaching.learn(session, event, state, said=update.error, message_id=message.id)
