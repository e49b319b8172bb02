"""Proving who is writing: a shared contact, or a one-time code sent to an address on file."""

from rasa_sdk import Tracker
from rasa_sdk.events import SlotSet

from actions import answering, guard, routing
from actions.action import StoreAction
from actions.loyalty import welcome
from actions.turn import Events, Turn, forget
from crm_store import loyalty

ENROLLED_HERE = "bot"
SLOTS = ("verify_address", "verify_code", "verify_next", "verify_text", "code_misses")


class StartVerification(StoreAction):
    """The customer wants to be verified."""

    action = "action_start_verification"

    def answer(self, turn: Turn) -> Events:
        if turn.context.verified:
            turn.say("utter_already_verified")
            return []
        return guard.demand(turn, starts_form=True)


class ContactShared(StoreAction):
    """The channel brought the sender's own phone number (Telegram), or they say it did.

    A shared number that verifies nobody belongs to somebody else: a person decides.
    """

    action = "action_contact_shared"

    def answer(self, turn: Turn) -> Events:
        if turn.context.verified:
            return _verified(turn)
        if (turn.tracker.latest_message.get("metadata") or {}).get("shared_phone"):
            turn.context.request_person("the phone number shared is another customer's")
            turn.say("utter_address_conflict")
            return guard.leave(turn)
        return guard.demand(turn, starts_form=True)


class FinishVerification(StoreAction):
    """After the form: thank, and answer what was asked before; or offer a person."""

    action = "action_finish_verification"

    def answer(self, turn: Turn) -> Events:
        if turn.slot("verify_code") != "ok":
            turn.say("utter_code_given_up")
            return [*forget(*SLOTS), SlotSet("person_offered", True)]
        return _verified(turn)


def _verified(turn: Turn) -> Events:
    """Thank, give what was kept back, and answer what was asked."""
    turn.say("utter_verified")
    member = loyalty.member_of(turn.session, turn.context.customer_id)
    if member is not None and member.source == ENROLLED_HERE:
        welcome(turn, member)
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
    action = routing.STARTS.get(intent) or routing.ANSWERS.get(intent)
    return action.reply(again) if action else []


ACTIONS = (StartVerification(), ContactShared(), FinishVerification())
