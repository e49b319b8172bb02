"""Who is writing: addresses, who vouches for them, and which customer they belong to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from crm_store import audit, customers
from crm_store.models import Customer, Identity, table_of
from crm_store.models.kinds import IdentityState
from crm_store.prepared import Prepared
from crm_store.session import Session, insert_once, now

ADDRESS = 320
NAME = 200


class BadAddress(ValueError):
    """An address is 1 to 320 characters."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who the channel says is writing. `phone` (E.164) counts only with a `verified_by`."""

    kind: str
    address: str
    phone: str | None = None
    name: str | None = None
    verified_by: str | None = None
    aliases: tuple[str, ...] = ()
    language: str | None = None


def resolve(
    session: Session,
    *,
    kind: str,
    address: str,
    phone: str | None = None,
    name: str | None = None,
    verified_by: str | None = None,
    aliases: tuple[str, ...] = (),
    language: str | None = None,
) -> Identity:
    """The identity that writes from `address`, made if new, never an alias.

    A new address with a phone somebody vouches for joins the customer who owns that phone.
    A name or a typed email joins nobody. Raises BadAddress.
    """
    claim = Claim(kind, address, phone, name, verified_by, aliases, language)
    return resolve_claim(session, claim)


def resolve_claim(session: Session, claim: Claim) -> Identity:
    """`resolve` for facts already gathered in a Claim."""
    if not 0 < len(claim.address) <= ADDRESS:
        raise BadAddress(BadAddress.__doc__)
    found = _known(session, claim.kind, (claim.address, *claim.aliases))
    identity = _pick(found, claim.address) or _create_once(session, claim)
    if claim.aliases:
        _keep_aliases(session, identity, claim, found)
    return _refresh(session, identity, claim)


def get(session: Session, identity_id: int) -> Identity:
    """The identity with this id. Raises NoResultFound."""
    return session.get_one(Identity, identity_id)


def find(session: Session, identity_id: int) -> Identity | None:
    """The identity with this id, if it is there."""
    return session.get(Identity, identity_id)


def of_customer(session: Session, customer_id: int) -> list[Identity]:
    """The addresses of a customer, aliases left out, oldest first."""
    query = select(Identity).where(
        Identity.customer_id == customer_id, Identity.alias_of_id.is_(None)
    )
    return list(session.scalars(query.order_by(Identity.id)))


def verified_of(session: Session, customer_id: int) -> list[Identity]:
    """The addresses a one-time code may be sent to: vouched for and reachable."""
    return [
        identity
        for identity in of_customer(session, customer_id)
        if identity.verified and identity.state == IdentityState.OK
    ]


def verify_phone(session: Session, identity: Identity, phone: str, verified_by: str) -> Identity:
    """Record that `identity` owns `phone` (E.164), and join the customer who already does.

    An otherwise anonymous customer (nobody vouches for any other address of it) is merged into
    that owner. If both are known people nothing is joined: the conflict goes to the audit trail
    for a person to decide, and the identity stays as it was.
    """
    owner = owner_of_phone(session, phone, besides=identity.id)
    if owner is not None and owner != identity.customer_id:
        if not _only_known_by(session, identity):
            detail = {"phone_owner": owner, "customer": identity.customer_id}
            audit.add(session, "system", "phone_conflict", "identity", identity.id, detail=detail)
            return identity
        customers.merge(session, identity.customer_id, owner, reason=f"same phone ({verified_by})")
        session.refresh(identity)
    identity.phone = phone
    _vouch(identity, verified_by, now())
    session.flush()
    return identity


def verify_by_code(session: Session, identity: Identity, customer_id: int) -> Identity:
    """Record that a one-time code proved `identity` belongs to `customer_id`.

    Its own customer, if another and otherwise anonymous, is merged into that one.
    """
    if identity.customer_id != customer_id:
        if not _only_known_by(session, identity):
            detail = {"claimed": customer_id, "customer": identity.customer_id}
            audit.add(session, "system", "code_conflict", "identity", identity.id, detail=detail)
            return identity
        customers.merge(session, identity.customer_id, customer_id, reason="one-time code")
        session.refresh(identity)
    _vouch(identity, "code", now())
    session.flush()
    return identity


def at(session: Session, kind: str, address: str) -> Identity | None:
    """The identity reached at an address; an alias stands for its own."""
    return _pick(_known(session, kind, (address,)), address)


def set_state(session: Session, kind: str, address: str, state: IdentityState) -> Identity | None:
    """Record whether an address may be written to. None if nobody has that address."""
    identity = at(session, kind, address)
    if identity is not None and identity.state != state:
        identity.state = state
        session.flush()
    return identity


def change_address(session: Session, kind: str, old: str, new: str) -> Identity | None:
    """The provider moved an address. None if the old one is unknown or the new one is taken."""
    found = {row.address: row for row in _known(session, kind, (old, new))}
    if old not in found or new in found:
        return None
    found[old].address = new
    session.flush()
    return found[old]


