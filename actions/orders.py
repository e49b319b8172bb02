"""Where an order is; only for the person who placed it."""

from actions import reading
from actions.action import StoreAction
from actions.turn import Events, Turn
from crm_store import purchases
from crm_store.models import Purchase

SHOWN = 3


class OrderStatus(StoreAction):
    """The status of the order named, else of the latest ones."""

    action = "action_order_status"
    private = True

    def answer(self, turn: Turn) -> Events:
        number = reading.order_number(turn.text) or reading.order_number(
            turn.entity("order_number") or ""
        )
        if number:
            return _tell_one(turn, number)
        recent = purchases.recent(turn.session, turn.context.customer_id, SHOWN)
        if not recent:
            turn.say("utter_no_orders")
            return []
        lines = turn.lines("utter_line_order", [_order(turn, found) for found in recent])
        turn.say("utter_orders", lines=lines)
        return []


def _tell_one(turn: Turn, number: str) -> Events:
    found = purchases.by_number(turn.session, turn.context.customer_id, number)
    if found is None:
        turn.say("utter_order_unknown", order_number=number)
        return []
    turn.say(f"utter_order_{found.status}", **_order(turn, found))
    return []


def _order(turn: Turn, purchase: Purchase) -> dict[str, object]:
    expected = purchase.expected_at
    return {
        "order_number": purchase.number,
        "ordered_on": turn.day(purchase.at),
        "total": turn.money(purchase.total, purchase.currency),
        "status": turn.phrase(f"utter_word_{purchase.status}"),
        "courier": purchase.courier or "-",
        "tracking": purchase.tracking or "-",
        "expected_on": turn.day(expected) if expected else "-",
    }


ACTIONS = (OrderStatus(),)
