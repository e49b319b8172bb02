"""One message answered: the engine's turn, its actions in our session, what they ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from actions.context import (
    CodeWanted,
    Company,
    ContactWanted,
    PersonWanted,
    Request,
    TurnContext,
    current,
    running,
)
from bot import takeover
from bot.app import App
from bot.delivery import code_delivery
from bot.logs import logger
from bot.turns import phrases, presses
from bot.turns.actions import run_action
from bot.turns.memory import Memory
from channels.base import ChannelKind, MessageKind
from crm_store import conversations, messages
from crm_store.batch import Received, Turn
from crm_store.messages import Draft
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import Session, now
from nlu.embedded.language import detect
from nlu.types import Reply, TurnInput, TurnResult

log = logger("answer")
CONTACT_SHARED = "/contact_shared"
LONGEST = 4_000
"""Characters of a message that the engine reads; the store keeps all of it."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one message led to. `result` is None if the engine was not asked."""

    turn: Turn
    memory: Memory
    replies: Sequence[Draft]
    result: TurnResult | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What the engine answered to one message, and what its actions asked the product for."""

    turn: Turn
    received: Received
    memory: Memory
    result: TurnResult
    wanted: Sequence[Request]


def one(
    session: Session, app: App, turn: Turn, received: Received, memory: Memory, *, member: bool
) -> Step:
    """Answer one message. Raises what the engine or an action raises."""
    if needs_no_engine(received):
        return say_ourselves(turn, received, memory)
    received = presses.trusted(session, turn, received)
    asked = turn_input(turn, received, memory, member=member)
    with running(context(session, app, turn, received)) as wanted:
        result = app.engine.reply(asked, run_action)
        turn = as_left(turn, current(), before=vouched(turn, received))
    return conclude(session, app, Said(turn, received, memory, result, wanted))


def conclude(session: Session, app: App, said: Said) -> Step:
    """The engine's answer as replies to queue, and what its actions asked for, carried out."""
    received, result, wanted = said.received, said.result, said.wanted
    turn = _speaking(said.turn, _language(said.turn, result))
    turn = _carry_out(session, app, turn, wanted)
    content = _shared_content(wanted)
    version = turn.owner_version
    replies = [_draft(reply, received, content, version) for reply in result.replies]
    if not replies and not wanted:
        lost = phrases.say("lost", turn.language)
        replies = [Draft(lost, owner_version=version, in_reply_to_id=received.id)]
    memory = said.memory.answered(result.state, _buttons(result.replies))
    return Step(turn, memory, replies, result)


def turn_input(turn: Turn, received: Received, memory: Memory, *, member: bool) -> TurnInput:
    """What the engine is told about the message and who wrote it."""
    language = spoken(turn, received)
    return TurnInput(
        conversation_id=str(turn.conversation_id),
        message_id=str(received.id),
        text=received.text[:LONGEST],
        now=received.created_at,
        channel=turn.kind,
        payload=_payload(received, memory),
        language=language,
        slots={
            "language": language,
            "channel": turn.kind,
            "verified": vouched(turn, received),
            "customer_name": turn.customer_name,
            "member": member,
            "known": turn.customer_name is not None,
        },
        metadata=_metadata(received),
        state=memory.engine,
    )


def context(session: Session, app: App, turn: Turn, received: Received) -> TurnContext:
    """What the actions of this turn are told."""
    company = app.settings.company
    return TurnContext(
        session=session,
        customer_id=turn.customer_id,
        identity_id=turn.identity_id,
        conversation_id=turn.conversation_id,
        message_id=received.id,
        channel=turn.channel,
        kind=turn.kind,
        text=received.text[:LONGEST],
        verified=vouched(turn, received),
        language=spoken(turn, received),
        now=now(),
        company=Company(
            name=company.name,
            timezone=company.timezone,
            country=company.country,
            currency=company.currency,
            welcome_points=company.welcome_points,
            points_months=company.points_months,
        ),
    )


def hand_over(session: Session, turn: Turn, reason: str, *, say: str | None = None) -> Turn:
    """Put the conversation into the queue; the turn under its new owner version."""
    conversation = conversations.get(session, turn.conversation_id)
    version = takeover.request(session, conversation, reason, say=say)
    return replace(turn, owner=Owner.QUEUE, owner_version=version)


def apologise(session: Session, turn: Turn, message_id: int, cause: str) -> None:
    """The third failure: the message is marked, the customer hears that a person takes over."""
    messages.handled(session, [message_id], status=MessageStatus.FAILED, error=cause[:500])
    hand_over(session, turn, "the assistant failed on this message", say="apology")


