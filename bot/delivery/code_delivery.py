"""One-time codes on their way: to the address asked for, or by SMS where WhatsApp may not."""

from actions.context import CodeWanted
from bot.app import App
from bot.logs import logger
from channels import window
from channels.base import ChannelKind
from channels.phones import is_e164
from crm_store import conversations, identities, lookups, messages
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
    if not window.is_open(talk.kind, talk.last_inbound_at, now()):
        talk = _by_sms(session, app, identity) or talk
    messages.queue(session, talk, text=request.text, author=Author.SYSTEM)


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
