"""Stop and start of promotional messages, recorded as evidence."""

from actions.action import StoreAction
from actions.turn import Events, Turn
from crm_store import consents

PURPOSE = "marketing"
VERSION = "keyword-1"


class StopMessages(StoreAction):
    """No promotion on any channel from now on."""

    action = "action_stop_messages"

    def answer(self, turn: Turn) -> Events:
        _record(turn, channel=consents.ALL, granted=False)
        turn.say("utter_stopped")
        return []


class StartMessages(StoreAction):
    """Promotions again, but only on the channel this was written on."""

    action = "action_start_messages"

    def answer(self, turn: Turn) -> Events:
        if _opened_a_bot(turn.context.text):
            turn.say("utter_greet")
            return []
        _record(turn, channel=turn.context.kind, granted=True)
        turn.say("utter_started")
        return []


def _opened_a_bot(text: str) -> bool:
    """Telegram's Start button sends `/start` for everybody who opens a chat: no wish for offers."""
    return text.strip().lower().startswith("/start")


def _record(turn: Turn, *, channel: str, granted: bool) -> None:
    """The customer's own words are the evidence; the same message counts once."""
    context = turn.context
    earlier = consents.of_customer(turn.session, context.customer_id)
    if any(one.source_message_id == context.message_id for one in earlier):
        return
    consents.record(
        turn.session,
        context.customer_id,
        purpose=PURPOSE,
        channel=channel,
        granted=granted,
        wording=context.text,
        wording_version=VERSION,
        source_message_id=context.message_id,
        actor="customer",
    )


ACTIONS = (StopMessages(), StartMessages())
