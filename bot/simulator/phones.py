"""The four phones: what each shows, what each sends, and the profile beside them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.app import App
from bot.simulator.personas import CHIPS, KINDS, Person, Step
from bot.webchat import lines
from bot.webchat.lines import Talk
from bot.webchat.words import ENGLISH
from channels.base import Channel, ChannelKind, InboundMessage, MessageKind, Sender, VerifiedBy
from channels.memory import MemoryChannel
from crm_store import lookups, profile
from crm_store.models import Identity
from crm_store.models.kinds import Owner
from crm_store.profile import Profile
from crm_store.session import Session

LABELS = {
    ChannelKind.WHATSAPP: "WhatsApp",
    ChannelKind.SMS: "SMS",
    ChannelKind.TELEGRAM: "Telegram",
    ChannelKind.EMAIL: "Email",
}
INVITATIONS = {
    ChannelKind.WHATSAPP: "Say hello, or tap a suggestion below.",
    ChannelKind.SMS: "The same number as WhatsApp: already the same person.",
    ChannelKind.TELEGRAM: "Telegram tells no number. Share the contact to be recognised.",
    ChannelKind.EMAIL: "Write a letter: subject, body, send.",
}
PLACEHOLDERS = {ChannelKind.SMS: "Text message", ChannelKind.EMAIL: "Write your letter…"}


@dataclass(frozen=True, slots=True)
class Phone:
    """One phone as the page shows it."""

    kind: str
    label: str
    shown: str
    talk: Talk
    chips: tuple[str, ...]
    invitation: str
    placeholder: str
    linked: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """The person's card, and the identities that are not yet known to be the same person."""

    card: Profile | None
    others: tuple[Identity, ...]


@dataclass(frozen=True, slots=True)
class TourStep:
    """A step and whether it was done."""

    kind: str
    title: str
    hint: str
    text: str
    contact: bool
    done: bool


def channel_of(app: App, kind: ChannelKind) -> MemoryChannel | None:
    """The memory channel that plays this kind of phone."""
    for channel in app.channels.values():
        if isinstance(channel, MemoryChannel) and channel.kinds == (kind,):
            return channel
    return None


def phone(session: Session, channel: Channel, person: Person) -> Phone:
    """The phone as it is now."""
    kind = channel.kinds[0]
    address = person.addresses[kind]
    found = lookups.identity_at(session, kind.value, address)
    return Phone(
        kind=kind.value,
        label=LABELS[kind],
        shown=address,
        talk=lines.read(session, channel, kind, address, ENGLISH),
        chips=CHIPS[kind],
        invitation=INVITATIONS[kind],
        placeholder=PLACEHOLDERS.get(kind, "Message"),
        linked=bool(found and found.phone),
    )


def phones(session: Session, app: App, person: Person) -> list[Phone]:
    """Every phone there is a channel for."""
    channels = (channel_of(app, kind) for kind in KINDS)
    return [phone(session, channel, person) for channel in channels if channel]


def identities(session: Session, person: Person) -> list[Identity]:
    """Those of the person's addresses that have written, the phone's first."""
    found = (lookups.identity_at(session, kind.value, person.addresses[kind]) for kind in KINDS)
    return [one for one in found if one is not None]


def beside(session: Session, person: Person) -> Beside:
    """The profile of the phone's owner (else the first who wrote), and who else wrote."""
    known = identities(session, person)
    if not known:
        return Beside(None, ())
    card = profile.profile(session, known[0].customer_id, touches=14)
    others = [one for one in known if one.customer_id != card.customer.id]
    return Beside(card, tuple(others))


def tour(session: Session, app: App, person: Person) -> list[TourStep]:
    """What to try, each with whether it was done."""
    shown = {one.kind: one for one in phones(session, app, person)}
    member = beside(session, person).card
    return [
        TourStep(
            step.kind.value,
            step.title,
            step.hint,
            step.text,
            step.contact,
            _done(step, shown[step.kind.value], bool(member and member.member)),
        )
        for step in person.steps
        if step.kind.value in shown
    ]


def written(
    person: Person, channel: Channel, text: str, *, subject: str = "", contact: bool = False
) -> InboundMessage:
    """What the phone sends: the channel vouches for what a real one would vouch for."""
    kind = channel.kinds[0]
    return InboundMessage(
        channel=channel.name,
        kind=kind,
        provider_id=secrets.token_urlsafe(12),
        sender=_sender(person, kind),
        text="" if contact else text,
        message_kind=MessageKind.CONTACT if contact else MessageKind.TEXT,
        shared_phone=person.phone if contact else None,
        sent_at=datetime.now(UTC),
        thread={"subject": subject} if subject else {},
    )


def _sender(person: Person, kind: ChannelKind) -> Sender:
    address = person.addresses[kind]
    if kind in (ChannelKind.WHATSAPP, ChannelKind.SMS):
        return Sender(address, person.name, address, VerifiedBy.CHANNEL)
    if kind == ChannelKind.EMAIL:
        return Sender(address, person.name, verified_by=VerifiedBy.DMARC)
    return Sender(address, person.name)


def _done(step: Step, shown: Phone, member: bool) -> bool:
    if step.contact:
        return shown.linked
    if step.text == "mau daftar member":
        return member
    talk = shown.talk
    if step.text == "mau bicara sama orang" and talk.conversation is not None:
        return talk.conversation.owner != Owner.BOT
    return _said(talk.lines, step.text)


def _said(shown: Sequence[lines.Line], text: str) -> bool:
    return any(line.mine and line.text == text for line in shown)
