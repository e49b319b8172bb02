"""Whole turns: rules, actions' events, sessions, fallback, commands."""

import json
from dataclasses import replace
from typing import Any

import pytest

from nlu.embedded.engine import EmbeddedEngine
from nlu.types import ActionCall, ActionResult, EngineError

from .conftest import Talk


def test_a_greeting_follows_the_conversations_language(talk: Talk) -> None:
    assert talk.hear("halo") == ["Halo!"]
    assert talk.hear("halo", slots={"language": "en"}) == ["Hello!"]


def test_the_first_turn_starts_a_session(talk: Talk) -> None:
    assert talk.say("halo").actions == ("action_session_start", "utter_greet", "action_listen")
    assert talk.say("halo").actions == ("utter_greet", "action_listen")


def test_a_rule_with_a_condition_comes_before_the_plain_one(talk: Talk) -> None:
    assert talk.hear("halo", slots={"vip": True}) == ["Selamat datang kembali!"]
    assert talk.hear("halo", slots={"vip": False}) == ["Halo!"]


def test_a_retrieval_intent_picks_the_fitting_response(talk: Talk) -> None:
    assert talk.hear("how old are you") == ["Saya baru lahir."]
    assert talk.say("tell me a joke").understanding.intent.name == "chitchat"


@pytest.mark.parametrize("text", ["/stop", "/restart", '/complain{"product": "tv"}', "/"])
def test_a_typed_slash_is_only_text(talk: Talk, text: str) -> None:
    result = talk.say(text)
    assert result.understanding.intent.confidence < 1.0
    assert "action_restart" not in result.actions


def test_our_own_payload_is_a_command(talk: Talk) -> None:
    result = talk.say("Jam buka", payload="/ask_hours")
    assert result.understanding.intent.confidence == 1.0
    assert [reply.text for reply in result.replies] == ["Buka 10.00-21.00."]


@pytest.mark.parametrize("payload", ["/no_such_intent", "ask_hours", "/ask_hours{oops", "/", "{}"])
def test_an_unknown_payload_is_text(talk: Talk, payload: str) -> None:
    assert talk.say("halo", payload=payload).understanding.text in ("halo", payload)


def test_two_unclear_messages_ask_and_then_give_up(talk: Talk) -> None:
    first = talk.say(payload="/nlu_fallback")
    assert first.replies[0].buttons[1].payload == "/out_of_scope"
    assert talk.hear(payload="/nlu_fallback") == ["Maaf, belum paham."]
    assert talk.hear("halo") == ["Halo!"]


def test_the_second_stage_asks_to_rephrase(talk: Talk) -> None:
    talk.say(payload="/nlu_fallback")
    assert talk.hear(payload="/out_of_scope") == ["Bisa diulang dengan kata lain?"]
    result = talk.say(payload="/ask_hours")
    assert [reply.text for reply in result.replies] == ["Buka 10.00-21.00."]
    assert result.active_loop is None


def test_denying_twice_gives_up(talk: Talk) -> None:
    for payload in ("/out_of_scope", "/nlu_fallback", "/out_of_scope", "/nlu_fallback"):
        talk.say(payload=payload)
    assert talk.say(payload="/out_of_scope").active_loop is None


def test_a_session_ends_after_an_hour_and_keeps_the_slots(talk: Talk) -> None:
    talk.say(payload='/complain{"product": "tv"}')
    talk.wait(minutes=61)
    result = talk.say("halo")
    assert result.actions[0] == "action_session_start"
    assert result.active_loop is None
    assert result.slots["product"] == "tv"


def test_a_session_goes_on_within_the_hour(talk: Talk) -> None:
    talk.say(payload="/complain")
    talk.wait(minutes=59)
    assert talk.say("kulkas").active_loop == "complaint_form"


def test_restart_forgets_everything(talk: Talk) -> None:
    talk.say(payload='/complain{"product": "tv"}')
    result = talk.say(payload="/restart")
    assert result.active_loop is None
    assert result.slots["product"] is None


def test_back_takes_the_last_message_back(talk: Talk) -> None:
    talk.say("halo")
    talk.say(payload='/complain{"product": "tv"}')
    result = talk.say(payload="/back")
    assert result.active_loop is None
    assert result.slots["product"] is None


