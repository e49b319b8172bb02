"""Proving who is writing: a shared contact, or a one-time code sent to an address on file.

What an unverified sender hears is the same whether or not anybody has that address.
"""

from rasa_sdk import Tracker

from actions import answering, guard, routing
from actions.action import StoreAction
from actions.context import change
from actions.loyalty import welcome
from actions.reading import Address
from actions.turn import Events, Turn, forget
from crm_store import codes, customers, identities, loyalty
from crm_store.models import Identity

PURPOSE = "verify"
SLOTS = ("verify_address", "verify_code", "verify_next", "verify_text", "code_misses")
REACHABLE = ("whatsapp", "sms", "telegram", "email")


class StartVerification(StoreAction):
    """The customer wants to be verified."""

    action = "action_start_verification"

    def answer(self, turn: Turn) -> Events:
        if turn.context.verified:
            turn.say("utter_already_verified")
            return []
        return guard.demand(turn, starts_form=True)


class ContactShared(StoreAction):
    """The channel brought the sender's own phone number (Telegram), or they say it did."""

    action = "action_contact_shared"

    def answer(self, turn: Turn) -> Events:
        if not turn.context.verified:
            return guard.demand(turn, starts_form=True)
        turn.say("utter_verified")
        return [*forget(*SLOTS), *resume(turn)]


class FinishVerification(StoreAction):
    """After the form: thank, and answer what was asked before; or offer a person."""

    action = "action_finish_verification"

    def answer(self, turn: Turn) -> Events:
        if turn.slot("verify_code") != "ok":
            turn.say("utter_code_given_up")
            return forget(*SLOTS)
        turn.say("utter_verified")
        return [*forget(*SLOTS), *resume(turn)]


def resume(turn: Turn) -> Events:
    """Answer the question that had to wait for the proof."""
    intent = turn.slot("verify_next")
    if not intent:
        return []
    tracker = Tracker.from_dict(turn.tracker.current_state())
    tracker.latest_message = {"intent": {"name": intent}, "text": turn.slot("verify_text") or ""}
    tracker.active_loop = {}
    again = Turn(turn.dispatcher, tracker, turn.domain)
    if intent == "inform":
        return answering.Inform().reply(again)
    start = routing.STARTS.get(str(intent))
    if start is None:
        return routing.ANSWERS[intent].reply(again) if intent in routing.ANSWERS else []
    events = start.reply(again)
    if any(event["event"] == "followup" for event in events):
        return events
    return [*events, *guard.into_form(start.form)]


def send_code(turn: Turn, address: Address) -> None:
    """Send a code to whoever verifiably has this address or card; nothing shows if nobody does."""
    owner = _owner(turn, address)
    target = _target(turn, owner, address) if owner is not None else None
    if target is None:
        return
    context = turn.context
    code = codes.issue(
        turn.session,
        context.customer_id,
        context.identity_id,
        PURPOSE,
        {"customer_id": owner},
    )
    text = turn.phrase("utter_code_message", code=code, company=context.company.name)
    context.send_code(target.kind, target.address, text)


def accept_code(turn: Turn, code: str) -> bool:
    """Link this chat's identity to the customer the code was sent to. False if it is wrong."""
    context = turn.context
    payload = codes.check(turn.session, context.customer_id, PURPOSE, code)
    if payload is None:
        return False
    identity = identities.get(turn.session, context.identity_id)
    identity = identities.verify_by_code(turn.session, identity, int(payload["customer_id"]))
    if identity.customer_id != int(payload["customer_id"]):
        return False
    change(customer_id=identity.customer_id, verified=True)
    member = loyalty.member_of(turn.session, identity.customer_id)
    if member is not None and member.source == "bot":
        welcome(turn, member)
    return True


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


ACTIONS = (StartVerification(), ContactShared(), FinishVerification())
