"""The connection breaks after the message was handed over: never sent twice silently."""

import json

import pytest

from crm_store.models.kinds import MessageStatus
from tests.peers import telegram_server, twilio_server

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)


async def sweep_again_and_again(stage):
    for _ in range(3):
        await stage.sweep()
        await stage.rest()


@pytest.mark.parametrize(
    "fault",
    [
        twilio_server.Fault(taken=True, cut=True),
        twilio_server.Fault(taken=True, status=500),
        twilio_server.Fault(taken=True, body="<html>"),
    ],
    ids=["cut", "500", "unreadable"],
)
async def test_a5_8_twilio_took_it_and_is_asked_about_it(stage, fault):
    stage.twilio.faults.append(fault)
    await stage.twilio.customer_writes("halo")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await sweep_again_and_again(stage)
    [reply], [sent] = stage.replies(), stage.twilio.messages
    assert (reply.status, reply.provider_id) == (MessageStatus.SENT, sent["sid"])


async def test_a5_8_what_twilio_may_still_get_is_not_sent_again_yet(stage):
    stage.twilio.faults.append(twilio_server.Fault(cut=True))
    await stage.twilio.customer_writes("halo")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await sweep_again_and_again(stage)
    assert stage.replies()[0].status == "unknown"
    assert stage.twilio.messages == []


async def test_a3_5_a_report_settles_what_was_reconciled(stage):
    stage.twilio.faults.append(twilio_server.Fault(taken=True, cut=True))
    await stage.twilio.customer_writes("halo")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await stage.twilio.report(stage.twilio.messages[0]["sid"], "delivered", "read")
    await sweep_again_and_again(stage)
    assert stage.replies()[0].status == MessageStatus.READ


async def test_b3_4_what_telegram_took_stays_unknown_where_staff_sees_it(stage):
    stage.telegram.faults.append(telegram_server.Fault(taken=True, cut=True, method="sendmessage"))
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("halo")))
    await stage.until(lambda: not any(stage._counts().values()))
    await sweep_again_and_again(stage)
    [reply] = stage.replies(TELEGRAM_ANA, "telegram")
    assert reply.status == MessageStatus.UNKNOWN
    assert "may have been sent" in reply.error
    assert len(stage.telegram.asked("sendMessage")) == len(stage.telegram.messages) == 1


async def test_an_unknown_message_does_not_hold_up_the_next(stage):
    stage.twilio.faults.append(twilio_server.Fault(taken=True, cut=True))
    await stage.twilio.customer_writes("halo")
    await stage.until(lambda: stage.replies() and stage.replies()[0].status == "unknown")
    await stage.twilio.customer_writes("masih ada?")
    await stage.rest()
    bodies = [sent["body"] for sent in stage.twilio.messages]
    assert bodies == ["echo: halo", "echo: masih ada?"]


async def test_two_messages_with_one_id_leave_the_second_unknown_and_the_rest_going(stage):
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    again = json.dumps(stage.twilio.messages[0])
    stage.twilio.faults.append(twilio_server.Fault(body=again))
    for text in ("satu", "dua"):
        stage.queue(text)
    await stage.rest()
    assert [one.status for one in stage.replies()] == ["sent", "unknown", "sent"]
    assert "another message's" in stage.replies()[1].error
