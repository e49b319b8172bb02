"""Deep links that connect a Telegram account: made here for a customer, taken when it comes in."""

from bot.app import App
from bot.logs import logger
from channels.base import ChannelKind, InboundMessage
from channels.telegram.channel import TelegramChannel
from crm_store import identities, links, messages
from crm_store.identities import Claim
from crm_store.session import Session

log = logger("linking")


def invitation(session: Session, app: App, customer_id: int) -> str | None:
    """A link this customer can open once, within fifteen minutes, to connect their Telegram.

    Give it only to who has proved to be this customer. None if there is no Telegram channel with
    a `username`.
    """
    found = (one for one in app.channels.values() if isinstance(one, TelegramChannel))
    username = next((one.username for one in found if one.username), None)
    if username is None:
        return None
    return f"https://t.me/{username}?start={links.issue(session, customer_id)}"


def take(session: Session, message: InboundMessage, sender: Claim, message_id: int) -> None:
    """Connect the sender if the message brings a good token; the message is marked `linked`.

    Any other token changes nothing and is answered like a plain /start, so that trying tells
    nothing. A token brought by somebody already known as another person is used up in vain.
    """
    token = message.metadata.get("start")
    alone = message.kind == ChannelKind.TELEGRAM and not message.metadata.get("group")
    if not token or not alone or message.edited or message.automatic:
        return
    customer_id = links.redeem(session, str(token))
    if customer_id is None:
        return
    identity = identities.resolve_claim(session, sender)
    identity = identities.verify_by_code(session, identity, customer_id)
    if identity.customer_id != customer_id:
        log.warning("a link was opened by another known person", message_id=message_id)
        return
    stored = messages.get(session, message_id)
    stored.content = {**stored.content, "linked": True}
