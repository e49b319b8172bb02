"""The familiarity card: who a customer is, in a fixed number of small queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from crm_store import complaints, consents, identities, loyalty, touchpoints
from crm_store.loyalty import Expiring
from crm_store.models import Complaint, Customer, Identity, Member, Purchase, Tier, Touchpoint
from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class Profile:
    """Everything worth knowing before answering. `balance` is 0 without a membership."""

    customer: Customer
    identities: Sequence[Identity]
    member: Member | None
    tier: Tier | None
    balance: int
    expiring: Sequence[Expiring]
    open_complaints: Sequence[Complaint]
    consents: Mapping[tuple[str, str], bool]
    purchases: int
    spent: int
    """Total of all purchases not canceled or returned, minor units."""
    last_touchpoints: Sequence[Touchpoint]


def profile(session: Session, customer_id: int, *, touches: int = 20) -> Profile:
    """The card of a customer. Raises NoResultFound."""
    customer = session.get_one(Customer, customer_id)
    if customer.merged_into_id is not None:
        return profile(session, customer.merged_into_id, touches=touches)
    member = loyalty.member_of(session, customer_id)
    count, spent = _bought(session, customer_id)
    return Profile(
        customer=customer,
        identities=identities.of_customer(session, customer_id),
        member=member,
        tier=loyalty.tier_of(session, member) if member else None,
        balance=loyalty.balance(session, member.id) if member else 0,
        expiring=loyalty.expiring(session, member.id) if member else (),
        open_complaints=complaints.open_of(session, customer_id),
        consents=consents.current(session, customer_id),
        purchases=count,
        spent=spent,
        last_touchpoints=touchpoints.of_customer(session, customer_id, touches),
    )


def _bought(session: Session, customer_id: int) -> tuple[int, int]:
    query = select(func.count(), func.coalesce(func.sum(Purchase.total), 0)).where(
        Purchase.customer_id == customer_id, Purchase.status.not_in(("canceled", "returned"))
    )
    count, spent = session.execute(query).one()
    return int(count), int(spent)
