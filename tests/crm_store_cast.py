"""The customers of the store's tests."""

from dataclasses import dataclass

from crm_store import conversations, identities
from crm_store.models import Conversation, Identity
from crm_store.session import Session

ANA, BUDI = "+628120000001", "+628120000002"


@dataclass
class Person:
    """A customer with one address and its conversation."""

    identity: Identity
    conversation: Conversation

    @property
    def id(self) -> int:
        return self.identity.customer_id


def arrive(session: Session, address: str, name: str) -> Person:
    """Somebody's first message on WhatsApp is being received."""
    identity = identities.resolve(
        session, kind="whatsapp", address=address, phone=address, name=name, verified_by="channel"
    )
    return Person(identity, conversations.for_identity(session, identity, "shop"))
