"""Opening and closing forms, and what an unverified sender hears instead of an answer."""

from rasa_sdk.events import ActiveLoop, SlotSet

from actions.turn import Events, Turn

REQUESTED = "requested_slot"
SHARES_CONTACT = ("telegram",)


def demand(turn: Turn, *, starts_form: bool = False) -> Events:
    """Ask for proof of identity and reveal nothing, not even whether there is anything.

    The question is kept in `verify_next` and answered once the proof is given. A question asked
    in the middle of a form does not leave that form.
    """
    if turn.form and not starts_form:
        turn.say("utter_verify_first")
        return []
    kept = [SlotSet("verify_next", turn.intent), SlotSet("verify_text", turn.text)]
    if turn.context.kind in SHARES_CONTACT:
        turn.say("utter_verify_contact")
        turn.context.ask_contact()
        return [*kept, *leave(turn)]
    turn.say("utter_verify_why")
    return [*kept, *fresh("verify_form", "verify_address", "verify_code")]


def open_form(form: str) -> Events:
    """Go on with this form: the policy runs a form that is open before anything else."""
    return [SlotSet(REQUESTED, None), ActiveLoop(form)]


def fresh(form: str, *slots: str) -> Events:
    """Empty these slots and go on with the form that asks for them."""
    return [*(SlotSet(slot, None) for slot in slots), *open_form(form)]


def leave(turn: Turn) -> Events:
    """Close the form that is open, if any."""
    return [ActiveLoop(None), SlotSet(REQUESTED, None)] if turn.form else []
