"""What we post: signed, in parts, and what each kind of answer means."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import pytest
from pydantic import SecretStr

from channels.base import Button
from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from channels.http import signature
from crm_store.session import now

pytestmark = pytest.mark.anyio


async def test_a_message_is_posted_and_its_id_kept(shop, gateway, to_ana):
    gateway.answers.append({"json": {"id": "p1"}})
    receipt = await shop.send(to_ana(buttons=(Button("Ya", "/affirm"),)))
    assert receipt.provider_id == "p1"
    assert gateway.bodies == [
        {"type": "message", "id": "12", "to": "ana", "language": "id", "text": "Halo Ana",
         "buttons": [{"title": "Ya", "payload": "/affirm"}]}
    ]  # fmt: skip


async def test_what_is_posted_is_signed_over_time_and_body(shop, gateway, to_ana, secret):
    await shop.send(to_ana())
    [(headers, body)] = gateway.requests
    given = headers["x-akrab-signature"]
    seconds = int(given.partition(",")[0].removeprefix("t="))
    assert given == signature(SecretStr(secret), body, at=seconds)
    assert headers["idempotency-key"] == "shop:12"


async def test_an_answer_without_an_id_leaves_ours(shop, gateway, to_ana):
    gateway.answers.append({"text": "OK"})
    assert (await shop.send(to_ana())).provider_id == "12"


async def test_a_long_text_goes_in_parts_with_ids_of_their_own(make, gateway, to_ana):
    shop = make(url=gateway.url, text=20)
    receipt = await shop.send(to_ana("satu dua tiga empat lima enam"))
    await shop.close()
    assert receipt.parts == ("12/1", "12/2")
    assert [len(body["text"]) <= 20 for body in gateway.bodies] == [True, True]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"status": 302, "headers": {"location": "/x"}}, Misconfigured),
        ({"status": 400}, Refused),
        ({"status": 401}, Misconfigured),
        ({"status": 404}, Misconfigured),
        ({"status": 408}, Unreachable),
        ({"status": 410}, AddressDead),
        ({"status": 422}, Refused),
        ({"status": 422, "json": {"code": "blocked"}}, Blocked),
        ({"status": 403, "json": {"code": "opted_out"}}, OptedOut),
        ({"status": 409, "json": {"code": "window_closed"}}, WindowClosed),
        ({"status": 500}, UnknownOutcome),
        ({"status": 500, "json": {"code": "blocked"}}, UnknownOutcome),
        ({"status": 502}, UnknownOutcome),
        ({"status": 503}, Unreachable),
        ({"cut": True}, UnknownOutcome),
    ],
    ids=str,
)
async def test_each_answer_is_one_of_our_errors(shop, gateway, to_ana, answer, kind):
    gateway.answers.append(answer)
    with pytest.raises(kind) as raised:
        await shop.send(to_ana())
    assert type(raised.value) is kind
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("patience", [2.0])
async def test_no_answer_in_time_is_an_unknown_outcome(shop, gateway, to_ana, patience):
    gateway.answers.append({"slow": 6.0})
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())
    assert len(gateway.requests) == 1


@pytest.mark.parametrize("answer", [{"status": 500}, {"slow": 6.0}, {"cut": True}], ids=str)
async def test_a_side_that_takes_repeats_as_one_is_asked_again(make, gateway, to_ana, answer):
    shop = make(url=gateway.url, timeout_seconds=2.0, repeats_are_safe=True)
    gateway.answers.append(answer)
    with pytest.raises(Unreachable):
        await shop.send(to_ana())
    await shop.close()


async def test_nobody_listening_is_not_sent(make, to_ana):
    with pytest.raises(Unreachable):
        await make(url="http://127.0.0.1:9/send").send(to_ana())


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [("7", 7), ("0", 1), ("-3", 1), ("soon", 1), (None, 1), ("999999999", 3600)],
)
async def test_retry_after_in_seconds_is_kept_to(shop, gateway, to_ana, asked, seconds):
    headers = {"Retry-After": asked} if asked else {}
    gateway.answers.append({"status": 429, "headers": headers})
    with pytest.raises(RateLimited) as raised:
        await shop.send(to_ana())
    assert raised.value.retry_after == timedelta(seconds=seconds)


async def test_retry_after_may_be_a_date(shop, gateway, to_ana):
    later = format_datetime(now() + timedelta(seconds=90), usegmt=True)
    gateway.answers.append({"status": 429, "headers": {"Retry-After": later}})
    with pytest.raises(RateLimited) as raised:
        await shop.send(to_ana())
    assert 80 < raised.value.retry_after.total_seconds() <= 90


async def test_a_part_that_fails_leaves_the_outcome_unknown(make, gateway, to_ana):
    shop = make(url=gateway.url, text=20)
    gateway.answers.extend([{}, {"status": 400}])
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana("satu dua tiga empat lima enam"))
    await shop.close()


@pytest.mark.parametrize(("answer", "well"), [({}, True), ({"status": 403}, False)])
async def test_the_check_posts_a_ping(shop, gateway, answer, well):
    gateway.answers.append(answer)
    findings = await shop.check()
    assert [finding.ok for finding in findings] == [well, True]
    assert gateway.bodies == [{"type": "ping"}]


async def test_the_check_says_that_a_far_side_is_posted_to_unencrypted(make):
    findings = await make(url="http://bridge.invalid/send", timeout_seconds=0.5).check()
    assert "without encryption" in findings[0].text


def test_the_channel_works_in_one_event_loop_after_another(make, to_ana):
    shop = make(url="http://127.0.0.1:9/send")
    for _ in range(2):
        with pytest.raises(Unreachable):
            asyncio.run(shop.send(to_ana()))
