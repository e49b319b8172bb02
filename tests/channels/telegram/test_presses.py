"""Pressed buttons acknowledged, "typing…", files fetched (B2.8, B2.9, B3.5)."""

import logging

import pytest

from channels.base import Attachment, Button, InboundMessage
from channels.errors import MediaError, Misconfigured, RateLimited, Unreachable
from tests.peers.telegram_server import ANA, Fault

pytestmark = pytest.mark.anyio

PHOTO = Attachment("AgAC-1", "image/jpeg", "foto.jpg")


@pytest.fixture
async def pressed(shop, telegram, to_ana, recorded, webhook):
    """Ana pressed a button on a message that we sent."""
    receipt = await shop.send(to_ana("Ya?", buttons=(Button("Ya", "/affirm"),)))
    update = recorded("callback")
    message_id = int(receipt.provider_id.partition(":")[2])
    update["callback_query"]["message"]["message_id"] = message_id
    telegram.queries.add(update["callback_query"]["id"])
    [event] = shop.parse(webhook(update))
    assert isinstance(event, InboundMessage)
    return event


async def test_b2_9_a_press_is_answered_and_its_buttons_go(shop, telegram, pressed):
    await shop.acknowledge(pressed)
    assert telegram.queries == set()
    assert "reply_markup" not in telegram.messages[0]


async def test_b3_5_a_message_that_is_not_modified_is_a_success(shop, telegram, pressed, caplog):
    telegram.messages[0].pop("reply_markup")
    with caplog.at_level(logging.WARNING):
        await shop.acknowledge(pressed)
    assert caplog.text == ""


async def test_buttons_may_stay(new_channel, telegram, pressed):
    shop = new_channel(api_url=telegram.url, retire_buttons=False)
    await shop.acknowledge(pressed)
    await shop.close()
    assert "reply_markup" in telegram.messages[0]


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(), 20.0),
        (Fault(500), 20.0),
        (Fault(taken=True, cut=True), 20.0),
        (Fault(429), 20.0),
        (Fault(slow=6.0), 2.0),
    ],
)
async def test_b1_3_b2_9_a_late_or_failed_answer_is_only_logged(
    shop, telegram, pressed, fault, seconds, caplog
):
    telegram.queries.clear()
    if fault != Fault():
        telegram.faults.append(fault)
    await shop.acknowledge(pressed)
    assert "could not answer" in caplog.text


async def test_other_messages_need_no_acknowledgement(shop, telegram, recorded, webhook):
    [message] = shop.parse(webhook(recorded("text")))
    await shop.acknowledge(message)
    assert telegram.calls == []


@pytest.mark.parametrize("to", [str(ANA), f"{ANA}:101", f"{ANA}:101:1790000060"])
async def test_typing_is_shown_by_address_or_by_message(shop, telegram, to):
    await shop.typing(to)
    assert telegram.asked("sendChatAction") == [{"chat_id": ANA, "action": "typing"}]


async def test_typing_never_fails(shop, telegram):
    telegram.blocked.add(ANA)
    for to in (str(ANA), "cb:4382", "", "-"):
        await shop.typing(to)


async def test_b2_8_a_file_is_fetched_by_its_id(shop, telegram):
    telegram.files["AgAC-1"] = ("photos/file_0.jpg", b"jpeg", 4)
    media = await shop.download(PHOTO)
    assert (media.content, media.content_type, media.filename) == (
        b"jpeg", "image/jpeg", "foto.jpg",
    )  # fmt: skip


@pytest.mark.parametrize("size", [20_000_001, 4_000])
async def test_b2_8_a_file_over_the_limit_is_not_fetched(new_channel, telegram, size):
    telegram.files["AgAC-1"] = ("photos/file_0.jpg", b"jpeg", size)
    shop = new_channel(api_url=telegram.url, file_bytes=3_000)
    with pytest.raises(MediaError):
        await shop.download(PHOTO)
    await shop.close()


async def test_b2_8_a_file_larger_than_it_said_is_cut_off(new_channel, telegram):
    telegram.files["AgAC-1"] = ("photos/file_0.jpg", b"j" * 4_000, 10)
    shop = new_channel(api_url=telegram.url, file_bytes=3_000)
    with pytest.raises(MediaError):
        await shop.download(PHOTO)
    await shop.close()


async def test_b2_8_a_size_told_beforehand_saves_the_question(shop, telegram):
    with pytest.raises(MediaError):
        await shop.download(Attachment("AgAC-1", "video/mp4", size=20_000_001))
    assert telegram.calls == []


async def test_b2_8_a_file_that_is_gone_is_said_to_be(shop, telegram):
    with pytest.raises(MediaError):
        await shop.download(PHOTO)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault(401, "Unauthorized"), Misconfigured),
        (Fault(429, "Too Many Requests: retry after 3", {"retry_after": 3}), RateLimited),
        (Fault(502, "Bad Gateway"), Unreachable),
        (Fault(502, "Bad Gateway", method="file"), Unreachable),
        (Fault(404, "Not Found", method="file"), MediaError),
    ],
)
async def test_b2_8_what_goes_wrong_with_a_file_is_told_apart(shop, telegram, fault, kind):
    telegram.files["AgAC-1"] = ("photos/file_0.jpg", b"jpeg", 4)
    telegram.faults.append(fault)
    with pytest.raises(kind):
        await shop.download(PHOTO)
