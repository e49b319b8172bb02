"""A conversation as its customer sees it: what was said, in order, and who is writing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.webchat.words import Words
from channels.base import Attachment, Button, Channel, ChannelKind, OutboundMessage
from channels.render import render
from crm_store import console_queries, lookups, messages
from crm_store.models import Conversation, Message
from crm_store.models.kinds import Direction, MessageStatus, Owner
from crm_store.session import Session

SHOWN = 60
SEEN_BY_CUSTOMER = (MessageStatus.SENT, MessageStatus.DELIVERED, MessageStatus.READ)
ON_THE_WAY = (MessageStatus.QUEUED, MessageStatus.SENDING)
OWN_TICKS: Mapping[MessageStatus, str] = {
    MessageStatus.RECEIVED: "sent",
    MessageStatus.HELD: "delivered",
    MessageStatus.HANDLED: "read",
    MessageStatus.IGNORED: "delivered",
    MessageStatus.FAILED: "delivered",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble. `mine` is the customer's own; `tick` is sent, delivered, read or empty."""

    id: str
    message_id: int
    mine: bool
    text: str
    at: datetime
    tick: str
    buttons: tuple[Button, ...] = ()
    links: tuple[str, ...] = ()
    ask_contact: bool = False
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Talk:
    """What a page shows of one conversation; the defaults are one that has not begun."""

    conversation: Conversation | None = None
    lines: tuple[Line, ...] = ()
    writing: bool = False
    note: str = ""


def read(session: Session, channel: Channel, kind: ChannelKind, address: str, words: Words) -> Talk:
    """The conversation of whoever writes from `address`, as it would look on its channel."""
    conversation = lookups.conversation_at(session, kind.value, address)
    if conversation is None:
        return Talk()
    said = messages.thread(session, conversation.id, SHOWN)
    shown = [line for message in said for line in lines_of(message, channel)]
    return Talk(
        conversation,
        tuple(_only_last_choices(_answers_under_subjects(shown))),
        _writing(conversation, said),
        _note(session, conversation, words),
    )


def lines_of(message: Message, channel: Channel) -> list[Line]:
    """A message as the channel shows it: split, and with its buttons numbered where it has none."""
    if message.direction == Direction.IN:
        return [_own(message)]
    if message.status not in SEEN_BY_CUSTOMER:
        return []
    parts = render(outbound(message, channel.kinds[0]), channel.limits)
    return [_theirs(message, part, number) for number, part in enumerate(parts)]


def outbound(message: Message, kind: ChannelKind) -> OutboundMessage:
    """The stored message in the form that channels take."""
    content = message.content
    return OutboundMessage(
        id=str(message.id),
        kind=kind,
        to="",
        text=message.text,
        buttons=buttons_of(message),
        attachments=tuple(Attachment(item["reference"]) for item in content.get("attachments", ())),
        ask_contact=bool(content.get("ask_contact")),
    )


def buttons_of(message: Message) -> tuple[Button, ...]:
    """The quick replies a message offers."""
    return tuple(
        Button(item["title"], item["payload"]) for item in message.content.get("buttons", ())
    )


def chosen(session: Session, conversation_id: int, answers: str, choice: str) -> Button | None:
    """The button number `choice` (from 1) of message `answers` of this conversation, if any."""
    if not (answers.isdecimal() and choice.isdecimal()):
        return None
    said = messages.thread(session, conversation_id, SHOWN)
    offered = next((buttons_of(one) for one in said if one.id == int(answers)), ())
    return dict(enumerate(offered, 1)).get(int(choice))


def _own(message: Message) -> Line:
    tick = OWN_TICKS.get(message.status, "sent")
    links = [item["reference"] for item in message.content.get("attachments", ())]
    phone = message.content.get("shared_phone")
    text = message.text or (f"☎ {phone}" if phone else "")
    return replace(_line(message, 0, text, tick), mine=True, links=_safe(links))


def _theirs(message: Message, part: OutboundMessage, number: int) -> Line:
    line = _line(message, number, part.text, message.status.value)
    return replace(
        line,
        buttons=part.buttons,
        links=_safe([item.reference for item in part.attachments]),
        ask_contact=part.ask_contact,
    )


def _line(message: Message, number: int, text: str, tick: str) -> Line:
    subject = str(message.content.get("thread", {}).get("subject") or "")
    at = message.created_at
    return Line(f"{message.id}-{number}", message.id, False, text, at, tick, subject=subject)


def _safe(references: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in references if one.startswith(("https://", "http://")))


def _only_last_choices(lines: Sequence[Line]) -> list[Line]:
    """Old buttons are gone once something else was said, as in any messenger."""
    last = len(lines) - 1
    return [
        line if at == last else replace(line, buttons=(), ask_contact=False)
        for at, line in enumerate(lines)
    ]


def _answers_under_subjects(lines: Sequence[Line]) -> list[Line]:
    """An answer by email goes under the subject of the letter before it."""
    subject = ""
    titled = []
    for line in lines:
        subject = (line.subject if line.mine else "") or subject
        answers = subject and not line.mine
        titled.append(replace(line, subject=f"Re: {subject}") if answers else line)
    return titled


def _writing(conversation: Conversation, said: Sequence[Message]) -> bool:
    if any(message.status in ON_THE_WAY for message in said):
        return True
    unanswered = any(message.status == MessageStatus.RECEIVED for message in said)
    return unanswered and conversation.owner == Owner.BOT


def _note(session: Session, conversation: Conversation, words: Words) -> str:
    if conversation.owner == Owner.QUEUE:
        return words.waiting
    if conversation.owner != Owner.STAFF or conversation.owner_staff_id is None:
        return ""
    names = console_queries.staff_names(session, [conversation.owner_staff_id])
    name = names.get(conversation.owner_staff_id, "")
    return words.person.format(name=name.split()[0] if name else "")
