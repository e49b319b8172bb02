"""Checks on what forms collect, one class for each form.

A method `validate_<slot>` gives the slots to keep: the value, read, or None to ask again.
"""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import case, proof, reading, redeeming, triage
from actions.profile import CHANNELS
from actions.turn import Slots, Turn

Domain = dict[str, Any]
NAME_LENGTH = 80
DESCRIPTION_LENGTH = 4000
TRIES = 3
"""Wrong codes before the form gives up."""


class ValidateComplaint(FormValidationAction):
    def name(self) -> str:
        return "validate_complaint_form"

    def validate_complaint_description(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """Keep what tells something, and read the kind of complaint and the product from it."""
        text = str(value)[:DESCRIPTION_LENGTH]
        if not any(letter.isalpha() for letter in text):
            dispatcher.utter_message(response="utter_tell_more")
            return {"complaint_description": None}
        if triage.is_dangerous(text):
            dispatcher.utter_message(response="utter_complaint_danger")
        kind = triage.category(text)
        told: Slots = {"complaint_description": text, "complaint_category": kind}
        if kind in triage.WITHOUT_PRODUCT and not tracker.slots.get("complaint_product"):
            told["complaint_product"] = triage.NO_PRODUCT
        return told

    def validate_complaint_product(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """Once the case is open, only a correction changes its product."""
        turn = Turn(dispatcher, tracker, domain)
        opened = case.of_form(turn)
        if opened is not None:
            return {"complaint_product": case.correct_product(turn, opened)}
        return {"complaint_product": str(value)[:NAME_LENGTH]}

    def validate_complaint_wish(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """repair, replace, refund or other; what is told instead goes into the case."""
        if value in triage.WISHES:
            return {"complaint_wish": value}
        text = str(value)[:DESCRIPTION_LENGTH]
        return case.hear_wish(Turn(dispatcher, tracker, domain), text)


class ValidateDetail(FormValidationAction):
    def name(self) -> str:
        return "validate_detail_form"

    def validate_complaint_detail(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        return {"complaint_detail": str(value)[:DESCRIPTION_LENGTH]}


class ValidateEnrol(FormValidationAction):
    def name(self) -> str:
        return "validate_enrol_form"

    def validate_enrol_consent(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """The message that said yes is the evidence; after a no the name is not asked."""
        if value is None:
            return {"enrol_consent": None}
        turn = Turn(dispatcher, tracker, domain)
        kept: Slots = {
            "enrol_consent": bool(value),
            "enrol_consent_message": float(turn.context.message_id),
        }
        if not value and not tracker.slots.get("enrol_name"):
            kept["enrol_name"] = "-"
        return kept

    def validate_enrol_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        return {"enrol_name": _name(value, dispatcher, tracker)}


class ValidateName(FormValidationAction):
    def name(self) -> str:
        return "validate_name_form"

    def validate_new_name(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        return {"new_name": _name(value, dispatcher, tracker)}


class ValidateRedeem(FormValidationAction):
    def name(self) -> str:
        return "validate_redeem_form"

    def validate_reward(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """The code of the reward that is meant, and what it costs."""
        turn = Turn(dispatcher, tracker, domain)
        reward = redeeming.find(turn, str(value))
        if reward is None:
            turn.say("utter_no_such_reward")
            return {"reward": None}
        return redeeming.slots_of(turn, reward)

    def validate_redeem_confirm(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        return {"redeem_confirm": value}


class ValidateVerify(FormValidationAction):
    def name(self) -> str:
        return "validate_verify_form"

    def validate_verify_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """Send the code, if there is somebody to send it to."""
        turn = Turn(dispatcher, tracker, domain)
        found = reading.address(str(value), turn.context.company.country)
        if found is None:
            turn.say("utter_address_unclear")
            return {"verify_address": None}
        proof.send(turn, found)
        return {"verify_address": found.value}

    def validate_verify_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        turn = Turn(dispatcher, tracker, domain)
        if turn.intent == "verify_me":
            address = reading.address(str(turn.slot("verify_address")))
            if address:
                proof.send(turn, address)
            return {"verify_code": None}
        code = reading.code(str(value))
        if code is not None and proof.accept(turn, code):
            return {"verify_code": "ok"}
        return _wrong_code(turn, "verify_code")


class ValidateContact(FormValidationAction):
    def name(self) -> str:
        return "validate_contact_form"

    def validate_new_address(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        """Send a code to the new address: only who can read it there may add it."""
        turn = Turn(dispatcher, tracker, domain)
        kind = str(tracker.slots.get("contact_kind") or "phone")
        country = turn.context.company.country
        text = str(value)
        found = reading.email(text) if kind == "email" else reading.phone(text, country)
        if found is None:
            turn.say(f"utter_{kind}_unclear")
            return {"new_address": None}
        proof.send_to_new(turn, kind, found)
        return {"new_address": found}

    def validate_address_code(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        turn = Turn(dispatcher, tracker, domain)
        code = reading.code(str(value))
        address = str(tracker.slots.get("new_address"))
        if code is not None and proof.accept_new(turn, code, address):
            return {"address_code": "ok"}
        return _wrong_code(turn, "address_code")


class ValidateChannel(FormValidationAction):
    def name(self) -> str:
        return "validate_channel_form"

    def validate_new_channel(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Domain
    ) -> Slots:
        named = str(value).lower()
        chosen = next((channel for channel in CHANNELS if channel in named), None)
        if chosen is None:
            dispatcher.utter_message(response="utter_choose_channel")
        return {"new_channel": chosen}


def _name(value: Any, dispatcher: CollectingDispatcher, tracker: Tracker) -> str | None:
    """A name has letters. An answer that is only a name counts whole, not just its known part."""
    said = str(tracker.latest_message.get("text") or "")
    name = " ".join((said if reading.is_bare_name(said) else str(value)).split())
    name = name.title() if name.islower() else name
    if name == "-" or (name and len(name) <= NAME_LENGTH and any(c.isalpha() for c in name)):
        return name
    dispatcher.utter_message(response="utter_name_unclear")
    return None


def _wrong_code(turn: Turn, slot: str) -> Slots:
    """Ask again; after the third wrong code the form ends with "wrong" in its slot."""
    misses = int(turn.slot("code_misses") or 0) + 1
    if misses >= TRIES:
        return {slot: "wrong", "code_misses": 0.0}
    turn.say("utter_code_wrong")
    return {slot: None, "code_misses": float(misses)}


ACTIONS = (
    ValidateComplaint(),
    ValidateDetail(),
    ValidateEnrol(),
    ValidateName(),
    ValidateRedeem(),
    ValidateVerify(),
    ValidateContact(),
    ValidateChannel(),
)
