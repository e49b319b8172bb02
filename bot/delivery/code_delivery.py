"""One-time codes on their way: to the address asked for, by template or SMS where it must be."""

from typing import Any

from actions.context import CodeWanted
from bot.app import App
from bot.delivery import template_list
from bot.logs import logger
from channels import window
from channels.base import ChannelKind
from channels.phones import is_e164
from channels.templates import ChannelTemplate
from crm_store import conversations, identities, lookups, messages, templates
from crm_store.models import Conversation, Identity
from crm_store.models.kinds import Author
from crm_store.session import Session, now

log = logger("codes")


def queue(session: Session, app: App, request: CodeWanted) -> None:
    """Put the code into the other address's own conversation, made if there is none."""
    identity = lookups.identity_at(session, request.kind, request.address)
    talk = _conversation(session, app, identity) if identity else None
    if identity is None or talk is None:
        log.error("a code cannot be sent", kind=request.kind)
        return
    content: dict[str, Any] = {}
    if not window.is_open(talk.kind, talk.last_inbound_at, now()):
        template = _template(session, app, talk, identity) if request.code else None
        if template is not None:
            values = dict.fromkeys(template.variables, request.code)
            content = {"template": {"name": template.provider_id, "variables": values}}
        else:
            talk = _by_sms(session, app, identity) or talk
    messages.queue(session, talk, text=request.text, author=Author.SYSTEM, content=content)


def _template(
    session: Session, app: App, talk: Conversation, identity: Identity
) -> ChannelTemplate | None:
    """An approved one for codes, best in the customer's language.

    WhatsApp sends these to phone numbers only, not to ids.
    """
    if not is_e164(identity.address):
        return None
    found = map(template_list.as_template, templates.of_channel(session, talk.channel))
    usable = [one for one in found if one.for_codes and one.approved]
    theirs = talk.language or app.settings.company.language
    return max(usable, key=lambda one: one.speaks(theirs), default=None)


def _by_sms(session: Session, app: App, identity: Identity) -> Conversation | None:
    """The same number by SMS: WhatsApp takes no free text from us outside its window."""
    phone = identity.phone or identity.address
    if not is_e164(phone) or _channel(app, ChannelKind.SMS) is None:
        log.error("a code cannot be sent: the window is closed, and there is no SMS")
        return None
    other = identities.resolve(
        session,
        kind=ChannelKind.SMS.value,
        address=phone,
        phone=phone if identity.phone else None,
        verified_by=identity.verified_by if identity.phone else None,
    )
    return _conversation(session, app, other)


def _conversation(session: Session, app: App, identity: Identity) -> Conversation | None:
    channel = _channel(app, ChannelKind(identity.kind))
    if channel is None:
        return None
    found = conversations.for_identity(session, identity, channel)
    session.flush()
    return found


def _channel(app: App, kind: ChannelKind) -> str | None:
    return next((name for name, one in app.channels.items() if kind in one.kinds), None)
