"""What a claimed message becomes, decided without sending it, and how outcomes are recorded."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot import status
from bot.delivery import reaching, stopping
from bot.settings import Settings
from bot.unsubscribe import withdrawing
from bot.unsubscribe.withdrawing import Ticket
from channels.base import (
    Attachment,
    Button,
    ChannelKind,
    DeliveryStatus,
    OutboundMessage,
    Receipt,
    Template,
)
from channels.errors import (
    AddressDead,
    Blocked,
    OptedOut,
    SendError,
    SenderStopped,
    UnknownOutcome,
)
from crm_store import consents, delivery, identities, messages, troubles
from crm_store.delivery import Applied
from crm_store.messages import Claimed
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import Session

BULK = 5
"""Messages of this priority or later are not answers: consent and the address's state decide."""


class Verdict(StrEnum):
    """What became of one attempt."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt's result, to be recorded. `reach` is what it proves about the address."""

    message: Claimed
    verdict: Verdict
    provider_id: str = ""
    parts: tuple[str, ...] = ()
    reached: DeliveryStatus | None = None
    not_before: datetime | None = None
    code: str | None = None
    error: str | None = None
    reach: IdentityState | None = None
    moved_to: str | None = None
    """The recipient's new address, if the provider moved it."""
    untried: bool = False
    """It was held back by a rate, which is no attempt."""
    stops_sender: bool = False
    """The provider takes nothing from its sender until an operator acts."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The pages that changed, and the reports that had come before what they are about."""

    topics: tuple[str, ...]
    early: tuple[Applied, ...]


_GONE = (IdentityState.BLOCKED, IdentityState.DEAD)
_PROVES: dict[type[SendError], IdentityState] = {
    OptedOut: IdentityState.OPTED_OUT,
    AddressDead: IdentityState.DEAD,
    Blocked: IdentityState.BLOCKED,
}


def sent(message: Claimed, receipt: Receipt) -> Outcome:
    """The provider has it."""
    return Outcome(
        message,
        Verdict.SENT,
        provider_id=receipt.provider_id,
        parts=tuple(receipt.parts),
        reached=receipt.status,
        moved_to=receipt.moved_to,
    )


def refusal(message: Claimed, *, configured: bool) -> Outcome | None:
    """Why this message must not be sent, None if it may.

    Answers go out whatever the address's state: the customer has just written from it.
    """
    if message.outdated:
        return Outcome(message, Verdict.DROPPED, error="the conversation changed hands")
    if not configured:
        error = f"no channel named {message.channel} is configured"
        return Outcome(message, Verdict.FAILED, code="no_channel", error=error)
    unreachable = message.identity_state != IdentityState.OK
    if unreachable and (message.priority >= BULK or _nobody_there(message)):
        error = f"the address is {message.identity_state.value}"
        return Outcome(message, Verdict.DROPPED, code=message.identity_state.value, error=error)
    return None


def _nobody_there(message: Claimed) -> bool:
    return message.identity_state in _GONE and message.reply_to is None


def outbound_message(message: Claimed, settings: Settings) -> OutboundMessage:
    """The queued row as a channel takes it; marketing gets the link that ends it."""
    content = message.content
    template = content.get("template")
    return OutboundMessage(
        id=str(message.id),
        kind=ChannelKind(message.kind),
        to=message.address,
        text=message.text,
        buttons=tuple(Button(one["title"], one["payload"]) for one in content.get("buttons", ())),
        attachments=tuple(Attachment(**one) for one in content.get("attachments", ())),
        template=Template(template["name"], template.get("variables", {})) if template else None,
        ask_contact=bool(content.get("ask_contact")),
        reply_to=message.reply_to,
        # An email by a person must not be marked as automatic (RFC 3834).
        thread={**message.thread, "author": message.author.value},
        last_inbound_at=message.last_inbound_at,
        marketing=bool(content.get("marketing")),
        unsubscribe_url=_unsubscribe_url(message, settings),
        language=message.language or "id",
    )


def _unsubscribe_url(message: Claimed, settings: Settings) -> str | None:
    """Where its reader stops promotions: what its author wrote, else a link of ours."""
    if not message.content.get("marketing"):
        return None
    given = message.content.get("unsubscribe_url")
    return given or withdrawing.link(settings, Ticket(message.identity_id, message.id))


def outcome_of(message: Claimed, error: SendError, *, later: datetime | None) -> Outcome:
    """What an error means; `later` is when to try again, None if it was tried enough."""
    verdict = Verdict.FAILED
    if isinstance(error, UnknownOutcome):
        verdict = Verdict.UNKNOWN
    elif error.retryable and later is not None:
        verdict = Verdict.RETRY
    return Outcome(
        message,
        verdict,
        not_before=later,
        code=error.code or type(error).__name__,
        error=str(error)[:500],
        reach=_PROVES.get(type(error)),
        stops_sender=isinstance(error, SenderStopped),
    )


