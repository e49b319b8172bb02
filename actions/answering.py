"""Bare answers outside any form, and calling things off."""

from rasa_sdk.events import SlotSet

from actions import case, complaints, guard, handover, reading, routing
from actions.action import StoreAction
from actions.turn import Events, Turn, forget

FORM_SLOTS = (
    "complaint_category",
    "complaint_product",
    "complaint_description",
    "complaint_wish",
    "complaint_opened",
    "complaint_number",
    "complaint_detail",
    "withdraw_confirm",
    "enrol_consent",
    "enrol_consent_message",
    "enrol_name",
    "reward",
    "redeem_confirm",
    "verify_address",
    "verify_code",
    "verify_next",
    "verify_text",
    "code_misses",
    "new_name",
    "new_address",
    "address_code",
    "contact_kind",
    "new_channel",
    "delete_confirm",
)


class Inform(StoreAction):
    """A bare number or name outside any form: what can be said about it."""

    action = "action_inform"

    def answer(self, turn: Turn) -> Events:
        for intent, told in (
            ("ask_order_status", reading.order_number(turn.text)),
            ("ask_complaint_status", reading.complaint_number(turn.text)),
            ("ask_points_balance", reading.card_number(turn.text)),
            ("ask_product_info", turn.entity("product")),
            ("ask_store_location", turn.entity("city") or turn.entity("store")),
        ):
            if told:
                return routing.answer(turn, intent)
        return handover.DefaultFallback().reply(turn)


class Cancel(StoreAction):
    """Call off whatever form is open; "ya, batalkan" to "withdraw it?" is a yes, though."""

    action = "action_cancel"

    def answer(self, turn: Turn) -> Events:
        if turn.form == "withdraw_form" and reading.agrees(turn.text):
            return [*guard.leave(turn), *complaints.withdraw_now(turn)]
        _tell(turn)
        return [*guard.leave(turn), *forget(*FORM_SLOTS), SlotSet("misses", 0.0)]


def _tell(turn: Turn) -> None:
    """A case that is on record stays: only its form is called off."""
    opened = case.of_form(turn) if turn.form == "complaint_form" else None
    if opened is not None:
        turn.say("utter_complaint_kept", complaint_number=opened.number)
    else:
        turn.say("utter_cancelled" if turn.form else "utter_nothing_to_cancel")


ACTIONS = (Inform(), Cancel())
