"""What Twilio refuses, delays or leaves unanswered (A5.8, A7)."""

import socket
from datetime import timedelta

import pytest

from channels.errors import (
    Misconfigured,
    OptedOut,
    RateLimited,
    UnknownOutcome,
    Unreachable,
)
from channels.twilio import failures
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio

LONG = "Kulkas dua pintu hemat listrik. " * 120


def posts(twilio):
    return [form for method, path, form in twilio.requests if method == "POST"]


@pytest.mark.parametrize("code", sorted(failures.CODES))
async def test_a7_every_code_arrives_as_its_class(shop, twilio, to_ana, code):
    kind, _ = failures.CODES[code]
    twilio.faults.append(Fault(429 if kind is RateLimited else 400, code))
    with pytest.raises(kind) as caught:
        await shop.send(to_ana())
    assert caught.value.code == str(code)


async def test_a7_an_opted_out_recipient_is_reported(shop, twilio, sms_to_budi):
    twilio.opted_out.add("+6281200000002")
    with pytest.raises(OptedOut):
        await shop.send(sms_to_budi())


async def test_a5_8_a_429_is_safe_and_says_how_long(shop, twilio, to_ana):
    twilio.faults.append(Fault(429, 20429, headers={"Retry-After": "3"}))
    with pytest.raises(RateLimited) as caught:
        await shop.send(to_ana())
    assert caught.value.retry_after == timedelta(seconds=3)
    assert twilio.messages == []


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(500, 20500, taken=True), id="5xx after it was taken"),
        pytest.param(Fault(503), id="5xx before"),
        pytest.param(Fault(cut=True, taken=True), id="connection cut after it was taken"),
        pytest.param(Fault(cut=True), id="connection cut"),
        pytest.param(Fault(taken=True, body="<html>proxy</html>"), id="an answer of another kind"),
        pytest.param(Fault(taken=True, body="{}"), id="an answer without a sid"),
        pytest.param(Fault(taken=True, body='{"sid": "SM'), id="half an answer"),
    ],
)
async def test_a5_8_what_may_have_been_sent_is_unknown_and_not_repeated(
    shop, twilio, to_ana, fault
):
    twilio.faults.append(fault)
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())
    assert len(posts(twilio)) == 1


async def test_a_refused_connection_is_safe_to_repeat(new_channel, to_ana):
    shop = new_channel(api_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await shop.send(to_ana())
    await shop.close()


async def test_a5_8_an_answer_that_does_not_come_in_time_leaves_the_outcome_unknown(
    new_channel, twilio, to_ana
):
    # Half of the time is for connecting, which a busy machine may need.
    shop = new_channel(api_url=twilio.url, timeout_seconds=4)
    twilio.faults.append(Fault(slow=60, taken=True))
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())
    await shop.close()
    assert len(posts(twilio)) == 1


async def test_a_host_that_never_picks_up_is_safe_to_repeat(new_channel, to_ana):
    with socket.socket() as deaf, socket.socket() as first:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        first.connect(deaf.getsockname())  # fills the queue: later connections get no answer
        shop = new_channel(api_url=f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout_seconds=1.0)
        with pytest.raises(Unreachable):
            await shop.send(to_ana())
        await shop.close()


async def test_a_wrong_token_is_for_the_operator(new_channel, twilio, to_ana):
    shop = new_channel(api_url=twilio.url, auth_token="wrong")
    with pytest.raises(Misconfigured):
        await shop.send(to_ana())
    await shop.close()


async def test_a_later_part_that_is_throttled_is_tried_again(shop, twilio, sms_to_budi):
    twilio.faults += [Fault(taken=True), Fault(429, 20429)]
    receipt = await shop.send(sms_to_budi(LONG[:2000]))
    assert len(receipt.parts) == len(twilio.messages) == 2


async def test_a_later_part_that_fails_leaves_the_outcome_unknown(shop, twilio, sms_to_budi):
    twilio.faults += [Fault(taken=True), Fault(400, 30007)]
    with pytest.raises(UnknownOutcome, match="part 2 of 2"):
        await shop.send(sms_to_budi(LONG[:2000]))
    assert len(twilio.messages) == 1
