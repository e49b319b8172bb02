"""Every row of B3, as the library raises it and as the server says it."""

from datetime import timedelta

import httpx
import pytest
from telegram import error as theirs

from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    RateLimited,
    Refused,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)
from channels.telegram import failures
from channels.telegram.failures import FileRefused
from tests.peers.telegram_server import Fault

SAID = [
    (403, "Forbidden: bot was blocked by the user", Blocked),
    (403, "Forbidden: user is deactivated", AddressDead),
    (403, "Forbidden: bot was kicked from the group chat", Blocked),
    (403, "Forbidden: bot was kicked from the supergroup chat", Blocked),
    (403, "Forbidden: bot is not a member of the supergroup chat", Blocked),
    (403, "Forbidden: the group chat was deleted", AddressDead),
    (403, "Forbidden: bot can't initiate conversation with a user", Refused),
    (403, "Forbidden: bot can't send messages to bots", Refused),
    (403, "Forbidden: a sentence of the future", Refused),
    (400, "Bad Request: chat not found", AddressDead),
    (400, "Bad Request: PEER_ID_INVALID", AddressDead),
    (400, "Bad Request: user not found", AddressDead),
    (400, "Bad Request: message is too long", Refused),
    (400, "Bad Request: can't parse entities: unsupported start tag", Refused),
    (400, "Bad Request: not enough rights to send text messages to the chat", Refused),
    (400, "Bad Request: wrong file identifier/HTTP URL specified", FileRefused),
    (400, "Bad Request: a sentence of the future", Refused),
    (401, "Unauthorized", SenderStopped),
    (404, "Not Found", SenderStopped),
    (409, "Conflict: terminated by other getUpdates request", Misconfigured),
    (413, "Request Entity Too Large", Refused),
    (429, "Too Many Requests", RateLimited),
    (500, "Internal Server Error: sending failed", UnknownOutcome),
    (502, "Bad Gateway", UnknownOutcome),
    (503, "Service Unavailable", UnknownOutcome),
    (504, "Gateway Timeout", UnknownOutcome),
    (418, "I'm a teapot", UnknownOutcome),
]
CAUSES = [
    (httpx.ConnectError, Unreachable),
    (httpx.ConnectTimeout, Unreachable),
    (httpx.PoolTimeout, failures.Crowded),
    (httpx.ReadTimeout, UnknownOutcome),
    (httpx.WriteTimeout, UnknownOutcome),
    (httpx.ReadError, UnknownOutcome),
    (httpx.RemoteProtocolError, UnknownOutcome),
    (httpx.UnsupportedProtocol, Misconfigured),
]

UNREADABLE = [
    "", "<html>", "[]", '{"ok": true}', '{"ok": true, "result": {}}', '{"ok": true, "result": 7}',
    '{"ok": true, "result": null}',
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(("status", "said", "kind"), SAID)
async def test_b3_3_what_telegram_says_is_our_error(shop, telegram, to_ana, status, said, kind):
    telegram.faults.append(Fault(status, said))
    with pytest.raises(kind) as raised:
        await shop.send(to_ana())
    assert type(raised.value) is kind
    assert len(telegram.asked("sendMessage")) == 1


@pytest.mark.parametrize(("status", "said", "kind"), SAID)
def test_b3_4_a_refusal_is_never_retryable(status, said, kind):
    assert kind.retryable is (kind in (RateLimited, SenderStopped))


@pytest.mark.parametrize(("cause", "kind"), CAUSES)
@pytest.mark.parametrize("wrapper", [theirs.TimedOut, theirs.NetworkError])
def test_b3_4_a_broken_connection_is_judged_by_when_it_broke(cause, kind, wrapper):
    error = wrapper("Timed out")
    error.__cause__ = cause("made up")
    assert type(failures.understood(error, sending=True)) is kind


@pytest.mark.parametrize("cause", [httpx.ReadTimeout, httpx.ReadError, httpx.ConnectError])
def test_a_question_that_was_not_answered_may_be_asked_again(cause):
    error = theirs.TimedOut()
    error.__cause__ = cause("made up")
    assert type(failures.understood(error, sending=False)) is Unreachable


@pytest.mark.anyio
@pytest.mark.parametrize(("asked", "waits"), [(7, 7), (1, 1), (10**6, 24 * 3600)])
async def test_b3_2_a_429_says_how_long_to_wait(shop, telegram, to_ana, asked, waits):
    said = f"Too Many Requests: retry after {asked}"
    telegram.faults.append(Fault(429, said, {"retry_after": asked}))
    with pytest.raises(RateLimited) as raised:
        await shop.send(to_ana())
    assert raised.value.retry_after == timedelta(seconds=waits)


@pytest.mark.anyio
async def test_b3_2_a_429_without_parameters_is_read_from_its_sentence(shop, telegram, to_ana):
    telegram.faults.append(Fault(429, "Too Many Requests: retry after 9"))
    with pytest.raises(RateLimited) as raised:
        await shop.send(to_ana())
    assert raised.value.retry_after == timedelta(seconds=9)


@pytest.mark.parametrize("opted_in", ["true", "false"])
@pytest.mark.filterwarnings("ignore:.*retry_after.*")
def test_b3_2_seconds_and_timedelta_are_both_understood(monkeypatch, opted_in):
    monkeypatch.setenv("PTB_TIMEDELTA", opted_in)
    error = failures.understood(theirs.RetryAfter(5), sending=True)
    assert isinstance(error, RateLimited)
    assert error.retry_after == timedelta(seconds=5)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("fault", "seconds"),
    [(Fault(slow=6.0, taken=True), 2.0), (Fault(taken=True, cut=True), 20.0)],
)
async def test_b3_4_a_message_taken_without_an_answer_has_an_unknown_outcome(
    shop, telegram, to_ana, fault, seconds
):
    telegram.faults.append(fault)
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())
    assert len(telegram.messages) == 1


@pytest.mark.anyio
@pytest.mark.parametrize("body", UNREADABLE)
async def test_an_answer_that_cannot_be_read_is_an_unknown_outcome(shop, telegram, to_ana, body):
    telegram.faults.append(Fault(body=body))
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())


@pytest.mark.anyio
async def test_b3_4_nobody_listening_is_unreachable(new_channel, to_ana):
    shop = new_channel(api_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await shop.send(to_ana())
    await shop.close()


@pytest.mark.anyio
async def test_the_token_is_in_no_error_and_no_log(new_channel, telegram, to_ana, caplog):
    caplog.set_level("INFO")
    telegram.token = "700000001:another-token-than-ours-0000000"
    shop = new_channel(api_url=telegram.url)
    with pytest.raises(Misconfigured) as raised:
        await shop.send(to_ana())
    await shop.close()
    shown = caplog.text + repr(raised.value) + repr(raised.value.__cause__)
    assert "AA-a-token-of-nobody" not in shown