def owner_of_phone(session: Session, phone: str, *, besides: int | None = None) -> int | None:
    """The customer with a verified identity that owns `phone`, other than identity `besides`."""
    session.flush()  # somebody may have been vouched for just now
    found = _owners.rows(session, {"phone": phone, "besides": besides or 0})
    return found[0].customer_id if found else None


def owner_of_address(session: Session, kind: str, address: str) -> int | None:
    """The customer who verifiably owns an address of this kind."""
    found = at(session, kind, address)
    return found.customer_id if found is not None and found.verified else None


def _known(session: Session, kind: str, addresses: Sequence[str]) -> list[Identity]:
    query = select(Identity).where(Identity.kind == kind)
    if len(addresses) == 1:
        query = query.where(Identity.address == addresses[0])
    else:
        query = query.where(Identity.address.in_(addresses))
    found = list(session.scalars(query))
    return [_canonical(session, row) for row in found]


def _canonical(session: Session, identity: Identity) -> Identity:
    while identity.alias_of_id is not None:
        identity = session.get_one(Identity, identity.alias_of_id)
    return identity


def _pick(found: Sequence[Identity], address: str) -> Identity | None:
    exact = (row for row in found if row.address == address)
    return next(exact, next(iter(found), None))


def create(session: Session, claim: Claim) -> tuple[int, int] | None:
    """Ids of a new identity and its customer; None if somebody has the address already.

    With a phone somebody vouches for it joins that phone's customer. Raises BadAddress.
    """
    if not 0 < len(claim.address) <= ADDRESS:
        raise BadAddress(BadAddress.__doc__)
    name = (claim.name or "")[:NAME] or None
    # What somebody merely says would be taken for proved once the address is vouched for.
    phone = claim.phone if claim.verified_by else None
    owner = None
    if phone:
        _queue_for_phone(session, phone)
        owner = owner_of_phone(session, phone)
    customer_id = owner or insert_once(
        session, Customer, {"name": name, "language": claim.language}
    )
    identity = {
        "customer_id": customer_id,
        "kind": claim.kind,
        "address": claim.address,
        "phone": phone,
        "display_name": name,
        "verified_by": claim.verified_by,
        "verified_at": now() if claim.verified_by else None,
    }
    identity_id = insert_once(session, Identity, identity)
    if identity_id is not None:
        return identity_id, customer_id
    if owner is None:
        session.execute(delete(table_of(Customer)).where(Customer.id == customer_id))
    return None


def _create_once(session: Session, claim: Claim) -> Identity:
    """Two first messages may come at once: the loser reads what the winner wrote."""
    made = create(session, claim)
    if made is None:
        return _known(session, claim.kind, (claim.address,))[0]
    return session.get_one(Identity, made[0])


def _queue_for_phone(session: Session, phone: str) -> None:
    """First messages from one phone by SMS and WhatsApp at once must find each other's customer."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtext(phone))))


def _keep_aliases(
    session: Session, identity: Identity, claim: Claim, found: Sequence[Identity]
) -> None:
    for other in found:
        if other.customer_id != identity.customer_id:
            customers.merge(
                session, other.customer_id, identity.customer_id, reason="same sender (channel)"
            )
    names = {claim.address, *claim.aliases}
    query = select(Identity.address).where(Identity.kind == claim.kind, Identity.address.in_(names))
    missing = names - set(session.scalars(query))
    for address in sorted(missing):
        values = {
            "customer_id": identity.customer_id,
            "kind": claim.kind,
            "address": address,
            "alias_of_id": identity.id,
            "verified_by": claim.verified_by,
        }
        session.execute(insert(Identity), [values])


def _refresh(session: Session, identity: Identity, claim: Claim) -> Identity:
    """Take over what the channel now knows better; most messages change nothing."""
    if (
        claim.verified_by
        and claim.phone
        and (identity.phone != claim.phone or not identity.verified)
    ):
        identity = verify_phone(session, identity, claim.phone, claim.verified_by)
    elif claim.verified_by and not identity.verified:
        _vouch(identity, claim.verified_by, now())
    name = (claim.name or "")[:NAME]
    if name and name != identity.display_name:
        identity.display_name = name
        _name_if_nameless(session, identity.customer_id, name)
    return identity


def _name_if_nameless(session: Session, customer_id: int, name: str) -> None:
    statement = update(Customer).where(Customer.id == customer_id, Customer.name.is_(None))
    session.execute(statement.values(name=name))


def _only_known_by(session: Session, identity: Identity) -> bool:
    """Whether nothing but this identity vouches for its customer."""
    others = [
        other
        for other in of_customer(session, identity.customer_id)
        if other.id != identity.id and other.verified
    ]
    return not others


def _vouch(identity: Identity, verified_by: str, at: datetime) -> None:
    identity.verified_by = verified_by
    identity.verified_at = at


_identity = table_of(Identity)
_owners = Prepared(
    select(_identity.c.customer_id)
    .where(
        _identity.c.phone == bindparam("phone"),
        _identity.c.verified_by.is_not(None),
        _identity.c.id != bindparam("besides"),
    )
    .order_by(_identity.c.id)
    .limit(1)
)
