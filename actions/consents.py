"""Stop and start of promotional messages."""

from actions import handover, marketing, stop_words
from actions.action import StoreAction
from actions.turn import Events, Turn


class StopMessages(StoreAction):
    """No promotion on any channel from now on; not for a stop lamp, a stopped order or machine."""

    action = "action_stop_messages"

    def answer(self, turn: Turn) -> Events:
        if _is_of_something_else(turn):
            return handover.DefaultFallback().reply(turn)
        marketing.stop(turn)
        return []


class StartMessages(StoreAction):
    """Promotions again, unless the words say the opposite of what was heard."""

    action = "action_start_messages"

    def answer(self, turn: Turn) -> Events:
        if _opened_a_bot(turn.context.text):
            turn.say("utter_greet")
        elif turn.context.text.lstrip().startswith("/"):
            return handover.DefaultFallback().reply(turn)  # "/restart" agrees to nothing
        elif stop_words.refuses(turn.text):
            marketing.stop(turn)
        else:
            marketing.start(turn)
        return []


def _is_of_something_else(turn: Turn) -> bool:
    """What a button said need not be looked at."""
    text, of_goods = turn.text, turn.entity("product") is not None
    return not text.startswith("/") and stop_words.means_another_thing(text, of_goods=of_goods)


def _opened_a_bot(text: str) -> bool:
    """Telegram's Start button sends `/start` for everybody who opens a chat: no wish for offers."""
    return text.strip().lower().startswith("/start")


ACTIONS = (StopMessages(), StartMessages())