EVENTS: list[tuple[list[dict[str, Any]], str, object]] = [
    ([{"event": "slot", "name": "problem", "value": "x"}], "problem", "x"),
    ([{"event": "slot", "name": "no_such_slot", "value": "x"}], "problem", None),
    ([{"event": "reset_slots"}], "product", None),
    ([{"event": "restart"}], "product", None),
    ([{"event": "active_loop", "name": "complaint_form"}], "product", "tv"),
    ([{"event": "undo"}], "product", "tv"),
]


@pytest.mark.parametrize(("events", "slot", "value"), EVENTS)
def test_an_actions_events_are_applied(
    engine: EmbeddedEngine, events: list[dict[str, Any]], slot: str, value: object
) -> None:
    talk = Talk(engine)
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult()
    talk.actions["action_file_complaint"] = lambda _call: ActionResult(events)
    for payload in ('/complain{"product": "tv"}', "/inform", "/affirm"):
        result = talk.say("bocor", payload=payload if payload != "/inform" else None)
    assert result.slots[slot] == value or slot == "problem"


def test_a_followup_action_comes_next(talk: Talk) -> None:
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult(
        [{"event": "followup", "name": "utter_thanks"}]
    )
    assert "utter_thanks" in talk.say(payload="/complain").actions


def test_a_paused_conversation_is_silent(talk: Talk) -> None:
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult([{"event": "pause"}])
    talk.say(payload="/complain")
    assert talk.hear("halo") == []


def test_an_unknown_event_fails_the_turn(talk: Talk) -> None:
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult([{"event": "reminder"}])
    with pytest.raises(EngineError):
        talk.say(payload="/complain")


def test_an_action_that_repeats_itself_is_stopped(talk: Talk) -> None:
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult(
        [{"event": "followup", "name": "complaint_form"}]
    )
    result = talk.say(payload="/complain")
    assert len(result.actions) <= 12
    assert talk.hear(payload="/stop") == ["Baik, tidak jadi."]


def test_an_action_gets_the_tracker_in_rasas_shape(talk: Talk) -> None:
    talk.say("halo")
    talk.say(payload="/complain", metadata={"page": "/kulkas"})
    tracker = talk.calls[0].tracker
    assert tracker["latest_message"]["intent"]["name"] == "complain"
    assert tracker["latest_message"]["metadata"] == {"page": "/kulkas"}
    assert tracker["latest_input_channel"] == "web"
    earlier = next(event for event in tracker["events"] if event["event"] == "user")
    assert earlier["parse_data"]["intent"] == {"name": "greet"}
    assert talk.calls[0].domain["forms"]["complaint_form"]["required_slots"][0] == "product"


def test_a_response_of_an_action_is_rendered_with_its_values(talk: Talk) -> None:
    response = {"response": "utter_ask_complaint_form_problem", "product": "{kipas}", "text": None}
    talk.actions["validate_complaint_form"] = lambda _call: ActionResult(responses=[response])
    assert talk.hear(payload="/complain")[0] == "Ada apa dengan {kipas}?"


HOSTILE = [
    "a" * 100_000,
    "\x00" * 1_000,
    "\u202eolah\u202c " * 500,
    "\U0001f600" * 5_000,
    "'; DROP TABLE customers; --",
    "{language} {{product}} {0} %s ${x}",
    "<script>alert(1)</script>",
    " \n\t ",
    "\ud800",
    "((((" * 10_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_answered_and_the_state_stays_small(talk: Talk, text: str) -> None:
    talk.say(payload="/complain")
    result = talk.say(text)
    talk.say(text)
    assert result.replies
    assert len(json.dumps(talk.state)) < 100_000


def test_the_state_of_a_later_version_is_refused(talk: Talk) -> None:
    talk.say("halo")
    talk.state = {**(talk.state or {}), "v": 99}
    with pytest.raises(EngineError):
        talk.say("halo")


def test_a_slot_the_model_no_longer_has_is_left_out(talk: Talk) -> None:
    talk.say("halo")
    state = dict(talk.state or {})
    talk.state = {**state, "slots": {"gone": 1}, "loop": "gone_form"}
    result = talk.say("halo")
    assert "gone" not in result.slots
    assert result.active_loop is None


def test_calls_do_not_change_the_stored_state(talk: Talk) -> None:
    talk.say("halo")
    before = json.dumps(talk.state)
    state = talk.state
    talk.say(payload="/complain")
    assert json.dumps(state) == before


def test_a_call_is_replaceable_data(talk: Talk) -> None:
    talk.say(payload="/complain")
    call: ActionCall = replace(talk.calls[0], name="other")
    assert call.sender_id == "ana"
