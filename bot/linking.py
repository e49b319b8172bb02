"""Deep links that connect a Telegram account: made here for a customer, taken when it comes in."""

import re
from collections.abc import Mapping

from bot.logs import logger
from channels.abilities import Named
from channels.base import Channel, ChannelKind, InboundMessage
from crm_store import audit, identities, links, messages
from crm_store.identities import Claim
from crm_store.session import Session

log = logger("linking")
_POSTED = re.compile(r"[?&]start=([A-Za-z0-9_-]{16,64})", re.ASCII)


def bot_name(channels: Mapping[str, Channel], channel: str | None = None) -> str | None:
    """The Telegram bot a link would open: this channel's, or the first that has a `username`."""
    found = (
        one.username
        for name, one in channels.items()
        if isinstance(one, Named) and ChannelKind.TELEGRAM in one.kinds and channel in (None, name)
    )
    return next((username for username in found if username), None)


def invitation(
    session: Session,
    channels: Mapping[str, Channel],
    customer_id: int,
    *,
    channel: str | None = None,
    actor: str = "system",
) -> str | None:
    """A link this customer can open once, within fifteen minutes, to connect their Telegram.

    Give it only to who has proved to be this customer: whoever opens it first becomes them.
    None if there is no Telegram channel with a `username`.
    """
    username = bot_name(channels, channel)
    if username is None:
        return None
    audit.add(session, actor, "invite", "customer", customer_id, detail={"kind": "telegram"})
    return f"https://t.me/{username}?start={links.issue(session, customer_id)}"


def take(session: Session, message: InboundMessage, sender: Claim, message_id: int) -> None:
    """Connect the sender if the message brings a good token; the message is marked `linked`.

    Any other token changes nothing and is answered like a plain /start, so that trying tells
    nothing. A token brought by somebody already known as another person is used up in vain, and
    so is one that a group has seen.
    """
    if message.kind != ChannelKind.TELEGRAM:
        return
    if message.metadata.get("group"):
        _spoil(session, message)
        return
    token = message.metadata.get("start")
    if not token or message.edited or message.automatic:
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


def _spoil(session: Session, message: InboundMessage) -> None:
    """Everybody in the group has read the token: it must not connect anybody any more."""
    seen = {str(message.metadata.get("start") or ""), *_POSTED.findall(message.text)} - {""}
    for token in seen:
        customer_id = links.redeem(session, token)
        if customer_id is not None:
            log.warning("a link was shown to a group and is void", customer_id=customer_id)