def needs_no_engine(received: Received) -> bool:
    """Whether a sentence of the product's own is all there is to say."""
    return _in_group(received) or _only_a_file(received) or _was_linked(received)


def _in_group(received: Received) -> bool:
    """A customer's affairs are nobody else's business, so the assistant declines in groups."""
    return bool(received.content.get("metadata", {}).get("group"))


def _was_linked(received: Received) -> bool:
    """A deep link with a good token: see `bot.linking`."""
    return bool(received.content.get("linked"))


def _only_a_file(received: Received) -> bool:
    """Nothing that an engine could read: a photo without words."""
    content = received.content
    return (
        not received.text.strip()
        and not content.get("payload")
        and not content.get("shared_phone")
        and received.kind != MessageKind.CONTACT
    )


def say_ourselves(turn: Turn, received: Received, memory: Memory) -> Step:
    """Decline in a group; confirm a link; say that a file came and ask what it is about.

    One thanks is enough for files that come together.
    """
    if memory.goes_on:
        return Step(turn, memory, ())
    came = received.content.get("attachments") or received.kind == MessageKind.LOCATION
    name = "file" if came else "lost"
    if _in_group(received) or _was_linked(received):
        name = "group" if _in_group(received) else "linked"
    text = phrases.say(name, turn.language)
    draft = Draft(text, owner_version=turn.owner_version, in_reply_to_id=received.id)
    return Step(turn, memory, (draft,))


def _metadata(received: Received) -> Mapping[str, Any]:
    phone = received.content.get("shared_phone")
    return {"shared_phone": phone} if phone else {}


def vouched(turn: Turn, received: Received) -> bool:
    """Whether somebody vouches for who wrote this message.

    Anybody can write an email in another's name, so there each message needs its own evidence
    (RFC 8601: our own mail server saw dmarc=pass); a proved address is not enough.
    """
    if turn.kind == ChannelKind.EMAIL and not received.content.get("vouched_by"):
        return False
    return turn.verified_by is not None


def spoken(turn: Turn, received: Received) -> str:
    """The message's own language if it is plain, else the one spoken so far."""
    return detect(received.text[:LONGEST]) or turn.language or "id"


def _payload(received: Received, memory: Memory) -> str | None:
    """A button of ours that was pressed; a shared contact card counts as one."""
    if received.content.get("shared_phone"):
        return CONTACT_SHARED
    return memory.payload(received.content.get("payload"), received.text)


def as_left(turn: Turn, left: TurnContext, *, before: bool) -> Turn:
    """An action may have found out who writes: a one-time code joins two customers."""
    if left.customer_id == turn.customer_id and left.verified == before:
        return turn
    verified_by = (turn.verified_by or "code") if left.verified else None
    return replace(turn, customer_id=left.customer_id, verified_by=verified_by)


def _language(turn: Turn, result: TurnResult) -> str | None:
    """What the dialogue settled on; only a language that the product speaks."""
    chosen = result.slots.get("language")
    return str(chosen) if chosen in ("id", "en") else turn.language


def _shared_content(wanted: Sequence[Request]) -> dict[str, Any]:
    asks = any(isinstance(request, ContactWanted) for request in wanted)
    return {"ask_contact": True} if asks else {}


def _speaking(turn: Turn, language: str | None) -> Turn:
    return turn if language == turn.language else replace(turn, language=language)


def _draft(reply: Reply, received: Received, shared: Mapping[str, Any], version: int) -> Draft:
    buttons = [{"title": one.title, "payload": one.payload} for one in reply.buttons]
    content: dict[str, Any] = {
        "buttons": buttons,
        "attachments": _attachments(reply),
        "custom": dict(reply.custom or {}),
        "response": reply.name,
        **shared,
    }
    kept = {name: value for name, value in content.items() if value}
    return Draft(reply.text, owner_version=version, content=kept, in_reply_to_id=received.id)


def _attachments(reply: Reply) -> list[dict[str, Any]]:
    found = [{"reference": reply.image}] if reply.image else []
    if reply.attachment and "reference" in reply.attachment:
        found.append(dict(reply.attachment))
    return found


def _buttons(replies: Sequence[Reply]) -> list[tuple[str, str]]:
    return [(one.title, one.payload) for reply in replies for one in reply.buttons]


def _carry_out(session: Session, app: App, turn: Turn, wanted: Sequence[Request]) -> Turn:
    """What the actions asked the product for, in the same transaction."""
    for request in wanted:
        if isinstance(request, PersonWanted):
            turn = hand_over(session, turn, request.reason)
        elif isinstance(request, CodeWanted):
            code_delivery.queue(session, app, request)
    return turn
