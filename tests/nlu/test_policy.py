"""Rules beyond the simple ones, on the travel project (checked against Rasa 3.6.21 itself)."""

from typing import Any

import pytest

from nlu.embedded.interpreter import Heard
from nlu.embedded.policy import compile_rules
from nlu.embedded.state import restore, store
from nlu.embedded.turn import Assistant, Turn
from nlu.train import load_project
from nlu.types import ActionResult, Intent, TurnInput, Understanding

from .conftest import PROJECTS, START


@pytest.fixture(scope="module")
def travel() -> Assistant:
    project = load_project(PROJECTS / "travel")
    return Assistant(project.domain, compile_rules(project.rules, project.domain))


def play(assistant: Assistant, *intents: Any) -> Turn:
    """Play intents ("name" or ("name", entities)) as one conversation; the last turn."""
    state = None
    for each in intents:
        name, entities = each if isinstance(each, tuple) else (each, [])
        tracker, memory = restore(state, assistant.domain, assistant.book.seen_slots)
        given = TurnInput("ana", "m", "0812", START, "web", state=state)
        turn = Turn(assistant, tracker, given, lambda _call: ActionResult(), memory.said)
        turn.begin(memory)
        message = {"text": "0812", "intent": {"name": name}, "entities": entities}
        turn.take(Heard(Understanding("0812", Intent(name, 1.0)), message))
        state = store(tracker, START, turn.said)
    return turn


def city(value: str, role: str | None = None) -> dict[str, Any]:
    return {"entity": "city", "value": value, **({"role": role} if role else {})}


PLAYS: list[tuple[tuple[Any, ...], list[str]]] = [
    (("hello",), ["utter_first", "utter_hello"]),
    (("ask_price", "hello"), ["utter_hello"]),
    (("vip_check", "again"), ["utter_vip"]),
    (("again",), ["phone_form"]),
    (("deny", "deny"), ["utter_bad"]),
    (("joke",), ["utter_joke", "utter_good_joke", "action_default_fallback"]),
    (("two_words",), ["action_lookup"]),
    ((("two_words", [{"entity": "number", "value": 2}]),), ["utter_two"]),
    (("book", "vip_check"), ["utter_vip", "booking_form"]),
    (("book", "again"), ["utter_two"]),
    (("book", "ask_price"), ["utter_price", "booking_form"]),
    (("book", "hello"), ["utter_hello", "booking_form"]),
    (("book", "stop"), ["action_deactivate_loop", "utter_stopped"]),
    (("book", "book"), ["action_default_fallback"]),
    (("out_of_scope",), ["action_default_fallback"]),
    (("again", "deny"), ["phone_form", "utter_phone_done"]),
]


@pytest.mark.parametrize(("intents", "actions"), PLAYS)
def test_rules_lead_to_their_actions(
    travel: Assistant, intents: tuple[Any, ...], actions: list[str]
) -> None:
    done = [name for name in play(travel, *intents).actions if name != "action_session_start"]
    assert done == [*actions, "action_listen"]


def test_entities_with_roles_fill_their_slots(travel: Assistant) -> None:
    turn = play(travel, ("book", [city("A", "from"), city("B", "to")]))
    assert (turn.tracker.slots["city_from"], turn.tracker.slots["city_to"]) == ("A", "B")


def test_an_entity_without_a_role_fills_the_slot_that_is_asked(travel: Assistant) -> None:
    turn = play(travel, "book", ("give", [city("A")]))
    assert (turn.tracker.slots["city_from"], turn.tracker.slots["city_to"]) == ("A", None)


def test_a_form_takes_a_value_from_the_intent_that_began_it(travel: Assistant) -> None:
    assert play(travel, "gift").tracker.slots["kind"] == "gift"
    assert play(travel, "book").tracker.slots["kind"] is None


def test_a_list_slot_takes_all_values(travel: Assistant) -> None:
    colours = [{"entity": "colour", "value": v} for v in ("red", "blue")]
    assert play(travel, ("book", colours)).tracker.slots["colours"] == ["red", "blue"]
