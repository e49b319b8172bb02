"""Messages with an unknown outcome: ask the provider where it can tell, else staff sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot import sending
from bot.app import App
from bot.logs import logger
from bot.sending import Outcome, Verdict
from channels.base import Receipt, Reconciler
from channels.errors import SendError
from crm_store import messages
from crm_store.messages import Claimed
from crm_store.session import Session, now

log = logger("reconcile")
MARGIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Question:
    """A message and the channel that may know what became of it."""

    message: Claimed
    channel: Reconciler


async def ask(app: App) -> int:
    """Settle what the providers can settle; how many messages that was."""
    if not any(isinstance(channel, Reconciler) for channel in app.channels.values()):
        return 0
    settled = 0
    for question in await app.work.do(_questions_of, app):
        outcome = await _answer(question)
        if outcome is not None:
            await app.work.do(sending.record, [outcome])
            settled += 1
    if settled:
        app.wake.sends()
    return settled


def _questions_of(session: Session, apps: Sequence[App]) -> list[list[Question]]:
    return [_questions(session, app) for app in apps]


def _questions(session: Session, app: App) -> list[Question]:
    found = []
    for message in messages.unknown(session):
        reconciler = _reconciler(app.channels.get(message.channel))
        if reconciler is not None:
            found.append(Question(message, reconciler))
    return found


def _reconciler(channel: object) -> Reconciler | None:
    return channel if isinstance(channel, Reconciler) else None


async def _answer(question: Question) -> Outcome | None:
    """Sent, or provably not sent and so queued again; None if the provider cannot tell now."""
    message = question.message
    try:
        receipt = await question.channel.reconcile(
            sending.outbound_message(message), message.created_at - MARGIN
        )
    except SendError as error:
        log.warning("cannot tell yet", message_id=message.id, error=str(error))
        return None
    return _verdict(message, receipt)


def _verdict(message: Claimed, receipt: Receipt | None) -> Outcome:
    if receipt is None:
        return Outcome(message, Verdict.RETRY, not_before=now(), error="provably not sent")
    return Outcome(
        message,
        Verdict.SENT,
        provider_id=receipt.provider_id,
        parts=tuple(receipt.parts),
        reached=receipt.status,
    )
