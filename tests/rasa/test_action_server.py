"""POST /actions/webhook: the action server's protocol, who may call, and each call once."""

import asyncio
import gzip
import json
import zlib

import pytest
from rasa_sdk import Action
from rasa_sdk.interfaces import ActionExecutionRejection

from actions import registry
from actions.context import PersonWanted
from bot.rasa import action_server, wishes
from bot.rasa.running import runner
from crm_store import consents, customers
from nlu.types import ActionCall
from tests.rasa.conftest import TOKEN, Door, request

STOP = "action_stop_messages"


def pieces_of_consent(app):
    with app.db.reading() as session:
        return len(consents.of_customer(session, 1))


def test_an_action_answers_with_events_and_responses(call, write):
    answer = call(STOP, write())
    assert answer.status_code == 200
    assert answer.json()["responses"]


@pytest.mark.parametrize("token", ["", "Bearer ", "Bearer wrong", "wrong"])
def test_without_the_token_nothing_runs(door, write, app, token):
    body = request(STOP, write())
    answer = door.post("/actions/webhook", json=body, headers={"authorization": token})
    assert (answer.status_code, pieces_of_consent(app)) == (401, 0)


def test_the_token_may_come_as_endpoints_yml_sends_it(door, write):
    address = f"/actions/webhook?token={TOKEN}"
    body = request(STOP, write())
    assert door.post(address, json=body, headers={"authorization": ""}).status_code == 200


def test_an_unknown_action_is_told_by_404(call, write):
    answer = call("action_of_somebody_else", write())
    assert (answer.status_code, answer.json()["action_name"]) == (404, "action_of_somebody_else")


def test_an_action_that_declines_is_told_by_400(call, write, monkeypatch):
    class Declining(Action):
        def name(self):
            return "action_declining"

        async def run(self, dispatcher, tracker, domain):
            raise ActionExecutionRejection("action_declining", "not now")

    monkeypatch.setitem(registry.ACTIONS, "action_declining", Declining())
    answer = call("action_declining", write())
    assert (answer.status_code, answer.json()["action_name"]) == (400, "action_declining")


def test_an_action_that_breaks_is_told_by_500_and_leaves_nothing(call, write, monkeypatch, app):
    class Breaking(Action):
        def name(self):
            return "action_breaking"

        async def run(self, dispatcher, tracker, domain):
            registry.ACTIONS[STOP].reply  # noqa: B018 - there, but what follows breaks
            raise RuntimeError("boom")

    monkeypatch.setitem(registry.ACTIONS, "action_breaking", Breaking())
    message = write()
    assert call("action_breaking", message).status_code == 500
    assert call(STOP, message).status_code == 200


def test_the_same_call_twice_has_one_effect_and_one_answer(call, write, app):
    message = write()
    first, second = call(STOP, message), call(STOP, message, latest_event_time=9.0)
    assert first.json() == second.json()
    assert pieces_of_consent(app) == 1


def test_the_same_call_at_the_same_time_has_one_effect(door, write, app):
    body = request(STOP, write())
    answers = door.post_at_once("/actions/webhook", [body] * 8)
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert pieces_of_consent(app) == 1


def test_the_same_call_after_our_restart_has_one_effect(call, write, app, restarted):
    message = write()
    first = call(STOP, message)
    again = Door(restarted()).post("/actions/webhook", json=request(STOP, message))
    assert again.json() == first.json()
    assert pieces_of_consent(app) == 1


def test_another_action_for_the_same_message_runs(call, write):
    message = write()
    assert call(STOP, message).json() != call("action_talk_to_person", message).json()


