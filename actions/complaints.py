"""Complaints: opened by a form, looked up by number, added to, withdrawn; only one's own."""

from rasa_sdk.events import SlotSet

from actions import case, guard, reading, triage
from actions.action import StoreAction
from actions.turn import Events, Turn, forget
from crm_store import complaints
from crm_store.models import Complaint
from crm_store.models.kinds import Severity

SHOWN = 5
FORM_SLOTS = (
    "complaint_category",
    "complaint_product",
    "complaint_description",
    "complaint_wish",
    case.OPENED,
)


class StartComplaint(StoreAction):
    """Begin a complaint with what the first message already says."""

    action = "action_start_complaint"
    form = "complaint_form"

    def answer(self, turn: Turn) -> Events:
        known = triage.first_words(turn.text, turn.rest, turn.entity("product"))
        turn.say("utter_complaint_sorry")
        if triage.is_dangerous(turn.text):
            turn.say("utter_complaint_danger")
        filled = [SlotSet(name, value) for name, value in known.items()]
        return [*forget(*FORM_SLOTS), *filled, *guard.open_form(self.form)]


class AskWish(StoreAction):
    """Put the complaint on record, now that it can be, and ask what the customer wishes.

    Asked again it only asks. After an urgent case the form ends: a person takes over.
    """

    action = "action_ask_complaint_form_complaint_wish"

    def answer(self, turn: Turn) -> Events:
        events: Events = []
        if not turn.slot(case.OPENED):
            opened = case.put_on_record(turn)
            events = case.remember(opened)
            if opened.severity is Severity.HIGH:
                return [*events, SlotSet(guard.REQUESTED, None)]
        turn.say("utter_ask_complaint_form_complaint_wish")
        return events


class SubmitComplaint(StoreAction):
    """Write the wish, if there is one, into the case."""

    action = "action_submit_complaint"

    def answer(self, turn: Turn) -> Events:
        number, wish = turn.slot(case.OPENED), turn.slot("complaint_wish")
        opened = case.of_form(turn) if number else case.put_on_record(turn)
        if wish and opened is None:
            _tell_one(turn, str(number))
        elif wish and opened is not None:
            complaints.set_wish(turn.session, opened, wish)
            told = turn.phrase(f"utter_word_{wish}")
            turn.say("utter_complaint_wish_noted", complaint_number=opened.number, wish=told)
        return forget(*FORM_SLOTS)


class ComplaintStatus(StoreAction):
    """How a complaint stands: the one named, else all that are open."""

    action = "action_complaint_status"
    private = True

    def answer(self, turn: Turn) -> Events:
        number = number_in(turn)
        if number:
            return _tell_one(turn, number)
        found = complaints.open_of(turn.session, turn.context.customer_id)
        if not found:
            turn.say("utter_no_complaints")
        elif len(found) == 1:
            turn.say("utter_complaint_status", **describe(turn, found[0]))
        else:
            items = [describe(turn, complaint) for complaint in found[:SHOWN]]
            turn.say("utter_complaints", lines=turn.lines("utter_line_complaint", items))
        return []


class StartDetail(StoreAction):
    """Begin adding to an open complaint."""

    action = "action_start_detail"
    private = True
    form = "detail_form"

    def answer(self, turn: Turn) -> Events:
        chosen = choose(turn)
        if chosen is None:
            return []
        detail = triage.detail(turn.text, turn.entity("complaint_number"))
        return [
            SlotSet("complaint_number", chosen.number),
            SlotSet("complaint_detail", detail),
            *guard.open_form(self.form),
        ]


class SubmitDetail(StoreAction):
    """Add the detail to the complaint."""

    action = "action_submit_detail"
    private = True

    def answer(self, turn: Turn) -> Events:
        found = _own_open(turn)
        if found is None:
            turn.say("utter_complaint_unknown", complaint_number=turn.slot("complaint_number"))
        else:
            text = str(turn.slot("complaint_detail"))
            complaints.add_note(turn.session, found, text)
            turn.say("utter_detail_added", complaint_number=found.number)
        return forget("complaint_number", "complaint_detail")


class StartWithdraw(StoreAction):
    """Begin withdrawing an open complaint: it is asked once more."""

    action = "action_start_withdraw"
    private = True
    form = "withdraw_form"

    def answer(self, turn: Turn) -> Events:
        chosen = choose(turn)
        if chosen is None:
            return []
        named = SlotSet("complaint_number", chosen.number)
        return [named, *guard.fresh(self.form, "withdraw_confirm")]


class SubmitWithdraw(StoreAction):
    """Withdraw the complaint if the customer said yes."""

    action = "action_submit_withdraw"
    private = True

    def answer(self, turn: Turn) -> Events:
        if turn.slot("withdraw_confirm"):
            return withdraw_now(turn)
        turn.say("utter_withdraw_kept")
        return forget("complaint_number", "withdraw_confirm")


def withdraw_now(turn: Turn) -> Events:
    """Withdraw the complaint that was chosen."""
    found = _own_open(turn)
    if found is None:
        turn.say("utter_withdraw_kept")
    else:
        complaints.withdraw(turn.session, found)
        turn.say("utter_withdrawn", complaint_number=found.number)
    return forget("complaint_number", "withdraw_confirm")


def choose(turn: Turn) -> Complaint | None:
    """The open complaint that is meant; says what to do if that is not clear."""
    number = number_in(turn)
    found = complaints.open_of(turn.session, turn.context.customer_id)
    if number:
        found = [complaint for complaint in found if complaint.number == number]
    elif turn.form == "complaint_form" and (opened := case.of_form(turn)):
        return opened
    if len(found) == 1:
        return found[0]
    if not found:
        response = "utter_complaint_unknown" if number else "utter_no_complaints"
        turn.say(response, complaint_number=number or "")
        return None
    items = [describe(turn, complaint) for complaint in found[:SHOWN]]
    turn.say("utter_which_complaint", lines=turn.lines("utter_line_complaint", items))
    return None


def number_in(turn: Turn) -> str | None:
    """The complaint number this message names."""
    return reading.complaint_number(turn.text) or reading.complaint_number(
        turn.entity("complaint_number") or ""
    )


def describe(turn: Turn, complaint: Complaint) -> dict[str, object]:
    """What the responses about a complaint may say."""
    return {
        "complaint_number": complaint.number,
        "product": complaint.product or turn.phrase(f"utter_word_{complaint.category}"),
        "opened_on": turn.day(complaint.created_at),
        "status": turn.phrase(f"utter_word_{complaint.status}"),
        "resolution": complaint.resolution or "",
    }


def _own(turn: Turn, number: str) -> Complaint | None:
    return complaints.find_own(turn.session, turn.context.customer_id, number)


def _own_open(turn: Turn) -> Complaint | None:
    """The complaint in the slot, unless staff closed it while the customer was typing."""
    found = _own(turn, str(turn.slot("complaint_number")))
    return None if found is None or found.status in complaints.CLOSED else found


def _tell_one(turn: Turn, number: str) -> Events:
    found = _own(turn, number)
    if found is None:
        turn.say("utter_complaint_unknown", complaint_number=number)
    elif found.status == "resolved" and found.resolution:
        turn.say("utter_complaint_resolved", **describe(turn, found))
    else:
        turn.say("utter_complaint_status", **describe(turn, found))
    return []


ACTIONS = (
    StartComplaint(),
    AskWish(),
    SubmitComplaint(),
    ComplaintStatus(),
    StartDetail(),
    SubmitDetail(),
    StartWithdraw(),
    SubmitWithdraw(),
)
