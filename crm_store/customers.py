"""Customers: find, change, merge; the familiarity card is `profile`."""

from typing import Any

from sqlalchemy import select

from crm_store import touchpoints
from crm_store.merging import merge
from crm_store.models import Customer, Identity, Member
from crm_store.models.kinds import TouchKind
from crm_store.profile import Profile, profile
from crm_store.session import Session

__all__ = [
    "Profile",
    "add",
    "change",
    "find_by_card",
    "find_by_phone",
    "get",
    "merge",
    "profile",
    "rename",
    "search",
    "set_language",
    "set_preferred_channel",
]

NAME = 200


def get(session: Session, customer_id: int) -> Customer:
    """The customer, following merges. Raises NoResultFound."""
    customer = session.get_one(Customer, customer_id)
    while customer.merged_into_id is not None:
        customer = session.get_one(Customer, customer.merged_into_id)
    return customer


def add(session: Session, **values: Any) -> Customer:
    """Make a customer; `values` are columns of Customer."""
    customer = Customer(**values)
    session.add(customer)
    session.flush()
    return customer


def find_by_card(session: Session, card_number: str) -> Customer | None:
    """The owner of a loyalty card; also of a card that was merged into another."""
    query = select(Member.customer_id).where(Member.card_number == card_number)
    customer_id = session.scalars(query).one_or_none()
    return None if customer_id is None else get(session, customer_id)


def find_by_phone(session: Session, phone: str) -> Customer | None:
    """The customer with a verified address that owns `phone` (E.164)."""
    query = select(Identity.customer_id).where(
        Identity.phone == phone, Identity.verified_by.is_not(None)
    )
    customer_id = session.scalars(query.order_by(Identity.id).limit(1)).first()
    return None if customer_id is None else get(session, customer_id)


def search(session: Session, words: str, limit: int = 20) -> list[Customer]:
    """Customers whose name begins with `words` or whose card, phone or address is exactly that."""
    term = words.strip()
    cards = select(Member.customer_id).where(Member.card_number == term.upper())
    owners = select(Identity.customer_id).where(
        (Identity.phone == term) | (Identity.address == term.lower())
    )
    query = select(Customer).where(
        Customer.merged_into_id.is_(None),
        Customer.id.in_(cards)
        | Customer.id.in_(owners)
        | Customer.name.istartswith(term, autoescape=True),
    )
    return list(session.scalars(query.order_by(Customer.id).limit(limit)))


def change(session: Session, customer_id: int, *, actor: str, **values: Any) -> Customer:
    """Change columns of a customer and say so in the journal."""
    customer = get(session, customer_id)
    changed = {name: to for name, to in values.items() if getattr(customer, name) != to}
    for name, to in changed.items():
        setattr(customer, name, to)
    if changed:
        session.flush()
        subject = ", ".join(f"{name}: {to}" for name, to in changed.items())
        touchpoints.add(session, customer.id, TouchKind.PROFILE, actor=actor, subject=subject)
    return customer


def rename(session: Session, customer_id: int, name: str, *, actor: str = "customer") -> Customer:
    """Change the name; cut to 200 characters."""
    return change(session, customer_id, actor=actor, name=name.strip()[:NAME] or None)


def set_language(
    session: Session, customer_id: int, language: str, *, actor: str = "customer"
) -> Customer:
    """Change the language (`id` or `en`)."""
    return change(session, customer_id, actor=actor, language=language)


def set_preferred_channel(
    session: Session, customer_id: int, channel: str, *, actor: str = "customer"
) -> Customer:
    """Change the kind of channel the customer likes to be written to."""
    return change(session, customer_id, actor=actor, preferred_channel=channel)
