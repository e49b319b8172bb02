"""One call is one turn; and what happens when nobody answers it (E: traps of Rasa)."""

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from nlu.rasa.breaker import Breaker
from nlu.rasa.client import ActionFailed, RasaUnavailable
from nlu.types import ActionResult, TurnInput
from tests.nlu.rasa.events import did, said, user

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
DOWN = httpx.ReadTimeout("slow")
HELLO = [
    user("halo", "greet"),
    did("utter_greet"),
    said("Halo!", "utter_greet"),
    did("action_listen"),
]


def turn(text, state=None, **given):
    given = {"now": NOW, "channel": "whatsapp", **given}
    return TurnInput("42", "7", text, state=state, **given)


def no_actions(call):
    return ActionResult()


def test_a_turn_is_told_with_its_customer_channel_slots_and_entities(rasa_engine, rasa):
    rasa_engine().reply(turn("/restart TS-204815", slots={"language": "en"}), no_actions)
    call = rasa.asked[0]
    assert (call["conversation"], call["message_id"], call["channel"]) == ("42", "7", "whatsapp")
    assert call["slots"] == {"language": "en"}
    assert call["payload"] is None
    assert [one["value"] for one in call["entities"]] == ["TS-204815"]


@pytest.mark.parametrize("conversation", ["42", "43"])
def test_e1_2_each_conversation_is_a_sender_of_its_own(rasa_engine, rasa, conversation):
    rasa_engine().reply(TurnInput(conversation, "7", "halo", NOW, "web"), no_actions)
    assert rasa.asked[0]["conversation"] == conversation


def test_e1_7_only_a_button_of_ours_goes_as_a_command(rasa_engine, rasa):
    engine = rasa_engine()
    engine.reply(turn("/complain"), no_actions)
    engine.reply(turn("Komplain", payload="/complain"), no_actions)
    assert [call["payload"] for call in rasa.asked] == [None, "/complain"]


def test_e5_what_is_kept_and_sent_does_not_grow_with_the_conversation(rasa_engine, rasa):
    engine, state, sizes = rasa_engine(), None, []
    for _ in range(300):
        rasa.script = [HELLO]
        state = engine.reply(turn("halo", state), no_actions).state
        sizes.append((len(json.dumps(state)), len(json.dumps(rasa.asked[-1]))))
    kept, told = zip(*sizes, strict=True)
    assert max(kept[250:]) <= max(kept[10:50]) + 5  # a count has one digit more
    assert max(told) < 4_000


def test_the_events_become_replies_actions_and_understanding(rasa_engine, rasa):
    rasa.script, rasa.slots = [HELLO], {"language": "id", "session_started_metadata": {}}
    result = rasa_engine().reply(turn("halo"), no_actions)
    assert [(one.name, one.text) for one in result.replies] == [("utter_greet", "Halo!")]
    assert result.actions == ("utter_greet", "action_listen")
    assert result.understanding.intent.name == "greet"
    assert result.slots == {"language": "id"}


def test_e1_3_text_with_blank_lines_stays_one_reply(rasa_engine, rasa):
    rasa.script = [[user("halo", "greet"), said("satu\n\ndua", "utter_greet")]]
    result = rasa_engine().reply(turn("halo"), no_actions)
    assert [one.text for one in result.replies] == ["satu\n\ndua"]


def test_e1_4_silence_is_an_answer_and_no_failure(rasa_engine, rasa):
    rasa.script = [[user("hm", "inform"), did("action_listen")]]
    assert rasa_engine(stand_in=False).reply(turn("hm"), no_actions).replies == ()


def test_without_rasa_the_embedded_engine_answers(rasa_engine, rasa):
    rasa.script = [DOWN]
    result = rasa_engine().reply(turn("halo"), no_actions)
    assert result.replies


def test_without_rasa_and_stand_in_the_turn_fails(rasa_engine, rasa):
    rasa.script = [DOWN]
    with pytest.raises(RasaUnavailable):
        rasa_engine(stand_in=False).reply(turn("halo"), no_actions)


def test_e1_4_a_failed_action_is_not_answered_by_another_engine(rasa_engine, rasa):
    rasa.script = [httpx.Response(502, json={"failures": [{"action": "action_x"}]})]
    with pytest.raises(ActionFailed):
        rasa_engine().reply(turn("halo"), no_actions)


