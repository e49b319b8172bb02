"""The same event again, at once or out of order: one message, one turn, one reply."""

import asyncio
import random

import pytest

from crm_store.models import PendingStatus
from tests.peers import telegram_server, twilio_server

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)
RANKS = {"sending": 0, "sent": 1, "delivered": 2, "read": 3}


async def test_a3_3_one_twilio_webhook_five_times_at_once_is_one_turn(stage):
    sid = "SM" + "9" * 32
    same = {"MessageSid": sid, "SmsMessageSid": sid, "SmsSid": sid}
    answers = await asyncio.gather(
        *(stage.twilio.customer_writes("halo", **same) for _ in range(5))
    )
    await stage.rest()
    assert answers == [200] * 5
    assert [one.text for one in stage.said()] == ["halo"]
    assert [turn.text for turn in stage.engine.heard] == ["halo"]
    assert [sent["body"] for sent in stage.twilio.messages] == ["echo: halo"]


async def test_b1_2_one_telegram_update_five_times_at_once_is_one_turn(stage):
    update = stage.telegram.happens(message=stage.telegram.said("halo"))
    answers = await asyncio.gather(*(stage.telegram.deliver(update) for _ in range(5)))
    await stage.rest()
    assert answers == [[200]] * 5
    assert len(stage.said(TELEGRAM_ANA, "telegram")) == len(stage.engine.heard) == 1
    assert [sent["text"] for sent in stage.telegram.messages] == ["echo: halo"]


async def test_five_different_messages_at_once_are_five_turns(stage):
    said = [f"halo {number}" for number in range(5)]
    await asyncio.gather(*(stage.twilio.customer_writes(text) for text in said))
    await stage.rest()
    assert sorted(turn.text for turn in stage.engine.heard) == said
    assert sorted(sent["body"] for sent in stage.twilio.messages) == [f"echo: {t}" for t in said]


@pytest.mark.parametrize("seed", range(6))
async def test_a3_4_reports_in_any_order_only_move_a_message_forward(stage, seed):
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    sid = stage.twilio.messages[0]["sid"]
    words = ["queued", "sending", "sent", "sent", "delivered", "delivered", "read"]
    random.Random(seed).shuffle(words)
    seen = []
    for word in words:
        assert await stage.twilio.report(sid, word) == [200]
        seen.append(RANKS[stage.replies()[0].status])
    assert seen == sorted(seen)
    assert stage.replies()[0].status == "read"


async def test_a3_4_a_late_failure_takes_nothing_back_and_keeps_the_error(stage):
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    sid = stage.twilio.messages[0]["sid"]
    await stage.twilio.report(sid, "failed", code=30007)
    await stage.twilio.report(sid, "failed")
    await stage.twilio.report(sid, "sent")
    [reply] = stage.replies()
    assert (reply.status, reply.error_code) == ("failed", "30007")


async def test_a3_5_a_report_before_our_own_commit_is_matched_later(stage):
    answer = asyncio.Event()
    stage.twilio.faults.append(twilio_server.Fault(taken=True, held=answer))
    await stage.twilio.customer_writes("halo")
    [sent] = await stage.until(lambda: stage.twilio.messages)
    assert await stage.twilio.report(sent["sid"], "delivered") == [200]
    assert stage.replies()[0].status == "sending"
    with stage.app.db.reading() as session:
        assert session.query(PendingStatus).count() == 1
    answer.set()
    await stage.rest()
    assert (stage.replies()[0].status, stage.replies()[0].provider_id) == (
        "delivered",
        sent["sid"],
    )


async def test_reports_come_to_the_status_path(stage):
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    assert stage.twilio.messages[0]["status_callback"].endswith("/webhooks/toko/status")
