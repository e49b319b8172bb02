"""What an unverified sender hears instead of an answer: how to prove who they are, nothing else."""

from rasa_sdk.events import ActiveLoop, FollowupAction, SlotSet

from actions.turn import Events, Turn

LISTEN = "action_listen"
REQUESTED = "requested_slot"
SHARES_CONTACT = ("telegram",)


def demand(turn: Turn, *, starts_form: bool = False) -> Events:
    """Ask for proof; the question is kept in `verify_next` and answered once it is given.

    A question asked in the middle of a form does not leave that form.
    """
    if turn.form and not starts_form:
        turn.say("utter_verify_first")
        return []
    kept = [SlotSet("verify_next", turn.intent), SlotSet("verify_text", turn.text)]
    if turn.context.kind in SHARES_CONTACT:
        turn.say("utter_verify_contact")
        turn.context.ask_contact()
        return [*kept, *stop(turn)]
    turn.say("utter_verify_why")
    return [*kept, SlotSet("verify_address", None), SlotSet("verify_code", None), *into_form()]


def into_form(form: str | None = "verify_form") -> Events:
    """Go on with this form."""
    return [FollowupAction(form)]


def stop(turn: Turn) -> Events:
    """Do not go on to the form a rule would start now, and leave the one that is open."""
    return [*leave(turn), FollowupAction(LISTEN)]


def leave(turn: Turn) -> Events:
    """Close the form that is open, if any."""
    return [ActiveLoop(None), SlotSet(REQUESTED, None)] if turn.form else []
