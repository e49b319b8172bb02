"""What an account meets over months: answers of no documented form, busy lists, other workers."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from channels.base import Template
from channels.errors import SendError, UnknownOutcome, Unreachable
from channels.twilio import templates
from tests.peers.twilio_resources import content

pytestmark = pytest.mark.anyio

URL = "https://toko-sinar.example/webhooks/shop"
ODD = {
    "an empty object": "{}",
    "another object": '{"status": "ok"}',
    "several lists": '{"messages": [], "more": []}',
    "words for messages": '{"messages": "none"}',
    "no object": "[]",
    "a list of words": '{"messages": ["x"], "contents": ["x"], "senders": ["x"]}',
    "nothing": "",
    "a page": "<html>",
}


def answering(text, status=200, **headers):
    body = text if isinstance(text, bytes) else text.encode()
    return web.Response(body=body, status=status, headers={"Content-Type": "application/json"})


@pytest.fixture(params=ODD.values(), ids=ODD)
def odd(request):
    return answering(request.param)


@pytest.fixture
def an_hour_ago():
    return datetime.now(UTC) - timedelta(hours=1)


async def test_a_list_of_another_form_says_nothing_of_a_message(
    shop, twilio, to_ana, odd, an_hour_ago
):
    twilio.odd["Messages.json"] = odd
    with pytest.raises(Unreachable):
        await shop.reconcile(to_ana(), an_hour_ago)


async def test_an_answer_of_another_form_to_a_message_leaves_it_unknown(shop, twilio, to_ana, odd):
    twilio.odd["Messages.json"] = odd
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana())


async def test_a_message_goes_out_although_the_one_before_cannot_be_seen(shop, twilio, to_ana, odd):
    sid = (await shop.send(to_ana("satu"))).provider_id
    twilio.odd[f"{sid}.json"] = odd
    await shop.send(to_ana("dua", id="m2"))
    assert [sent["body"] for sent in twilio.messages] == ["satu", "dua"]


async def test_templates_of_another_form_are_an_error_of_ours(shop, twilio, odd):
    twilio.odd["ContentAndApprovals"] = odd
    with pytest.raises(Unreachable):
        await shop.templates()


@pytest.mark.parametrize("end", [".json", "Senders", "ContentAndApprovals"])
async def test_a_check_finds_answers_of_another_form(shop, twilio, odd, end):
    twilio.odd[end] = odd
    assert not all(found.ok for found in await shop.check())


@pytest.mark.parametrize("end", [".json", "Senders"])
async def test_a_setup_finds_answers_of_another_form(shop, twilio, odd, end):
    twilio.odd[end] = odd
    assert not all(found.ok for found in await shop.setup(URL))


@pytest.mark.parametrize("status", [200, 201, 400, 404, 503])
async def test_bytes_that_are_no_text_are_an_error_of_ours(
    shop, twilio, to_ana, status, an_hour_ago
):
    twilio.odd["Messages.json"] = answering(b"\xff\xfe\x00{", status)
    with pytest.raises(SendError):
        await shop.send(to_ana())
    with pytest.raises(Unreachable):
        await shop.reconcile(to_ana(), an_hour_ago)


async def test_what_is_sent_together_fetches_the_templates_once(shop, twilio, to_ana):
    twilio.contents = [content("siap", "Pesanan {{1}} siap.")]
    for fresh in (True, False):
        template = Template("siap", {"1": "TS-204815"})
        ids = [f"m{number}{fresh}" for number in range(10)]
        sends = (shop.send(to_ana("", id=one, template=template)) for one in ids)
        await asyncio.gather(*sends)
        assert len(lists(twilio)) == (1 if fresh else 2)
        shop._catalogue._at = time.monotonic() - templates.FRESH_SECONDS - 1


def lists(twilio):
    return [path for _, path, _ in twilio.requests if path.endswith("ContentAndApprovals")]


async def test_who_gives_up_waiting_for_templates_takes_them_from_nobody(shop, twilio, to_ana):
    twilio.contents = [content("siap", "Pesanan siap.")]
    message = to_ana("", template=Template("siap"))
    first, second = (asyncio.create_task(shop.send(message)) for _ in range(2))
    while not lists(twilio):
        await asyncio.sleep(0)
    first.cancel()
    assert (await second).provider_id
