"""One turn as an action sees it: what was said, what is remembered, how to answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import formats, wording
from actions.context import TurnContext, current
from crm_store.session import Session

Events = list[EventType]
Slots = dict[str, Any]
"""What a form keeps, by slot."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What `Action.run` is given, with the words of this trade."""

    dispatcher: CollectingDispatcher
    tracker: Tracker
    domain: dict[str, Any]

    @property
    def context(self) -> TurnContext:
        return current()

    @property
    def session(self) -> Session:
        return current().session

    @property
    def language(self) -> str:
        """The language this turn is answered in: a switch just made counts."""
        return str(self.slot("language") or current().language)

    @property
    def intent(self) -> str:
        return str((self.tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def text(self) -> str:
        return str(self.tracker.latest_message.get("text") or "")

    @property
    def form(self) -> str | None:
        """The form that is being filled in, if any."""
        name: str | None = self.tracker.active_loop_name
        return name

    @property
    def rest(self) -> str:
        """The text without its entities."""
        text = self.text
        for entity in sorted(
            self.tracker.latest_message.get("entities") or (), key=lambda one: -int(one["start"])
        ):
            text = f"{text[: int(entity['start'])]} {text[int(entity['end']) :]}"
        return text

    def slot(self, name: str) -> Any:
        return self.tracker.slots.get(name)

    def entity(self, name: str) -> str | None:
        """What this message (not an earlier one) says of `name`."""
        value = next(self.tracker.get_latest_entity_values(name), None)
        return None if value is None else str(value)

    def say(self, response: str, **values: object) -> None:
        """Answer with a response of the domain."""
        self.dispatcher.utter_message(response=response, **values)

    def phrase(self, response: str, **values: object) -> str:
        """A piece of text of the domain, to be put into another."""
        slots = {**self.tracker.slots, "language": self.language}
        return wording.render(self.domain, response, slots, values)

    def lines(self, response: str, items: Iterable[dict[str, object]]) -> str:
        """One line for each item, all worded by the same response."""
        return "\n".join(self.phrase(response, **item) for item in items)

    def number(self, value: int) -> str:
        return formats.number(value, self.language)

    def money(self, amount: int, currency: str) -> str:
        return formats.money(amount, currency, self.language)

    def day(self, at: Any) -> str:
        return formats.day(at, self.language, self.context.company.timezone)


def forget(*names: str) -> Events:
    """Empty these slots."""
    return [SlotSet(name, None) for name in names]
