"""The case of a complaint still being told: on record early, completed as the customer goes on."""

import re

from rasa_sdk.events import SlotSet

from actions import faq, triage
from actions.turn import Events, Slots, Turn
from crm_store import complaints
from crm_store.models import Complaint
from crm_store.models.kinds import Severity

OPENED = "complaint_opened"
"""The slot with the number of the case this run of the form has opened."""
NOTES_TAKEN = 2
"""Notes at the question for the wish; after that many it is not asked again."""
NEGATED = re.compile(r"\b(bukan|not|isn.?t)(\s+(the|my|a|an))?\s*$", re.I)


def of_form(turn: Turn) -> Complaint | None:
    """The case this form has opened, unless it has been closed meanwhile."""
    number = turn.slot(OPENED)
    if not number:
        return None
    found = complaints.find_own(turn.session, turn.context.customer_id, str(number))
    return None if found is None or found.status in complaints.CLOSED else found


def put_on_record(turn: Turn) -> Complaint:
    """Log what is known and tell the number; the same message never logs two.

    A case that is urgent calls a person at once.
    """
    context = turn.context
    described = _description(turn)
    product = str(turn.slot("complaint_product") or "")
    opened = complaints.open(
        turn.session,
        customer_id=context.customer_id,
        conversation_id=context.conversation_id,
        source_message_id=context.message_id,
        category=turn.slot("complaint_category") or triage.category(described) or "other",
        product=None if product in ("", triage.NO_PRODUCT) else product,
        description=described,
        channel=context.channel,
        severity=Severity.HIGH if triage.is_dangerous(described) else Severity.NORMAL,
    )
    turn.say("utter_complaint_opened", complaint_number=opened.number)
    if opened.severity is Severity.HIGH:
        _call_person(turn, opened)
    return opened


def remember(opened: Complaint) -> Events:
    return [SlotSet(OPENED, opened.number)]


def hear_wish(turn: Turn, text: str) -> Slots:
    """What an answer to the question for the wish says; all it tells besides goes into the case."""
    opened, wish = of_form(turn), triage.wish_told(text)
    if opened and triage.is_dangerous(text):
        return _worse(turn, opened, text, wish)
    if wish:
        if opened and triage.tells_more(text, wish):
            _note(turn, opened, text)
        return {"complaint_wish": wish}
    if meant_product(turn):
        return _ask_again()
    if opened and turn.intent == "deny":
        turn.say("utter_complaint_kept", complaint_number=opened.number)
        return _finish()
    if opened and triage.tells(text):
        return _add(turn, opened, text)
    _guide(turn, text)
    return _ask_again()


def correct_product(turn: Turn, opened: Complaint) -> str:
    """The product of the case: another one only if the message corrects it."""
    meant = meant_product(turn)
    if meant:
        complaints.set_product(turn.session, opened, meant)
        turn.say("utter_product_corrected", product=meant)
    return opened.product or triage.NO_PRODUCT


def meant_product(turn: Turn) -> str | None:
    """The product a message names instead of another, as in "bukan kulkas, maksudnya tv"."""
    named = [
        str(entity["value"])
        for entity in turn.tracker.latest_message.get("entities") or ()
        if entity["entity"] == "product" and not NEGATED.search(turn.text[: int(entity["start"])])
    ]
    return named[-1] if named and triage.corrects(turn.text, turn.rest) else None


def _description(turn: Turn) -> str:
    """What happened, with what the answer to "which product?" told besides."""
    described = str(turn.slot("complaint_description") or turn.text)
    if turn.text not in described and triage.is_description(turn.rest):
        return f"{described}\n{turn.text}"
    return described


def _worse(turn: Turn, opened: Complaint, text: str, wish: str | None) -> Slots:
    turn.say("utter_complaint_danger")
    _note(turn, opened, text)
    complaints.make_urgent(turn.session, opened)
    _call_person(turn, opened)
    return {**_finish(), "complaint_wish": wish}


def _call_person(turn: Turn, opened: Complaint) -> None:
    turn.say("utter_complaint_urgent")
    turn.context.request_person(f"urgent complaint {opened.number}")


def _add(turn: Turn, opened: Complaint, text: str) -> Slots:
    _note(turn, opened, text)
    turn.say("utter_detail_added", complaint_number=opened.number)
    taken = len(complaints.notes(turn.session, opened.id))
    return _finish() if taken >= NOTES_TAKEN else _ask_again()


def _note(turn: Turn, opened: Complaint, text: str) -> None:
    """The same words are noted once: a message may be handled again."""
    known = [opened.description, *(n.text for n in complaints.notes(turn.session, opened.id))]
    if text not in known:
        complaints.add_note(turn.session, opened, text)


def _guide(turn: Turn, text: str) -> None:
    """Answer a question if an article does; else say what may be answered."""
    article = faq.find_article(turn, faq.SURE) if triage.is_question(text) else None
    if article is not None:
        faq.tell(turn, article)
    else:
        turn.say("utter_choose_wish")


def _ask_again() -> Slots:
    return {"complaint_wish": None}


def _finish() -> Slots:
    """Rasa's way for a form to end early: nothing is requested any more."""
    return {"complaint_wish": None, "requested_slot": None}
