"""The connector inside a real Rasa server: one call, one turn, and nothing of a failed one."""

import itertools
import subprocess
import uuid
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bot.rasa import environment
from nlu.rasa.client import ActionFailed, RasaClient, RasaRefused, Server

pytestmark = [pytest.mark.needs_rasa, pytest.mark.slow, pytest.mark.timeout(900)]
BOUND = 240
LONG_PAST = """
import asyncio, sys, time
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
domain = Domain.empty()
store = SQLTrackerStore(domain, db=sys.argv[1])
tracker = DialogueStateTracker("42", [], max_event_history=None)
for number in range(20_000):
    if number % 200 == 0:
        tracker.update(ActionExecuted("action_session_start"))
        tracker.update(SessionStarted())
    tracker.update(UserUttered("halo"))
asyncio.run(store.save(tracker))
begun = time.perf_counter()
found = asyncio.run(store.retrieve("42"))
print(len(found.events), time.perf_counter() - begun)
"""
"""Runs in Rasa's Python: 20,000 messages in 100 sessions, as connector.py makes them."""


@pytest.fixture(scope="session")
def client(rasa_server):
    client = RasaClient(Server(rasa_server.plan.url, rasa_server.plan.rasa_token, 60))
    yield client
    client.close()


@pytest.fixture
def say(client):
    """One turn of a new conversation: `say("halo", channel="sms")`."""
    talk, numbers = uuid.uuid4().hex, itertools.count(1)

    def turn(text, **changes):
        number = next(numbers)
        call = {
            "conversation": talk,
            "message_id": str(number),
            "message_key": f"{talk}.{number}",
            "text": text,
            "channel": "whatsapp",
            "slots": {"language": "id", "known": False},
        }
        return client.turn({**call, **changes})

    return turn


def actions(answer):
    """What was done about the message; the session's start stands before it."""
    events = answer["events"]
    heard = next(at for at, one in enumerate(events) if one["event"] == "user")
    return [one["name"] for one in events[heard:] if one["event"] == "action"]


def texts(answer):
    return [one["text"] for one in answer["events"] if one["event"] == "bot"]


def heard(answer):
    return next(one for one in answer["events"] if one["event"] == "user")["parse_data"]


def test_a_greeting_is_answered(say):
    assert actions(say("halo")) == ["utter_greet", "action_listen"]


def test_e1_5_a_variant_for_the_customers_channel_is_said(say):
    assert texts(say("halo")) != texts(say("halo", channel="sms"))


def test_slots_are_set_before_the_answer_is_chosen(say):
    assert texts(say("hello", slots={"language": "en", "known": False}))[0].startswith("Hi")


COMMANDS = (
    "/restart",
    "/talk_to_person",
    " /greet",
    '/inform{"code": "1"}',
    "/\t/restart",
    "/\n/restart",
    "/\u00a0/restart",
    "/ /\u3000//restart",
)
"""What a customer may type, hoping to be taken for Rasa's own; Rasa strips all white space."""


@pytest.mark.parametrize("text", COMMANDS)
def test_e1_7_typed_text_is_never_a_command(client, text):
    parsed = client.parse(text, [])
    assert parsed["intent"]["confidence"] < 1.0
    assert (parsed["text"], parsed["entities"]) == (text.strip(), [])


def test_a_button_of_ours_is_a_command(say):
    assert heard(say("Halo", payload="/greet"))["intent"] == {"name": "greet", "confidence": 1.0}


def test_e1_7_a_button_of_nobody_is_text(say):
    assert heard(say("halo", payload="/no_such_intent"))["intent"]["name"] == "greet"


def test_the_same_message_again_gets_the_same_answer_and_leaves_no_trace(say):
    say("halo")
    first = say("halo", message_key="once")
    again = say("halo", message_key="once")
    assert texts(again) == texts(first)
    assert again["kept_events"] == first["kept_events"]


def test_e1_4_a_failed_action_fails_the_turn_and_nothing_of_it_is_kept(say):
    say("halo")
    first, second = say("halo")["kept_events"], say("halo")["kept_events"]
    with pytest.raises(ActionFailed, match="action_"):
        say("jam buka toko berapa?")
    third = say("halo")["kept_events"]
    assert third - second == second - first


def test_e5_a_long_session_stays_small_and_keeps_its_slots(say):
    for _ in range(60):
        answer = say("halo", slots={"language": "en", "known": False})
    assert answer["kept_events"] < BOUND
    assert answer["slots"]["language"] == "en"


