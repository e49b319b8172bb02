"""Who presses and who shares: buttons bound to their person, contacts that link customers."""

import pytest

from nlu.types import Reply, ReplyButton
from tests.channels_flow.conftest import ANA
from tests.peers import telegram_server, twilio_resources
from tests.peers.telegram_server import BUDI

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)
ASKED = Reply(
    "Jadi dihapus?", buttons=(ReplyButton("Ya", "/affirm"), ReplyButton("Tidak", "/deny"))
)


@pytest.fixture
async def asked(stage):
    """Ana was shown two buttons on Telegram; gives their message as Telegram holds it."""
    stage.engine.script["hapus"] = ASKED
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("hapus")))
    await stage.rest()
    return stage.telegram.messages[0]


async def press(stage, data, under, user=telegram_server.ANA, chat=None):
    """A press as Telegram tells of it; gives the payload the engine was told."""
    query = str(len(stage.engine.heard)) + "77"
    stage.telegram.queries.add(query)
    who = {"id": user, "is_bot": False, "first_name": "Seseorang"}
    place = {"id": chat or user, "type": "private"}
    shown = {**under, "chat": place}
    update = {"id": query, "from": who, "data": data, "message": shown}
    await stage.telegram.deliver(stage.telegram.happens(callback_query=update))
    await stage.rest()
    await stage.until(lambda: query not in stage.telegram.queries, "the press was not answered")
    return stage.engine.heard[-1].payload


async def test_b2_9_a_press_is_answered_to_telegram_and_reaches_the_engine(stage, asked):
    assert await press(stage, "/affirm", asked) == "/affirm"
    assert stage.telegram.messages[-1]["text"] == "echo: Ya"
    assert "reply_markup" not in stage.telegram.messages[0]


async def test_b2_9_a_made_up_payload_is_no_command(stage, asked):
    assert await press(stage, "/delete_my_data", asked) is None


async def test_b2_9_a_press_under_a_message_that_is_not_ours_is_no_command(stage, asked):
    theirs = {**asked, "message_id": 4711}
    assert await press(stage, "/affirm", {**theirs, "reply_markup": {}}) is None


async def test_b2_9_a_press_under_a_message_to_somebody_else_is_no_command(stage, asked):
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("hapus", BUDI)))
    await stage.rest()
    to_budi = stage.telegram.messages[-1]
    assert to_budi["chat"]["id"] == BUDI
    assert await press(stage, "/affirm", {**to_budi, "reply_markup": {}}) is None


async def test_b2_9_a_stranger_cannot_press_in_anas_chat(stage, asked):
    heard = len(stage.engine.heard)
    update = {"id": "9", "from": {"id": BUDI}, "data": "/affirm", "message": asked}
    await stage.telegram.deliver(stage.telegram.happens(callback_query=update))
    await stage.rest()
    assert len(stage.engine.heard) == heard


async def test_a1_4_a_whatsapp_press_is_bound_to_the_message_too(stage):
    stage.engine.script["hapus"] = ASKED
    await stage.twilio.customer_writes("hapus")
    await stage.rest()
    sid = stage.twilio.messages[0]["sid"]
    pressed = {"ButtonText": "Ya", "ButtonPayload": "/affirm"}
    for under, trusted in ((sid, "/affirm"), ("SM" + "7" * 32, None)):
        await stage.twilio.customer_writes("", OriginalRepliedMessageSid=under, **pressed)
        await stage.rest()
        # Without its payload it is a word like any other, and "Ya" no longer answers anything.
        assert stage.engine.heard[-1].payload == trusted


async def test_b1_3_who_tries_to_pay_is_told_at_once_that_it_cannot_be_done(stage):
    stage.telegram.queries.add("5")
    who = {"id": telegram_server.ANA, "is_bot": False, "first_name": "Ana"}
    asks = {"id": "5", "from": who, "currency": "IDR", "total_amount": 5, "invoice_payload": "x"}
    update = stage.telegram.happens(pre_checkout_query=asks)
    for _ in range(3):
        assert await stage.telegram.deliver(update) == [200]
    await stage.until(lambda: not stage.telegram.queries, "the payment was not declined")
    assert [one.status for one in stage.said(TELEGRAM_ANA, "telegram")] == ["ignored"]
    assert not stage.engine.heard


def contact(user_id, **keys):
    return {"contact": {"phone_number": "6281200000001", "first_name": "Ana", "user_id": user_id},
            **keys}  # fmt: skip


async def shares(stage, card):
    await stage.twilio.customer_writes("halo")
    message = stage.telegram.said("", **card)
    await stage.telegram.deliver(stage.telegram.happens(message=message))
    await stage.rest()
    return stage.identity(ANA), stage.identity(TELEGRAM_ANA, "telegram")


async def test_b2_2_ones_own_contact_links_telegram_to_whatsapp(stage):
    whatsapp, telegram = await shares(stage, contact(telegram_server.ANA))
    assert telegram.customer_id == whatsapp.customer_id
    assert (telegram.phone, telegram.verified_by) == (ANA, "contact_share")


@pytest.mark.parametrize(
    "card",
    [contact(BUDI), contact(None), contact(telegram_server.ANA, forward_date=1790000000)],
    ids=["another's", "nobody's", "forwarded"],
)
async def test_b2_2_other_contacts_link_nobody(stage, card):
    whatsapp, telegram = await shares(stage, card)
    assert telegram.customer_id != whatsapp.customer_id
    assert telegram.verified_by is None


async def test_whatsapp_and_sms_from_one_number_are_one_customer(stage):
    await stage.twilio.customer_writes("halo")
    await stage.twilio.customer_writes("halo", From=ANA, To=twilio_resources.NUMBER, WaId="")
    await stage.rest()
    assert stage.identity().customer_id == stage.identity(ANA, "sms").customer_id
