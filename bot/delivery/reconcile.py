"""Messages with an unknown outcome: ask the provider where it can tell, else staff sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app import App
from bot.delivery import sending
from bot.delivery.sending import Outcome, Verdict
from bot.logs import logger
from channels.abilities import Reconciler
from channels.base import Receipt
from channels.errors import SendError
from crm_store import lookups, messages
from crm_store.messages import Claimed
from crm_store.session import Session, now

log = logger("reconcile")
CLOCKS = timedelta(seconds=5)
"""How far a provider's clock may be behind ours."""


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
        outcome = await _answer(app, question)
        if outcome is not None and not await _taken(app, outcome):
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


async def _answer(app: App, question: Question) -> Outcome | None:
    """Sent, or provably not sent and so queued again; None if the provider cannot tell now."""
    message = question.message
    try:
        receipt = await question.channel.reconcile(
            sending.outbound_message(message, app.settings), _tried_at(message) - CLOCKS
        )
    except SendError as error:
        log.warning("cannot tell yet", message_id=message.id, error=str(error))
        return None
    return _verdict(message, receipt)


def _tried_at(message: Claimed) -> datetime:
    """Not before this was it tried; an older message of the same words is another one."""
    return max(message.created_at, message.not_before)


async def _taken(app: App, outcome: Outcome) -> bool:
    """Whether the provider's id is known as another message's: then nothing is settled."""
    if outcome.verdict != Verdict.SENT:
        return False
    key = (outcome.message.channel, outcome.provider_id)
    owner = await app.work.do(_owners, key)
    return owner is not None and owner != outcome.message.id


def _owners(session: Session, keys: Sequence[tuple[str, str]]) -> list[int | None]:
    found = [lookups.outbound_message(session, *key) for key in keys]
    return [message.id if message else None for message in found]


def _verdict(message: Claimed, receipt: Receipt | None) -> Outcome:
    if receipt is None:
        return Outcome(message, Verdict.RETRY, not_before=now(), error="provably not sent")
    return sending.sent(message, receipt)