def test_e6_a_server_that_has_lost_its_trackers_is_told_where_things_stand(say):
    seed = {"slots": {"complaint_description": "rusak"}, "loop": "complaint_form"}
    with pytest.raises(ActionFailed, match="complaint_form"):
        say("kulkas", seed=seed, behind=False)


MEANT = {"intent": {"name": "inform", "confidence": 1.0}, "entities": []}
AWAY = [
    {
        "loop": None,
        "slots": {},
        "events": [
            {"event": "user", "text": "mau komplain", "parse_data": MEANT},
            {"event": "action", "name": "complaint_form"},
            {"event": "active_loop", "name": "complaint_form"},
            {"event": "bot", "text": "Ada apa?"},
            {"event": "action", "name": "action_listen"},
            {"event": "user", "text": "rusak", "parse_data": MEANT},
            {"event": "active_loop", "name": None},
            {"event": "action", "name": "action_listen"},
        ],
    }
]
"""A complaint begun and ended while Rasa was away."""


def test_the_turns_that_rasa_has_missed_go_before_its_next_one(say):
    say("mau komplain", payload="/greet")
    seed = {"slots": {"product": "kulkas"}, "loop": None, "turns": AWAY}
    told = [say("halo", seed=seed, behind=True, message_key="back") for _ in range(3)]
    assert [actions(one) for one in told] == 3 * [["utter_greet", "action_listen"]]
    assert (told[0]["active_loop"], told[0]["slots"]["product"]) == (None, "kulkas")
    bare = {"seed": {**seed, "turns": []}, "behind": True, "message_key": "bare"}
    without = [say("halo", **bare) for _ in range(2)]
    kept, again = told[1]["kept_events"], told[2]["kept_events"]
    assert kept == again > without[1]["kept_events"]


def test_turns_that_make_no_sense_to_rasa_are_left_out(say):
    seed = {"slots": {"product": "kulkas"}, "turns": [{"events": [{"event": "of tomorrow"}]}]}
    assert say("halo", seed=seed, behind=True)["slots"]["product"] == "kulkas"


def test_e3_3_a_session_that_is_over_begins_anew_after_what_rasa_has_missed(say):
    seed = {"slots": {"product": "kulkas"}, "over": True}
    told = say("halo", seed=seed, behind=True)
    assert [one["event"] for one in told["events"]].index("session_started") > 0
    assert told["slots"]["product"] == "kulkas"


def test_e3_2_what_a_person_was_told_is_on_record_and_changes_nothing(say):
    say("halo")
    answer = say("halo", missed=[{"author": "staff", "text": "sudah beres", "at": 1.5}])
    assert actions(answer) == ["utter_greet", "action_listen"]


@pytest.mark.parametrize("talk", ["", "  ", None])
def test_e1_2_without_a_sender_nothing_is_served(say, talk):
    with pytest.raises(RasaRefused, match="400"):
        say("halo", conversation=talk)


def test_e1_3_text_with_blank_lines_is_one_event(say):
    answer = say("kamu bisa apa saja?", channel="email")
    said = [one for one in answer["events"] if one["event"] == "bot"]
    assert len(said) == len([one for one in actions(answer) if one.startswith("utter_")])


@pytest.mark.parametrize("path", ["conversations/x/tracker", "model/parse", "domain", "model"])
def test_e2_rasas_own_interface_is_shut(rasa_server, path):
    assert httpx.get(f"{rasa_server.plan.url}/{path}", timeout=30).status_code in (404, 405)


def test_e4_1_two_messages_at_once_are_taken_one_after_the_other(say):
    before = say("halo")["kept_events"]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(say, ["halo", "halo"]))
    first, second = sorted(answers, key=lambda one: one["kept_events"])
    assert [actions(one)[0] for one in answers] == ["utter_greet", "utter_greet"]
    assert before < first["kept_events"] < second["kept_events"]


def test_e5_of_a_long_past_only_the_latest_session_is_read(tmp_path):
    rasas_python = environment.program().with_name("python")
    script = [str(rasas_python), "-c", LONG_PAST, str(tmp_path / "trackers.db")]
    done = subprocess.run(
        script, env=environment.variables(), capture_output=True, text=True, check=True, timeout=300
    )
    events, seconds = done.stdout.split()[-2:]
    assert int(events) < BOUND
    assert float(seconds) < 1.0


def test_without_the_token_nobody_is_served(rasa_server):
    stranger = RasaClient(Server(rasa_server.plan.url, "guessed"))
    with pytest.raises(RasaRefused, match="401"):
        stranger.parse("halo", [])
    stranger.close()
