"""No more promotions: how a withdrawal is recorded, and the links by which one is made."""

from dataclasses import dataclass

from bot.settings import Settings
from bot.site import signing
from crm_store import consents, identities, lookups
from crm_store.models import Identity
from crm_store.session import Session

PURPOSE = "unsubscribe"
SIGNATURE = 32
"""Characters of the signature in a link: 128 bits."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a link stands for: promotions to one identity; the message that brought it, or 0."""

    identity_id: int
    message_id: int = 0


def link(settings: Settings, ticket: Ticket) -> str | None:
    """Where this identity stops promotions without signing in; None unless we have https.

    Good for ever (as long as `web.secret_key` stays), also after the customer was merged.
    """
    base = settings.web.public_url
    return f"{base}/unsubscribe/{token(settings.secret_key(), ticket)}" if _secure(base) else None


def token(key: str, ticket: Ticket) -> str:
    """`<identity>.<message>.<signature>`."""
    value = f"{ticket.identity_id}.{ticket.message_id}"
    return f"{value}.{signing.sign(key, PURPOSE, value)[:SIGNATURE]}"


def read(key: str, given: str) -> Ticket | None:
    """What a token stands for, None if we did not make it."""
    value, _, signature = given.rpartition(".")
    if not signing.matches(key, PURPOSE, value, signature, length=SIGNATURE):
        return None
    identity_id, _, message_id = value.partition(".")
    return Ticket(int(identity_id), int(message_id))


def withdraw(
    session: Session,
    identity: Identity,
    *,
    wording: str,
    version: str,
    channel: str | None = None,
    message_id: int | None = None,
) -> bool:
    """Record that a customer wants no promotions on a channel (the identity's own; "*": on none).

    False, and nothing recorded, if the latest evidence already says so: repeats are nothing.
    """
    channel = channel or identity.kind
    if consents.withdrawn(session, identity.customer_id, consents.MARKETING, channel):
        return False
    consents.record(
        session,
        identity.customer_id,
        purpose=consents.MARKETING,
        channel=channel,
        granted=False,
        wording=wording,
        wording_version=version,
        source_message_id=message_id,
        actor="customer",
    )
    return True


def of_ticket(session: Session, ticket: Ticket) -> tuple[Identity | None, int | None]:
    """The identity and the message a link names, as far as they (still) are there."""
    identity = identities.find(session, ticket.identity_id)
    known = ticket.message_id and lookups.has_message(session, ticket.message_id)
    return identity, ticket.message_id if known else None


def _secure(address: str) -> bool:
    return address.startswith("https://")