def without_consent(session: Session, claimed: Sequence[Claimed]) -> list[Outcome]:
    """Bulk messages whose recipient has withdrawn consent since they were queued."""
    return [
        Outcome(message, Verdict.DROPPED, code="no_consent", error="consent was withdrawn")
        for message in claimed
        if message.priority >= BULK
        and not consents.allowed(session, message.customer_id, consents.MARKETING, message.kind)
    ]


def record(session: Session, batches: Sequence[Sequence[Outcome]]) -> list[Recorded]:
    """The lane's handler: write outcomes."""
    recorded: list[Recorded] = []
    for outcomes in batches:
        gone = [one for one in outcomes if one.verdict == Verdict.SENT]
        early = messages.mark_many_sent(
            session, [(one.message, one.provider_id, one.parts) for one in gone]
        )
        _delivered_at_once(session, gone)
        _count_tries(session, outcomes)
        heard = [topic for report in early for topic in status.follow(session, report)]
        for one in gone:
            if one.message.identity_state in _GONE:
                _back_again(session, one.message)
            if one.moved_to:
                message = one.message
                identities.change_address(session, message.kind, message.address, one.moved_to)
        for one in outcomes:
            if one.verdict != Verdict.SENT:
                _RECORD[one.verdict](session, one)
            if one.reach is not None:
                _learn(session, one.message, one.reach)
        topics = (*heard, *(topic for one in outcomes for topic in _topics(one)))
        recorded.append(Recorded(topics, tuple(early)))
    return recorded


def _count_tries(session: Session, outcomes: Sequence[Outcome]) -> None:
    """What they show of senders: refused, or working again."""
    for one in outcomes:
        sender = stopping.sender_of(one.message)
        if one.stops_sender:
            troubles.stop(session, sender, code=one.code, said=one.error or "")
        elif one.message.is_try and one.verdict == Verdict.SENT:
            troubles.was_taken(session, sender)
        elif one.message.is_try and one.verdict in (Verdict.FAILED, Verdict.DROPPED):
            troubles.told_nothing(session, sender)


def _delivered_at_once(session: Session, sent: Sequence[Outcome]) -> None:
    shown = (DeliveryStatus.DELIVERED, DeliveryStatus.READ)
    ids = [one.message.id for one in sent if one.reached in shown]
    if ids:
        delivery.mark_delivered(session, ids)


def _learn(session: Session, message: Claimed, state: IdentityState) -> None:
    attempt = f"sent:{message.id}:{message.attempts}"
    event = Event(message.channel, message.kind, message.address, attempt)
    reaching.learn(session, event, state, message_id=message.id)


def _back_again(session: Session, message: Claimed) -> None:
    """Whoever has written since is neither blocked nor dead, though no report said so."""
    if message.reply_to is None or message.last_inbound_at is None:
        return
    heard = Event(
        message.channel,
        message.kind,
        message.address,
        f"heard:{message.id}",
        message.last_inbound_at,
    )
    reaching.learn(session, heard, IdentityState.OK)


def _topics(one: Outcome) -> tuple[str, ...]:
    message = one.message
    about = (f"conversation:{message.conversation_id}", f"customer:{message.customer_id}")
    return (*about, "inbox") if one.stops_sender or message.is_try else about


def _retry(session: Session, one: Outcome) -> None:
    assert one.not_before is not None
    messages.mark_retry(
        session,
        one.message.id,
        not_before=one.not_before,
        error_code=one.code,
        error=one.error,
        untried=one.untried,
        attempt=one.message.attempt,
    )


def _failed(session: Session, one: Outcome) -> None:
    messages.mark_failed(
        session,
        one.message.id,
        error_code=one.code,
        error=one.error,
        attempt=one.message.attempt,
    )


def _unknown(session: Session, one: Outcome) -> None:
    messages.mark_unknown(session, one.message.id, error=one.error, attempt=one.message.attempt)


def _dropped(session: Session, one: Outcome) -> None:
    messages.mark_dropped(
        session, one.message.id, error=one.error or "", attempt=one.message.attempt
    )


_RECORD: dict[Verdict, Callable[[Session, Outcome], Any]] = {
    Verdict.RETRY: _retry,
    Verdict.FAILED: _failed,
    Verdict.UNKNOWN: _unknown,
    Verdict.DROPPED: _dropped,
}
