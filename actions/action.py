"""The shape of every action: a name, whether it demands a verified sender, an answer."""

from typing import Any, ClassVar

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import guard
from actions.turn import Events, Turn


class StoreAction(Action):
    """Answers from the store. `run` never awaits, so it can be driven without an event loop."""

    action: ClassVar[str]
    private: ClassVar[bool] = False
    """Shows or spends something of value: only for a verified sender."""
    form: ClassVar[str] = ""
    """The form this action opens, if any."""

    def name(self) -> str:
        return self.action

    def answer(self, turn: Turn) -> Events:
        """Say what there is to say; the events to remember."""
        raise NotImplementedError

    def reply(self, turn: Turn) -> Events:
        """`answer`, unless the sender must be verified first."""
        if self.private and not turn.context.verified:
            return guard.demand(turn, starts_form=bool(self.form))
        return self.answer(turn)

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> Events:
        return self.reply(Turn(dispatcher, tracker, domain))
