"""One-time codes: who gets one, and what a right one proves.

What an unverified sender hears is the same whether or not anybody has the address they name.
"""

from datetime import timedelta

from actions.context import change
from actions.reading import Address
from actions.turn import Turn
from crm_store import codes, customers, identities, touchpoints
from crm_store.models import Identity
from crm_store.models.kinds import TouchKind

VERIFY, ADDRESS = "verify", "address"
REACHABLE = ("whatsapp", "sms", "telegram", "email")
ADDRESS_KINDS = {"phone": "sms", "email": "email"}
"""The kind of channel that can reach an address somebody typed."""
HOUR = timedelta(hours=1)
CODES_AN_HOUR = 5
LOOKED_AT = 50
NOTE = "one-time code asked for"


def send(turn: Turn, address: Address) -> None:
    """Send a code to whoever verifiably has this address or card; nothing shows if nobody does."""
    owner = _owner(turn, address)
    if owner is None or _too_many(turn, owner):
        return
    target = _target(turn, owner, address)
    if target is not None:
        _note(turn, owner)
        _issue(turn, VERIFY, {"customer_id": owner}, target.kind, target.address)


def send_to_new(turn: Turn, kind: str, address: str) -> None:
    """Send a code to an address the customer wants to add; `kind` is phone or email."""
    channel = ADDRESS_KINDS[kind]
    # the code needs a conversation to travel in; until it comes back this proves nothing
    identities.resolve(turn.session, kind=channel, address=address)
    _issue(turn, ADDRESS, {"kind": kind, "address": address}, channel, address)


def accept(turn: Turn, code: str) -> bool:
    """Link this chat to the customer the code was sent to. False if it is wrong or too late."""
    context = turn.context
    payload = codes.check(
        turn.session, context.customer_id, VERIFY, code, identity_id=context.identity_id
    )
    if payload is None:
        return False
    owner = customers.get(turn.session, int(payload["customer_id"])).id
    identity = identities.get(turn.session, context.identity_id)
    identity = identities.verify_by_code(turn.session, identity, owner)
    if identity.customer_id != owner:
        return False
    change(customer_id=owner, verified=True)
    return True


def accept_new(turn: Turn, code: str, address: str) -> bool:
    """Whether the code is the one sent to this new address."""
    payload = codes.check(turn.session, turn.context.customer_id, ADDRESS, code)
    return payload is not None and payload["address"] == address


def _too_many(turn: Turn, owner: int) -> bool:
    """Nobody can be flooded with codes, whoever asks and from however many chats."""
    since = turn.context.now - HOUR
    touches = touchpoints.of_customer(turn.session, owner, LOOKED_AT)
    return sum(one.subject == NOTE and one.at > since for one in touches) >= CODES_AN_HOUR


def _note(turn: Turn, owner: int) -> None:
    context = turn.context
    touchpoints.add(
        turn.session,
        owner,
        TouchKind.NOTE,
        channel=context.channel,
        actor="system",
        subject=NOTE,
        ref_type="conversation",
        ref_id=context.conversation_id,
        at=context.now,
    )


def _issue(turn: Turn, purpose: str, payload: dict[str, object], kind: str, address: str) -> None:
    context = turn.context
    code = codes.issue(turn.session, context.customer_id, context.identity_id, purpose, payload)
    text = turn.phrase("utter_code_message", code=code, company=context.company.name)
    context.send_code(kind, address, text, code)


def _owner(turn: Turn, address: Address) -> int | None:
    if address.kind == "card":
        customer = customers.find_by_card(turn.session, address.value)
        return customer.id if customer else None
    if address.kind == "email":
        return identities.owner_of_address(turn.session, "email", address.value)
    return identities.owner_of_phone(turn.session, address.value)


def _target(turn: Turn, owner: int, address: Address) -> Identity | None:
    """Where the code goes: the address named if it is verified, else another of its owner's."""
    known = [
        identity
        for identity in identities.verified_of(turn.session, owner)
        if identity.kind in REACHABLE and identity.id != turn.context.identity_id
    ]
    named = [one for one in known if address.value in (one.address, one.phone)]
    return next(iter([*named, *known]), None)