def test_after_three_failures_rasa_is_left_alone(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [DOWN, DOWN, DOWN]
    for _ in range(5):
        engine.reply(turn("halo"), no_actions)
    assert len(rasa.asked) == 3


def test_an_action_that_fails_is_no_failure_of_rasas(rasa_engine, rasa):
    engine = rasa_engine()
    failed = httpx.Response(502, json={"failures": [{"action": "action_x"}]})
    rasa.script = [DOWN, DOWN, failed, DOWN, DOWN]
    for _ in range(2):
        engine.reply(turn("halo"), no_actions)
    with pytest.raises(ActionFailed):
        engine.reply(turn("halo"), no_actions)
    for _ in range(3):
        engine.reply(turn("halo"), no_actions)
    assert len(rasa.asked) == 6


@pytest.mark.parametrize("body", [b"[]", b"{}", b"<html>", b'{"events": [1]}'])
def test_e1_4_garbage_is_answered_by_the_stand_in(rasa_engine, rasa, body):
    rasa.script = [httpx.Response(200, content=body)]
    assert rasa_engine().reply(turn("halo"), no_actions).replies


def test_events_that_only_rasa_has_a_use_for_change_nothing(rasa_engine, rasa):
    rasa.script = [[*HELLO, {"event": "reminder"}, {"event": "of a later version"}]]
    assert len(rasa_engine().reply(turn("halo"), no_actions).replies) == 1


def test_the_stand_in_goes_on_in_the_middle_of_a_form(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [
        [
            user("mau komplain", "complain"),
            did("complaint_form"),
            {"event": "active_loop", "name": "complaint_form"},
            {"event": "slot", "name": "requested_slot", "value": "product"},
            did("action_listen"),
        ],
        DOWN,
    ]
    rasa.slots, rasa.loop = {"requested_slot": "product"}, "complaint_form"
    begun = engine.reply(turn("mau komplain"), no_actions)
    went_on = engine.reply(turn("blender merah", begun.state), no_actions)
    assert went_on.active_loop == "complaint_form"
    assert went_on.slots["requested_slot"] == "problem"


def test_e6_rasa_is_told_what_happened_while_it_was_away(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [DOWN]
    away = engine.reply(turn("mau komplain soal blender"), no_actions)
    engine.reply(turn("rusak", away.state), no_actions)
    told = rasa.asked[-1]
    assert told["behind"] is True
    assert told["seed"]["loop"] == away.active_loop


def texts_told(call):
    events = [event for turn in call["seed"]["turns"] for event in turn["events"]]
    return [one["text"] for one in events if one["event"] in ("user", "agent")]


def test_e3_2_rasa_is_told_what_was_said_while_it_was_away(rasa_engine, rasa):
    engine = rasa_engine()
    by_person = [{"author": "staff", "text": "sudah beres", "at": 1.5}]
    rasa.script = [HELLO, DOWN, DOWN, HELLO, HELLO]
    state = engine.reply(turn("halo"), no_actions).state
    state = engine.reply(turn("jam buka?", state, metadata={"missed": by_person}), no_actions).state
    state = engine.reply(turn("terima kasih", state), no_actions).state
    state = engine.reply(turn("halo", state), no_actions).state
    said = ["halo", "sudah beres", "jam buka?", "terima kasih"]
    assert texts_told(rasa.asked[3]) == said
    assert rasa.asked[3]["behind"] is True
    engine.reply(turn("halo", state), no_actions)
    assert rasa.asked[4]["behind"] is False


def test_a_rasa_that_dies_in_between_is_told_the_same_again(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [DOWN, httpx.Response(500), HELLO]
    state = engine.reply(turn("halo"), no_actions).state
    for _ in range(2):
        engine.reply(turn("jam buka?", state), no_actions)
    assert rasa.asked[1]["seed"] == rasa.asked[2]["seed"]


@pytest.mark.parametrize("length", [10, 4_000])
def test_e5_what_is_told_of_a_long_absence_stays_small(rasa_engine, rasa, length):
    engine, state = rasa_engine(breaker=Breaker(failures=9_999)), None
    rasa.script = [DOWN] * 40
    for _ in range(40):
        state = engine.reply(turn("blender " * (length // 8), state), no_actions).state
    assert len(json.dumps(state)) < 20_000
    assert len(rasa.asked[-1]["seed"]["turns"]) <= 6


def test_e3_3_what_is_told_begins_with_the_session(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [HELLO, DOWN, HELLO]
    state = engine.reply(turn("halo"), no_actions).state
    later = NOW + timedelta(days=9)
    state = engine.reply(turn("jam buka?", state, now=later), no_actions).state
    engine.reply(turn("halo", state, now=later), no_actions)
    assert texts_told(rasa.asked[-1]) == ["jam buka?"]


def test_e3_3_a_form_left_open_for_days_is_not_told_of(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [DOWN]
    away = engine.reply(turn("mau komplain soal blender"), no_actions)
    later = NOW + timedelta(days=9)
    engine.reply(turn("halo", away.state, now=later), no_actions)
    told = rasa.asked[-1]["seed"]
    assert told == {"slots": told["slots"], "over": True}


def test_a_text_is_parsed_without_a_conversation(rasa_engine, rasa):
    parsed = {"text": "halo", "intent": {"name": "greet", "confidence": 0.9}, "entities": []}
    rasa.script = [httpx.Response(200, json=parsed)]
    assert rasa_engine().parse("halo").intent.name == "greet"


MAKES_NO_SENSE = (
    [{"event": "action"}],
    [{"event": "user", "parse_data": {"entities": [{"value": 1}]}}],
    [{"event": "user", "parse_data": []}],
    [{"event": "user", "parse_data": {"intent": {"name": "x", "confidence": "sure"}}}],
    [{"event": "slot"}],
)


@pytest.mark.parametrize("events", MAKES_NO_SENSE, ids=str)
def test_an_answer_that_makes_no_sense_is_none(rasa_engine, rasa, events):
    rasa.script = [events]
    assert rasa_engine().reply(turn("halo"), no_actions).replies
    rasa.script = [events]
    with pytest.raises(RasaUnavailable):
        rasa_engine(stand_in=False).reply(turn("halo"), no_actions)


def test_rasa_is_told_which_turn_we_know_as_the_last(rasa_engine, rasa):
    engine = rasa_engine()
    rasa.script = [HELLO, DOWN, HELLO]
    first = engine.reply(turn("halo"), no_actions)
    again = engine.reply(turn("halo", first.state), no_actions)
    engine.reply(turn("halo", again.state), no_actions)
    keys = [call["message_key"] for call in rasa.asked]
    assert [call["follows"] for call in rasa.asked] == [None, keys[0], None]
