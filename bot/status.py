"""Delivery reports: forward only; what a report proves about the address is kept with it.

What was lost for a reason that passes (a phone switched off, a queue that was full) is sent again
a few times; what was lost because its sender is refused waits until that works again; everything
else that failed is for a person to look at.
"""

import random
from datetime import timedelta

from bot.delivery import reaching, stopping
from bot.logs import logger
from channels.base import StatusUpdate
from crm_store import conversations, delivery, identities, troubles
from crm_store.delivery import Applied, Meant
from crm_store.models import Message
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import Session, now
from crm_store.troubles import Sender

log = logger("status")
MOST_ATTEMPTS = 4
WORTH_SENDING = timedelta(hours=4)
"""An older message is no longer what its reader waits for."""
WORTH_WAITING = timedelta(hours=24)
"""An older message does not wait any more for its sender to work again: a person sees it."""


def apply(session: Session, update: StatusUpdate) -> list[str]:
    """Apply one report; gives the topics of the live pages it changes.

    A report for an id we do not know yet waits for it; one that would lower a status is nothing.
    """
    reach = update.reach.value if update.reach else None
    meant = Meant(reach, update.retry_after, update.stops_sender)
    changed = delivery.apply_status(
        session,
        update.channel,
        update.provider_id,
        update.status.value,
        error_code=update.error_code,
        error=update.error,
        at=update.at,
        meant=meant,
    )
    told = (update.channel, update.provider_id, update.error_code, update.error, update.at)
    return follow(session, Applied(*told, meant=meant, changed=changed))


def follow(session: Session, report: Applied) -> list[str]:
    """What an applied report changes besides its message's status; the topics, as `apply`."""
    message = delivery.message_of(session, report.channel, report.provider_id)
    if message is None:
        return []
    if report.meant.reach is not None:
        _learn(session, message, report, IdentityState(report.meant.reach))
    if not report.changed:
        return []
    topics = [f"conversation:{message.conversation_id}", f"customer:{message.customer_id}"]
    if report.meant.stops_sender:
        _stop(session, message, report)
        return [*topics, "inbox"]
    if report.meant.retry_after is not None:
        _send_again(session, message, report.meant.retry_after)
    return topics


def _stop(session: Session, message: Message, report: Applied) -> None:
    """Nothing is wrong with the message: it waits until its sender works again."""
    at = now()
    kind = conversations.get(session, message.conversation_id).kind
    sender, said = Sender(message.channel, kind), report.error or f"code {report.error_code}"
    troubles.stop(session, sender, code=report.error_code, said=said, by_report=True)
    stopping.alert(sender, said)
    not_before, since = at + troubles.PAUSE, at - WORTH_WAITING
    delivery.queue_again(session, message.id, not_before=not_before, attempts=None, since=since)


def _send_again(session: Session, message: Message, wait: timedelta) -> None:
    """Each time it waits twice as long, spread so that what failed together goes one by one."""
    at, attempts = now(), message.attempts
    spread = random.uniform(1.0, 1.25)  # noqa: S311 - no secret
    not_before = at + wait * 2 ** max(0, attempts - 1) * spread
    if delivery.queue_again(
        session, message.id, not_before=not_before, attempts=MOST_ATTEMPTS, since=at - WORTH_SENDING
    ):
        log.info("to be sent again", message_id=message.id, attempts=attempts)


def _learn(session: Session, message: Message, report: Applied, state: IdentityState) -> None:
    conversation = conversations.get(session, message.conversation_id)
    identity = identities.get(session, conversation.identity_id)
    event = Event(
        report.channel,
        identity.kind,
        identity.address,
        f"{report.provider_id}:{state.value}",
        # No report is older than its message, whatever the clock of its sender says.
        max(report.at, message.created_at) if report.at else None,
    )
    reaching.learn(session, event, state, said=report.error, message_id=message.id)
