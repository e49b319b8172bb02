"""Every action by name, and running one by the action server's protocol."""

from collections.abc import Coroutine, Mapping
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import ActionExecutionRejection

from actions import (
    answering,
    catalogue,
    complaints,
    consents,
    faq,
    handover,
    loyalty,
    orders,
    privacy,
    profile,
    redeeming,
    validation,
    verification,
)

ACTIONS: dict[str, Action] = {
    action.name(): action
    for module in (
        answering,
        catalogue,
        complaints,
        consents,
        faq,
        handover,
        loyalty,
        orders,
        privacy,
        profile,
        redeeming,
        validation,
        verification,
    )
    for action in module.ACTIONS
}


class UnknownAction(LookupError):
    """No action has this name: there is no code for it in actions/, nor did --actions bring any."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: {self.__doc__}")
        self.name = name


class Rejected(Exception):
    """The action declined to run."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(reason)
        self.name = name


class Waiting(RuntimeError):
    """An action awaited something; actions here are synchronous inside."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name}: {self.__doc__}")


def run(call: Mapping[str, Any]) -> dict[str, Any]:
    """Run `call["next_action"]` on `call["tracker"]`.

    Takes and gives the JSON of Rasa's action server: {"events": […], "responses": […]}.
    Raises UnknownAction, Rejected.
    """
    name = call["next_action"]
    action = ACTIONS.get(name)
    if action is None:
        raise UnknownAction(name)
    dispatcher = CollectingDispatcher()
    tracker = Tracker.from_dict(_copy(call["tracker"]))
    try:
        events = _drive(name, action.run(dispatcher, tracker, call.get("domain") or {}))
    except ActionExecutionRejection as refusal:
        raise Rejected(name, str(refusal)) from refusal
    return {"events": list(events or []), "responses": dispatcher.messages}


def _copy(tracker: Mapping[str, Any]) -> dict[str, Any]:
    """Form validation writes into the tracker it is given; the engine's own must stay as it is."""
    return {
        **tracker,
        "slots": dict(tracker.get("slots") or {}),
        "events": list(tracker.get("events") or []),
    }


def _drive(name: str, coroutine: Coroutine[Any, Any, Any]) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    coroutine.close()
    raise Waiting(name)