def test_its_health_needs_no_token_and_tells_nothing(door):
    answer = door.get("/actions/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_what_was_said_and_when_does_not_make_it_another_call(call, write, app):
    message = write()
    call(STOP, message)
    said = {"event": "bot", "text": "one of several variants", "timestamp": 3.0}
    call(STOP, message, events=[{"event": "user", "timestamp": 7.0}, said])
    assert pieces_of_consent(app) == 1


def test_the_next_message_is_another_call(call, write):
    first, second = write(), write("lagi")
    assert call("action_talk_to_person", first).status_code == 200
    assert call("action_talk_to_person", second).status_code == 200


def test_what_an_action_asks_of_the_product_waits_until_the_turn_is_over(call, write, app):
    message = write()
    call("action_talk_to_person", message)
    with app.db.transaction() as session:
        wanted, again = wishes.taken(session, message), wishes.taken(session, message)
    assert isinstance(wanted[0], PersonWanted)
    assert again == []


def test_the_customer_is_who_wrote_the_message(call, write, app):
    write("halo", "+6281200000002")
    message = write()
    call("action_change_language", message, talk=2, slots={"language": "en"})
    with app.db.reading() as session:
        assert customers.get(session, 1).language != "en"


def test_a_message_of_another_conversation_is_refused(call, write):
    write()
    other = write("halo", "+6281200000002")
    assert call(STOP, other, talk=1).status_code == 409


def test_a_message_that_has_been_dealt_with_runs_nothing(call, write, app):
    message = write()
    with app.db.transaction() as session:
        from crm_store import messages

        messages.handled(session, [message])
    assert (call(STOP, message).status_code, pieces_of_consent(app)) == (409, 0)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{}", b"{", b'{"next_action": "x", "sender_id": "a", "tracker": {}}', b"\xff"],
)
def test_what_is_no_call_is_refused(door, body):
    assert door.post("/actions/webhook", content=body).status_code == 422


def nested(levels):
    return b'{"next_action": ' + b"[" * levels + b"]" * levels + b"}"


def deep_slots(levels):
    body = json.dumps(request(STOP, 1)).encode()
    return body.replace(b'{"language": "id"}', b'{"x": ' * levels + b"1" + b"}" * levels)


@pytest.mark.parametrize("body", [nested(100_000), nested(900), deep_slots(400), deep_slots(5_000)])
def test_what_is_nested_deeply_is_taken_or_refused(door, write, body):
    write()
    assert door.post("/actions/webhook", content=body).status_code in (200, 422)


@pytest.mark.parametrize("number", ["0", "-1", str(10**30), "1e999", '"x"', "null", "[1]"])
def test_an_id_that_cannot_be_ours_is_refused(door, write, number):
    body = json.dumps(request(STOP, write())).encode()
    for written in (b'"sender_id": "1"', b'"message_id": "1"'):
        key = written.partition(b":")[0]
        changed = body.replace(written, key + b": " + number.encode())
        assert changed != body
        assert door.post("/actions/webhook", content=changed).status_code in (200, 422)


EVERY_EVENT = (
    "user bot action slot entities session_started pause resume restart reset_slots rewind undo "
    "followup reminder cancel_reminder active_loop form loop_interrupted agent export "
    "action_execution_rejected user_featurization"
).split()


def test_a_tracker_with_every_kind_of_event_is_taken(call, write):
    events = [{"event": kind, "name": "x", "timestamp": 1.0} for kind in EVERY_EVENT]
    assert call(STOP, write(), events=events).status_code == 200


def test_its_actions_are_listed_for_who_may_call(door):
    header = {"authorization": f"Bearer {TOKEN}"}
    names = [one["name"] for one in door.get("/actions/actions", headers=header).json()]
    assert STOP in names
    assert door.get("/actions/actions").status_code == 401


def test_an_older_message_may_be_acted_on_while_a_newer_one_waits(call, write):
    older, newer = write("stop"), write("halo")
    assert [call(STOP, one).status_code for one in (newer, older)] == [200, 200]


def test_what_rasa_ran_before_it_died_is_not_run_again_by_the_stand_in(call, write, app):
    message = write("stop")
    listened = {"event": "action", "name": "action_listen", "policy": "RulePolicy"}
    said = {"event": "user", "text": "stop", "timestamp": 1.0, "metadata": {"model_id": "m"}}
    slots = {"language": "id", "session_started_metadata": {"message_id": "1"}, "product": None}
    first = call(STOP, message, slots=slots, events=[listened, said]).json()
    embedded = {**request(STOP, message)["tracker"], "events": [{"event": "user"}]}
    asked = ActionCall(STOP, "1", str(message), embedded, {})
    again = asyncio.run(asyncio.to_thread(runner(app, message), asked))
    assert (list(again.events), list(again.responses)) == (first["events"], first["responses"])
    assert pieces_of_consent(app) == 1


def test_a_compressed_call_is_unpacked(door, write):
    body = zlib.compress(json.dumps(request(STOP, write())).encode())
    answer = door.post("/actions/webhook", content=body, headers={"content-encoding": "deflate"})
    assert answer.status_code == 200


def test_a_call_that_unpacks_to_too_much_is_refused(door):
    bomb = zlib.compress(b" " * (action_server.LARGEST + 1))
    answer = door.post("/actions/webhook", content=bomb, headers={"content-encoding": "deflate"})
    assert answer.status_code == 413


def packed_otherwise(number):
    body = json.dumps(request(STOP, number)).encode()
    return [
        ("gzip", gzip.compress(body)),
        ("deflate", zlib.compress(body)[:-20]),
        ("deflate", body),
        ("deflate", b""),
        (None, zlib.compress(body)),
    ]


def test_a_call_packed_in_another_way_or_cut_short_is_refused(door, write):
    for encoding, body in packed_otherwise(write()):
        headers = {"content-encoding": encoding} if encoding else {}
        answer = door.post("/actions/webhook", content=body, headers=headers)
        assert answer.status_code == 422, (encoding, body[:20])
