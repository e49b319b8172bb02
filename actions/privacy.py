"""Data-subject requests: what is stored, and its deletion (UU 27/2022, within 3x24 hours)."""

from actions import formats, guard
from actions.action import StoreAction
from actions.turn import Events, Turn, forget
from crm_store import audit, complaints, consents, customers, touchpoints
from crm_store.models.kinds import TouchKind

COUNTED = 1000


class MyData(StoreAction):
    """A summary at once; the full export is asked of staff."""

    action = "action_my_data"
    private = True

    def answer(self, turn: Turn) -> Events:
        turn.say("utter_my_data", **_summary(turn))
        _hand_on(turn, "data_access_request")
        return guard.leave(turn)


class StartDelete(StoreAction):
    """Begin the deletion of all data: it is asked once more."""

    action = "action_start_delete"
    private = True
    form = "delete_form"

    def answer(self, turn: Turn) -> Events:
        return guard.fresh(self.form, "delete_confirm")


class SubmitDelete(StoreAction):
    """Hand the confirmed deletion to staff."""

    action = "action_submit_delete"
    private = True

    def answer(self, turn: Turn) -> Events:
        if turn.slot("delete_confirm"):
            turn.say("utter_delete_requested")
            _hand_on(turn, "data_deletion_request")
        else:
            turn.say("utter_delete_kept")
        return forget("delete_confirm")


def _summary(turn: Turn) -> dict[str, object]:
    card = customers.profile(turn.session, turn.context.customer_id)
    addresses = [f"{one.kind} {formats.mask(one.address)}" for one in card.identities]
    touches = touchpoints.of_customer(turn.session, card.customer.id, COUNTED)
    return {
        "name": card.customer.name or "-",
        "addresses": ", ".join(addresses),
        "card_number": card.member.card_number if card.member else "-",
        "points": turn.number(card.balance),
        "purchases": turn.number(card.purchases),
        "complaints": turn.number(len(complaints.of_customer(turn.session, card.customer.id))),
        "contacts": turn.number(len(touches)),
        "consents": turn.number(len(consents.of_customer(turn.session, card.customer.id))),
    }


def _hand_on(turn: Turn, what: str) -> None:
    context = turn.context
    detail = {"message_id": context.message_id, "channel": context.channel}
    audit.add(turn.session, "customer", what, "customer", context.customer_id, detail=detail)
    touchpoints.add(
        turn.session,
        context.customer_id,
        TouchKind.NOTE,
        channel=context.channel,
        actor="customer",
        subject=what.replace("_", " "),
        ref_type="message",
        ref_id=context.message_id,
    )
    context.request_person(f"{what.replace('_', ' ')}, due within 3x24 hours")


ACTIONS = (MyData(), StartDelete(), SubmitDelete())
