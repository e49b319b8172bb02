"""What followed in Rasa 3.6.21 itself in projects made up by lot (tests/conformance/made_up.py)."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from nlu.embedded.interpreter import Heard
from nlu.embedded.policy import compile_rules
from nlu.embedded.problems import TrainingDataError
from nlu.embedded.state import restore, store
from nlu.embedded.turn import Assistant, Turn
from nlu.train import load_project
from nlu.types import ActionResult, Intent, TurnInput, Understanding

from .conftest import START

DOMAIN = """
intents: [ask, deny, affirm, out_of_scope]
slots:
  answered: {type: bool, initial_value: 0, mappings: [{type: custom}]}
  names: {type: list, mappings: [{type: custom}]}
actions: [action_one, action_two]
responses:
  utter_hello: [{text: Hello}]
"""
FORM = """
forms: {first_form: {required_slots: [names]}}
actions: [validate_first_form]
"""
ASK = "- {rule: one, steps: [{intent: ask}, {action: action_one}, {action: action_two}]}"
TWO_STAGES = """
- rule: two stages
  steps:
  - intent: nlu_fallback
  - action: action_two_stage_fallback
  - active_loop: action_two_stage_fallback
"""
Play = Callable[..., list[Turn]]


@pytest.fixture
def play(project: Callable[..., Path]) -> Play:
    """Say intents to a project; custom actions answer with the events given for them."""

    def say(
        rules: str, *intents: str, more: str = "", **events: list[dict[str, Any]]
    ) -> list[Turn]:
        files = {"domain__a": DOMAIN, "data__rules": f"rules:{rules}"}
        loaded = load_project(project(**files, **({"domain__b": more} if more else {})))
        assistant = Assistant(loaded.domain, compile_rules(loaded.rules, loaded.domain))
        state, turns = None, []
        for number, name in enumerate(intents):
            tracker, memory = restore(state, assistant.domain, assistant.book.seen_slots)
            given = TurnInput("ana", str(number), name, START, "web", state=state)
            turn = Turn(
                assistant, tracker, given, lambda call: ActionResult(events.get(call.name, [])), 0
            )
            turn.begin(memory)
            parsed = {"text": name, "intent": {"name": name, "confidence": 0.9}, "entities": []}
            turn.take(Heard(Understanding(name, Intent(name, 0.9)), parsed))
            state = json.loads(json.dumps(store(tracker, START, 0)))
            turns.append(turn)
        return turns

    return say


def did(turn: Turn) -> list[str]:
    return [name for name in turn.actions if name not in ("action_listen", "action_session_start")]


def slot(name: str, value: Any) -> dict[str, Any]:
    return {"event": "slot", "name": name, "value": value}


def test_what_was_to_follow_follows_again_when_what_came_after_is_taken_back(play: Play) -> None:
    stop = [{"event": "followup", "name": "action_listen"}]
    turns = play(f"\n{ASK}", "ask", "deny", action_one=stop)
    assert [did(turn) for turn in turns] == [["action_one"], ["action_default_fallback"]]


def test_false_is_kept_in_the_place_of_an_initial_nought(play: Play) -> None:
    turns = play(f"\n{ASK}", "ask", "deny", action_two=[slot("answered", False)])
    assert turns[-1].tracker.slots["answered"] is False


def test_without_forms_nothing_can_be_asked_for(play: Play) -> None:
    (turn,) = play(f"\n{ASK}", "ask", action_two=[slot("requested_slot", "names")])
    assert "requested_slot" not in turn.tracker.slots


def test_a_form_that_declines_by_an_event_has_not_run(play: Play) -> None:
    steps = "[{intent: ask}, {action: first_form}, {active_loop: first_form}]"
    rule = f"\n- {{rule: one, steps: {steps}}}"
    declined = [{"event": "action_execution_rejected", "name": "first_form"}]
    (turn,) = play(rule, "ask", more=FORM, validate_first_form=declined)
    assert "first_form" not in did(turn)


def test_ten_actions_are_counted_from_the_latest_listening(play: Play) -> None:
    again = [{"event": "followup", "name": "action_one"}]
    turns = play(f"\n{ASK}{TWO_STAGES}", "nlu_fallback", "ask", action_one=again)
    assert did(turns[-1]) == ["action_two_stage_fallback"] + 10 * ["action_one"]


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("[answered]", "'answered' alone means 'not set', for it is a bool"),
        ("[{names: null}]", "'names' is a list, for which Rasa 3.6 takes null for 'set'"),
    ],
)
def test_what_rasa_takes_for_the_contrary_is_refused(
    play: Play, condition: str, reason: str
) -> None:
    rule = f"""
- rule: one
  condition: [{{slot_was_set: {condition}}}]
  steps: [{{intent: ask}}, {{action: utter_hello}}]"""
    with pytest.raises(TrainingDataError, match=f"rules.yml:3: .*{reason}"):
        play(rule, "ask")
