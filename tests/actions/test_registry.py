"""Actions run by name, by the protocol of Rasa's action server, without an event loop."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from actions import registry
from actions.context import NoTurn, current
from tests.actions.acting import DOMAIN, Scene


class Refusing(Action):
    def name(self) -> str:
        return "action_refusing"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        raise ActionExecutionRejection(self.name(), "not now")


class Dozing(Action):
    def name(self) -> str:
        return "action_dozing"

    async def run(self, dispatcher: Any, tracker: Any, domain: Any) -> Any:
        await asyncio.sleep(0)


@pytest.fixture
def odd_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    for action in (Refusing(), Dozing()):
        monkeypatch.setitem(registry.ACTIONS, action.name(), action)


def _call(name: str) -> dict[str, Any]:
    return {"next_action": name, "tracker": {"sender_id": "1", "slots": {}}, "domain": DOMAIN}


def test_an_unknown_action_is_named() -> None:
    with pytest.raises(registry.UnknownAction, match="action_nowhere"):
        registry.run(_call("action_nowhere"))


@pytest.mark.usefixtures("odd_ones")
def test_a_refusal_is_told_apart() -> None:
    with pytest.raises(registry.Rejected, match="not now"):
        registry.run(_call("action_refusing"))


@pytest.mark.usefixtures("odd_ones")
def test_an_action_that_waits_is_an_error() -> None:
    with pytest.raises(registry.Waiting, match="action_dozing"):
        registry.run(_call("action_dozing"))


def test_an_action_needs_a_turn() -> None:
    with pytest.raises(NoTurn):
        registry.run(_call("action_points_balance"))


def test_nothing_is_left_of_a_turn(scene: Callable[..., Scene]) -> None:
    scene().act("action_opening_hours")
    with pytest.raises(NoTurn):
        current()


def test_the_tracker_of_the_caller_stays_as_it_is(scene: Callable[..., Scene]) -> None:
    slots = {"complaint_description": "bocor"}
    event = {"event": "slot", "name": "complaint_description", "value": "bocor"}
    call = _call("validate_complaint_form")
    call["tracker"] |= {"slots": slots, "events": [event]}
    registry.run(call)
    assert slots == {"complaint_description": "bocor"}
    assert call["tracker"]["events"] == [event]
