"""HTTP to Rasa: what is tried again, and what each answer means."""

import time

import httpx
import pytest

from nlu.rasa.client import (
    IDLE_SECONDS,
    ActionFailed,
    NoModel,
    RasaClient,
    RasaRefused,
    RasaUnavailable,
    Server,
)


def test_the_token_goes_along(client, rasa):
    client.turn({"text": "halo"})
    assert rasa.tokens == ["Bearer sesame"]


def test_what_never_arrived_is_sent_again(client, rasa):
    rasa.script = [httpx.ConnectError("no"), httpx.ConnectError("no")]
    assert client.turn({"text": "halo"})["events"]
    assert len(rasa.asked) == 3


def test_half_an_emoji_is_no_failure(client, rasa):
    assert client.turn({"text": "halo \ud83d", "slots": {"é": "👍"}})["events"]
    assert rasa.asked == [{"text": "halo ?", "slots": {"é": "👍"}}]


CUT = (
    httpx.ReadError("reset"),
    httpx.WriteError("broken pipe"),
    httpx.RemoteProtocolError("Server disconnected without sending a response."),
)


@pytest.mark.parametrize("cut", CUT, ids=lambda cut: type(cut).__name__)
def test_a_call_on_a_connection_that_was_just_closed_is_made_again(client, rasa, cut):
    rasa.script = [cut]
    assert client.turn({"text": "halo", "message_key": "7.1"})["events"]
    first, second = rasa.asked
    assert first == second


def test_e4_3_what_takes_too_long_is_not_asked_again(client, rasa):
    rasa.script = [httpx.ReadTimeout("slow")]
    with pytest.raises(RasaUnavailable):
        client.turn({"text": "halo"})
    assert len(rasa.asked) == 1


class Endless(httpx.SyncByteStream):
    """An answer whose every piece comes in time, and whose end never does."""

    def __init__(self, piece: bytes, pause: float) -> None:
        self._piece, self._pause = piece, pause

    def __iter__(self):
        while True:
            time.sleep(self._pause)
            yield self._piece


@pytest.mark.parametrize(("piece", "pause"), [(b" ", 0.01), (b" " * 1_000_000, 0.0)])
def test_an_answer_without_an_end_is_none(rasa, piece, pause):
    client = RasaClient(Server("http://rasa.example", "x", 0.3), httpx.MockTransport(rasa))
    rasa.script = [httpx.Response(200, stream=Endless(piece, pause))]
    with pytest.raises(RasaUnavailable, match="does not come to an end"):
        client.turn({"text": "halo"})


def test_a_connection_is_given_up_before_rasas_server_closes_it():
    sanics_own = 5.0
    assert sanics_own > IDLE_SECONDS


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (401, {"error": "wrong token"}, RasaRefused),
        (404, {}, RasaRefused),
        (503, {"error": "no model is loaded"}, NoModel),
        (503, {"error": "a proxy's"}, RasaUnavailable),
        (500, {"error": "boom"}, RasaUnavailable),
        (502, {"error": "an action failed", "failures": [{"action": "x"}]}, ActionFailed),
    ],
)
def test_each_status_is_an_error_of_its_own(client, rasa, status, body, error):
    rasa.script = [httpx.Response(status, json=body)]
    with pytest.raises(error, match=str(status)):
        client.turn({"text": "halo"})


GARBAGE = (
    httpx.Response(200, text="<html>a proxy's page</html>"),
    httpx.Response(200, content=b""),
    httpx.Response(200, content=b'{"events": ['),
    httpx.Response(200, content=b"\xff\xfe"),
    httpx.Response(200, content=b"[" * 100_000),
    httpx.Response(200, json=[]),
    httpx.Response(200, json={}),
    httpx.Response(200, json={"status": "ok"}),
    httpx.Response(200, json={"events": [], "slots": None, "active_loop": None}),
    httpx.Response(200, json={"events": [1], "slots": {}, "active_loop": None}),
    httpx.Response(200, json={"events": [], "slots": {}, "active_loop": {"name": "f"}}),
    httpx.Response(204),
    httpx.Response(302, headers={"location": "http://elsewhere.example"}),
)


@pytest.mark.parametrize("answer", GARBAGE, ids=lambda one: repr(one.content[:30]))
def test_what_is_no_answer_of_the_connector_is_none(client, rasa, answer):
    rasa.script = [answer]
    with pytest.raises(RasaUnavailable):
        client.turn({"text": "halo"})


@pytest.mark.parametrize("ask", [RasaClient.health, lambda client: client.parse("halo", [])])
def test_another_program_on_rasas_port_is_not_taken_for_rasa(client, rasa, ask):
    rasa.script = [httpx.Response(200, json={"status": "ok"})]
    with pytest.raises(RasaUnavailable, match="is not Rasa with our connector"):
        ask(client)


def test_e6_a_server_without_a_model_is_one_that_does_not_answer():
    assert issubclass(NoModel, RasaUnavailable)


def test_calls_keep_their_connection_and_have_a_time_limit_of_their_own():
    client = RasaClient(Server("http://rasa.example", "sesame", seconds=15))
    timeout = client._http.timeout
    assert (timeout.read, timeout.connect) == (15, 2)
    client.close()
