"""The pizzeria's actions: as rasa-sdk's documents show them, one of them waits for something."""

import asyncio
from typing import Any

from rasa_sdk import Action


class Oven(Action):  # type: ignore[misc]
    """What both have in common; no action itself, for it has no name."""

    def baked(self, tracker: Any) -> str:
        return f"Your pizza with {tracker.get_slot('topping')} is in the oven."


class Bake(Oven):
    """Waits, as an action that asks a server does."""

    def name(self) -> str:
        return "action_bake"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(0.001)
        dispatcher.utter_message(text=self.baked(tracker))
        return []


class Clean(Oven):
    """Not a coroutine: rasa-sdk allows that too."""

    def name(self) -> str:
        return "action_clean"

    def run(self, dispatcher: Any, tracker: Any, domain: Any) -> list[dict[str, Any]]:
        dispatcher.utter_message(text="clean")
        return []
