"""Delivery reports: forward only; what a report proves about the address is kept with it."""

from bot.delivery import reaching
from channels.base import ReachState, StatusUpdate
from crm_store import conversations, delivery, identities, lookups
from crm_store.models import Message
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import Session


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
    return [f"conversation:{message.conversation_id}", f"customer:{message.customer_id}"]


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
