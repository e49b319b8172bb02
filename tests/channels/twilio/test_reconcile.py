"""What became of a message with an unknown outcome: never twice, never lost."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Button, Template
from channels.errors import UnknownOutcome, Unreachable
from tests.peers.twilio_resources import code_content, content
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio

LONG = "Kulkas dua pintu hemat listrik. " * 120
NOW = timedelta()
LONG_AGO = timedelta(minutes=5)


@pytest.fixture
def since():
    """When the attempt began."""

    def make(ago=LONG_AGO):
        return datetime.now(UTC) - ago

    return make


@pytest.fixture
async def restarted(new_channel, twilio):
    """The same channel in a process that was started again: it remembers nothing."""
    channel = new_channel(api_url=twilio.url, timeout_seconds=30)
    yield channel
    await channel.close()


async def looked_up(shop, message, since):
    """What is said of it a minute after it was first asked about."""
    with pytest.raises(Unreachable, match="too early"):
        await shop.reconcile(message, since)
    shop._outbox._recall._clock = lambda: time.monotonic() + 61
    return await shop.reconcile(message, since)


async def lose(shop, message):
    with pytest.raises(UnknownOutcome):
        await shop.send(message)


async def test_a_message_that_arrived_is_found(shop, twilio, to_ana, since):
    twilio.faults.append(Fault(taken=True, cut=True))
    await lose(shop, to_ana())
    receipt = await shop.reconcile(to_ana(), since())
    assert receipt.provider_id == twilio.messages[0]["sid"]
    assert len(twilio.messages) == 1


async def test_a_message_that_did_not_arrive_is_provably_absent(
    shop, restarted, twilio, to_ana, since
):
    twilio.faults.append(Fault(cut=True))
    await lose(shop, to_ana())
    assert await looked_up(restarted, to_ana(), since()) is None


async def test_a_request_of_a_moment_ago_may_still_arrive(shop, twilio, to_ana, since):
    twilio.faults.append(Fault(cut=True))
    await lose(shop, to_ana())
    with pytest.raises(Unreachable, match="too early"):
        await shop.reconcile(to_ana(), since())


async def test_what_another_worker_tried_a_moment_ago_may_still_arrive(restarted, to_ana, since):
    with pytest.raises(Unreachable, match="too early"):
        await restarted.reconcile(to_ana(), since(timedelta(hours=3)))


async def test_each_attempt_of_another_worker_is_given_its_time(restarted, to_ana, since):
    await looked_up(restarted, to_ana(), since(timedelta(hours=3)))
    with pytest.raises(Unreachable, match="too early"):
        await restarted.reconcile(to_ana(), since())


async def test_a_request_that_was_cancelled_a_moment_ago_may_still_arrive(
    shop, twilio, to_ana, since
):
    asked = since()
    assert await looked_up(shop, to_ana(), asked) is None
    twilio.faults.append(Fault(slow=60))
    sending = asyncio.create_task(shop.send(to_ana()))
    while twilio.requests[-1][0] != "POST":
        await asyncio.sleep(0.01)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    with pytest.raises(Unreachable, match="too early"):
        await shop.reconcile(to_ana(), asked)


async def test_the_same_words_of_another_message_are_no_proof(shop, to_ana, since):
    await shop.send(to_ana("Ada lagi?", id="earlier"))
    assert await looked_up(shop, to_ana("Ada lagi?", id="in-doubt"), since()) is None


async def test_it_may_be_too_early_to_say(shop, to_ana, since):
    with pytest.raises(Unreachable, match="too early"):
        await shop.reconcile(to_ana(), since(NOW))


async def test_a_message_of_another_text_is_not_taken_for_it(shop, to_ana, since):
    await shop.send(to_ana("Yang lain", id="other"))
    assert await looked_up(shop, to_ana(), since()) is None


async def test_the_same_text_of_an_hour_ago_is_not_taken_for_it(shop, twilio, to_ana, since):
    await shop.send(to_ana())
    twilio.messages[0]["date_created"] = "Sat, 22 Nov 2025 06:00:00 +0000"
    assert await looked_up(shop, to_ana(), since()) is None


async def test_what_the_customer_wrote_is_not_taken_for_it(shop, twilio, to_ana, since):
    await shop.send(to_ana())
    twilio.messages[0]["direction"] = "inbound"
    assert await looked_up(shop, to_ana(), since()) is None


@pytest.mark.parametrize(
    "body", ["Sent from your Twilio trial account - Halo 'Ana'...", "Halo \u2018Ana\u2019\u2026 "]
)
async def test_twilios_small_changes_do_not_hide_it(shop, twilio, to_ana, since, body):
    await shop.send(to_ana("Halo \u2018Ana\u2019\u2026"))
    twilio.messages[0]["body"] = body
    assert await shop.reconcile(to_ana("Halo \u2018Ana\u2019\u2026"), since())


async def test_it_is_found_behind_many_others(shop, twilio, to_ana, since):
    for text in ("Halo Ana", *map(str, range(7))):
        await shop.send(to_ana(text))
    twilio.page = 2
    receipt = await shop.reconcile(to_ana(), since())
    assert receipt.provider_id == twilio.messages[0]["sid"]


async def test_the_missing_rest_of_a_long_message_is_sent(
    shop, restarted, twilio, sms_to_budi, since
):
    twilio.faults += [Fault(taken=True), Fault(cut=True)]
    await lose(shop, sms_to_budi(LONG))
    receipt = await looked_up(restarted, sms_to_budi(LONG), since())
    assert len(receipt.parts) == 3
    bodies = [message["body"] for message in twilio.messages]
    assert " ".join(bodies).split() == LONG.split()


async def test_a_rest_that_can_never_be_sent_ends_the_matter(
    shop, restarted, twilio, sms_to_budi, since
):
    twilio.faults += [Fault(taken=True), Fault(cut=True), Fault(400, 30007)]
    await lose(shop, sms_to_budi(LONG[:2000]))
    receipt = await looked_up(restarted, sms_to_budi(LONG[:2000]), since())
    assert receipt.parts == (twilio.messages[0]["sid"],)


async def test_a_template_is_found_by_what_the_customer_reads(shop, twilio, to_ana, since):
    twilio.contents.append(content("siap", "Pesanan {{1}} siap."))
    twilio.faults.append(Fault(taken=True, cut=True))
    message = to_ana("", template=Template("siap", {"1": "TS-204815"}), last_inbound_at=None)
    await lose(shop, message)
    assert await shop.reconcile(message, since())


async def test_a_message_with_buttons_is_found(shop, twilio, to_ana, since):
    message = to_ana("Lanjut?", buttons=(Button("Ya", "/affirm"),))
    twilio.faults.append(Fault(500, taken=True))
    await lose(shop, message)
    assert await shop.reconcile(message, since())


async def test_a_closed_window_does_not_hide_what_was_sent(shop, twilio, to_ana, since):
    await shop.send(to_ana())
    assert await shop.reconcile(to_ana(last_inbound_at=None), since())


async def test_if_twilio_cannot_be_asked_nothing_is_said(new_channel, to_ana, since):
    shop = new_channel(api_url="http://127.0.0.1:9")
    with pytest.raises(Unreachable):
        await shop.reconcile(to_ana(), since())
    await shop.close()


async def test_a_lookup_with_a_wrong_token_says_nothing(new_channel, twilio, to_ana, since):
    shop = new_channel(api_url=twilio.url, auth_token="wrong")
    with pytest.raises(Unreachable, match="cannot be looked up"):
        await shop.reconcile(to_ana(), since())
    await shop.close()


async def test_a_template_that_is_gone_cannot_be_looked_up(shop, to_ana, since):
    with pytest.raises(Unreachable, match="no content template"):
        await shop.reconcile(to_ana("", template=Template("nameless")), since())


async def test_a_code_is_found_among_the_words_whatsapp_wrote_around_it(
    shop, twilio, to_ana, since
):
    twilio.contents = [code_content("kode")]
    twilio.faults.append(Fault(taken=True, cut=True))
    message = to_ana("", template=Template("kode", {"1": "204815"}), last_inbound_at=None)
    await lose(shop, message)
    receipt = await shop.reconcile(message, since())
    assert receipt.provider_id == twilio.messages[0]["sid"]
    assert "204815" in twilio.messages[0]["body"]
