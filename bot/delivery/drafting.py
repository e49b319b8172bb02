"""What a person may send to a customer now: the window, templates, the size of a text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import takeover
from bot.app import App
from bot.delivery import template_list
from channels import segments, window
from channels.abilities import OneWay, TemplateSource
from channels.base import Channel, ChannelKind, Limits, OutboundMessage
from channels.errors import Refused, WindowClosed
from channels.render import render
from channels.segments import Segments
from channels.templates import ChannelTemplate
from crm_store import consents, console_queries, customers, identities, resending, templates
from crm_store.models import Conversation, Message, Staff
from crm_store.session import Session, now

NEAR = 0.9
"""From this share of a channel's limit on, a writer is shown how much is left."""
SOON = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Window:
    """Whether free text may be sent. `closes_at` is None where nothing limits it, or ever did."""

    limited: bool
    open: bool
    closes_at: datetime | None
    left: timedelta
    told_closed: bool = False
    """The provider refused free text since the customer's last message."""

    @property
    def soon(self) -> bool:
        """Whether it is about to close."""
        return self.limited and self.open and self.left < SOON


@dataclass(frozen=True, slots=True)
class Choice:
    """An approved template of the conversation's channel; `barred` says why it may not be used."""

    id: int
    template: ChannelTemplate
    fits_language: bool
    barred: str | None = None


@dataclass(frozen=True, slots=True)
class Size:
    """How large a text is on a channel. `segments` only for SMS."""

    length: int
    limit: int
    parts: int
    segments: Segments | None

    @property
    def near(self) -> bool:
        """Whether the writer should hear of the channel's limit."""
        return self.length >= self.limit * NEAR


def window_of(session: Session, app: App, talk: Conversation) -> Window:
    """The customer's window now, by our clock and by what the provider said since."""
    at = now()
    closing = window.closes_at(talk.kind, talk.last_inbound_at)
    left = max(closing - at, timedelta()) if closing else timedelta()
    told = closing is not None and _told_closed(session, app, talk)
    is_open = window.is_open(talk.kind, talk.last_inbound_at, at) and not told
    return Window(window.has_window(talk.kind), is_open, closing, left, told)


def reply(session: Session, app: App, talk: Conversation, staff: Staff, text: str) -> Message:
    """Queue free text. Raises NotOwnerError, WindowClosed."""
    takeover.must_own(talk, staff)
    if not window_of(session, app, talk).open:
        raise WindowClosed
    return takeover.reply(session, talk, staff, text)


def reply_by_template(
    session: Session, talk: Conversation, staff: Staff, choice: Choice, values: Mapping[str, str]
) -> Message:
    """Queue an approved template, filled in. Raises NotOwnerError, Refused with the reason."""
    takeover.must_own(talk, staff)
    template = choice.template
    if choice.barred:
        raise Refused(f"template {template.name}: {choice.barred}")
    text = template.fill(values)
    used = {name: values[name] for name in template.variables}
    content = {"template": {"name": template.provider_id, "variables": used}}
    return takeover.reply(session, talk, staff, text, content=content)


def again(session: Session, app: App, talk: Conversation, staff: Staff, lost: Message) -> Message:
    """Queue a message again that failed or whose fate is unknown.

    Raises NotOwnerError, NotLostError, WindowClosed (for free text).
    """
    takeover.must_own(talk, staff)
    if not lost.content.get("template") and not window_of(session, app, talk).open:
        raise WindowClosed
    return resending.send_again(session, lost.id, staff_id=staff.id)


def choices(session: Session, app: App, talk: Conversation) -> list[Choice]:
    """The approved templates of a conversation's channel, those in its language first."""
    found = (
        _choice(session, app, talk, one.id, template_list.as_template(one))
        for one in templates.of_channel(session, talk.channel)
    )
    usable = [one for one in found if one.template.approved]
    return sorted(usable, key=lambda one: (not one.fits_language, one.barred is not None))


def choose(session: Session, app: App, talk: Conversation, template_id: int) -> Choice:
    """One of `choices`. Raises Refused if it is not approved (any more)."""
    stored = templates.find(session, talk.channel, template_id)
    if stored is None:
        raise Refused("there is no such template any more: choose another")
    template = template_list.as_template(stored)
    if not template.approved:
        raise Refused(f"template {template.name} is not approved any more: choose another")
    return _choice(session, app, talk, stored.id, template)


def size(channel: Channel | None, kind: str, text: str) -> Size:
    """How long a text is, and in how many messages it goes out."""
    limits = channel.limits if channel else Limits()
    message = OutboundMessage(id="", kind=ChannelKind(kind), to="", text=text)
    parts = len(render(message, limits)) if text.strip() else 0
    by_sms = kind == ChannelKind.SMS
    return Size(len(text), limits.text, parts, segments.measure(text) if by_sms else None)


def cannot_answer(session: Session, app: App, talk: Conversation) -> bool:
    """Whether the customer can read what is sent on this channel but not answer it."""
    address = identities.get(session, talk.identity_id).address
    return _cannot_answer(app.channels.get(talk.channel), ChannelKind(talk.kind), address)


def _cannot_answer(channel: object, kind: ChannelKind, address: str) -> bool:
    return isinstance(channel, OneWay) and channel.cannot_answer(kind, address)


def _told_closed(session: Session, app: App, talk: Conversation) -> bool:
    if talk.last_inbound_at is None:
        return False
    codes = console_queries.refusals(session, talk.id, talk.last_inbound_at)
    return bool(codes) and _closed_by(app.channels.get(talk.channel), codes)


def _closed_by(channel: object, codes: Sequence[str]) -> bool:
    if not isinstance(channel, TemplateSource):
        return False
    return any(channel.closes_window(code) for code in codes)


def _choice(
    session: Session, app: App, talk: Conversation, template_id: int, template: ChannelTemplate
) -> Choice:
    barred = None
    if template.marketing and not consents.allowed(
        session, talk.customer_id, consents.MARKETING, talk.kind
    ):
        barred = "it is advertising, and this customer has not agreed to that"
    if template.for_codes:
        barred = "it is for one-time codes, which Akrab sends by itself"
    theirs = talk.language or customers.get(session, talk.customer_id).language
    fits = template.speaks(theirs or app.settings.company.language)
    return Choice(template_id, template, fits, barred)
