"""Long polling: the cursor, what is confirmed when, and what stands in its way (B1.5, B1.8)."""

import asyncio

import pytest

from channels.base import InboundMessage
from channels.errors import Misconfigured
from channels.telegram import polling
from tests.peers.telegram_server import Fault

pytestmark = pytest.mark.anyio


@pytest.fixture
async def poller(new_channel, telegram, seconds, monkeypatch):
    monkeypatch.setattr(polling, "FIRST_WAIT", 0.01)
    keys = {"poll_seconds": 1, "timeout_seconds": seconds}
    channel = new_channel(mode="polling", api_url=telegram.url, **keys)
    yield channel
    await channel.close()


async def first(poller, cursor=None):
    """The first thing a poll yields."""
    stream = poller.poll(cursor)
    try:
        return await asyncio.wait_for(anext(stream), 60)
    finally:
        await stream.aclose()


async def test_messages_come_with_the_next_offset(poller, telegram):
    telegram.happens(message=telegram.said("halo"))
    last = telegram.happens(message=telegram.said("jam buka?"))
    events, cursor = await first(poller)
    assert [event.text for event in events] == ["halo", "jam buka?"]
    assert cursor == str(last["update_id"] + 1)


async def test_a_batch_is_confirmed_only_when_the_next_is_asked_for(poller, telegram):
    telegram.happens(message=telegram.said("halo"))
    stream = poller.poll(None)
    _, cursor = await anext(stream)
    assert len(telegram.updates) == 1
    told = await anext(stream)
    assert (told, telegram.updates) == (((), "0"), [])
    assert [asked.get("offset") for asked in telegram.asked("getUpdates")] == [None, int(cursor)]
    await stream.aclose()


async def test_a_process_that_died_in_between_hears_the_batch_again(poller, telegram):
    telegram.happens(message=telegram.said("halo"))
    [one], [other] = (await first(poller))[0], (await first(poller))[0]
    assert one.provider_id == other.provider_id


async def test_the_kept_cursor_confirms_what_was_stored(poller, telegram):
    telegram.happens(message=telegram.said("lama"))
    _, cursor = await first(poller)
    telegram.happens(message=telegram.said("baru"))
    [event], _ = await first(poller, cursor)
    assert event.text == "baru"


async def test_b1_5_ids_that_start_anew_below_the_last_are_heard(poller, telegram):
    telegram.happens(message=telegram.said("halo"))
    stream = poller.poll(None)
    await anext(stream)
    assert (await anext(stream))[1] == "0"
    telegram.happens(update_id=17, message=telegram.said("seminggu kemudian"))
    [event], cursor = await anext(stream)
    assert (event.text, cursor) == ("seminggu kemudian", "18")
    await stream.aclose()


@pytest.mark.parametrize("cursor", ["", "0", "x", "-5", "²", "9" * 30])
async def test_a_cursor_that_is_none_asks_from_the_start(poller, telegram, cursor):
    telegram.happens(message=telegram.said("halo"))
    await first(poller, cursor)
    assert "offset" not in telegram.asked("getUpdates")[0]


async def test_b1_7_only_what_is_read_is_asked_for(poller, telegram):
    telegram.happens(message=telegram.said("halo"))
    await first(poller)
    assert telegram.asked("getUpdates")[0]["allowed_updates"] == [
        "message", "edited_message", "callback_query", "my_chat_member",
        "pre_checkout_query", "shipping_query",
    ]  # fmt: skip


async def test_b1_4_an_update_nobody_can_read_does_not_hold_up_the_others(poller, telegram):
    telegram.happens(message={"message_id": "x", "date": [], "chat": 7})
    telegram.happens(telepathy={})
    telegram.happens(message=telegram.said("halo"))
    [event], _ = await first(poller)
    assert isinstance(event, InboundMessage)


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(502, "Bad Gateway"), 20.0),
        (Fault(taken=True, cut=True), 20.0),
        (Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1}), 20.0),
        (Fault(body="<html>"), 20.0),
        (Fault(slow=8.0), 2.0),
    ],
)
async def test_what_may_pass_is_waited_out(poller, telegram, fault, seconds):
    telegram.faults.append(fault)
    telegram.happens(message=telegram.said("halo"))
    [event], _ = await first(poller)
    assert event.text == "halo"


async def test_b1_8_a_webhook_in_the_way_is_told_with_what_to_do(poller, telegram):
    telegram.webhook["url"] = "https://toko-sinar.example/webhooks/shop"
    with pytest.raises(Misconfigured, match="akrab channels setup"):
        await first(poller)


async def test_b1_8_another_poller_is_told_with_what_to_do(poller, telegram):
    telegram.polling = 1
    with pytest.raises(Misconfigured, match="another process polls") as raised:
        await first(poller)
    assert raised.value.code == "409"


async def test_b1_8_after_a_conflict_the_next_poll_waits_longer_each_time(poller, telegram):
    telegram.polling = 1
    waits = []
    for _ in range(3):
        with pytest.raises(Misconfigured):
            await first(poller)
        waits.append(poller._wait())
    assert waits == [0.01, 0.02, 0.04]


@pytest.mark.parametrize("result", ["{}", "[{}]", "[7]", "null", '[{"update_id": true}]'])
async def test_what_is_not_the_bot_api_is_told(poller, telegram, result):
    telegram.faults.append(Fault(body=f'{{"ok": true, "result": {result}}}'))
    with pytest.raises(Misconfigured, match="not the Bot API"):
        await first(poller)
