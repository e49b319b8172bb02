"""What Twilio took and a report then calls lost: sent again if that can help, a few times."""

import asyncio
from datetime import timedelta

import pytest

from bot import status
from crm_store import conversations, resending, staff, touchpoints
from crm_store.models import Message
from crm_store.models.kinds import MessageStatus, TouchKind
from crm_store.session import now
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
TEMPORARY = (30003, 30008, 30017, 30410, 63010, 63012)
THROTTLE = (30001, 63017, 63018)


@pytest.fixture
async def reply(stage):
    """The bot's answer to Ana, which Twilio took."""
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    return stage.replies()[-1].id


async def lose(stage, reply, code, word="undelivered", copies=1):
    """A report on the last attempt."""
    sid = stage.message(reply).provider_id
    await stage.twilio.report(sid, word, code=code, copies=copies)
    return sid


def change(stage, reply, **values):
    with stage.app.db.transaction() as session:
        message = session.get_one(Message, reply)
        for name, value in values.items():
            setattr(message, name, value)


async def wait_over(stage, reply):
    """The time to wait has passed."""
    change(stage, reply, not_before=now())
    stage.app.wake.sends()
    await stage.rest()


@pytest.mark.parametrize("code", TEMPORARY + THROTTLE)
async def test_a7_what_passes_is_sent_again_after_a_while(stage, reply, code):
    before = now()
    lost = await lose(stage, reply, code)
    waiting = stage.message(reply)
    assert (waiting.status, waiting.error_code) == (MessageStatus.QUEUED, str(code))
    assert waiting.not_before > before + timedelta(seconds=5)
    await wait_over(stage, reply)
    assert [sent["body"] for sent in stage.twilio.messages] == ["echo: halo"] * 2
    assert stage.message(reply).provider_id != lost


@pytest.mark.parametrize("code", [21610, 30005, 30007, 63016, 63049, 63032, 63003, 21408, 99999])
async def test_a7_what_does_not_pass_is_not_sent_again(stage, reply, code):
    await lose(stage, reply, code)
    assert stage.message(reply).status == MessageStatus.FAILED


async def test_a7_each_wait_is_longer_and_there_is_an_end(stage, reply):
    waits = []
    for _ in range(status.MOST_ATTEMPTS - 1):
        await lose(stage, reply, 30008)
        waits.append(stage.message(reply).not_before - now())
        await wait_over(stage, reply)
    await lose(stage, reply, 30008)
    assert stage.message(reply).status == MessageStatus.FAILED
    assert waits == sorted(waits)
    assert len(stage.twilio.messages) == status.MOST_ATTEMPTS


async def test_a3_4_late_reports_of_the_lost_attempt_do_not_touch_the_next(stage, reply):
    await lose(stage, reply, 30008, copies=5)
    first = stage.twilio.messages[0]["sid"]
    await wait_over(stage, reply)
    await stage.twilio.report(first, "undelivered", code=30008)
    await stage.twilio.report(first, "delivered")
    assert stage.message(reply).status == MessageStatus.SENT
    await stage.twilio.report(stage.message(reply).provider_id, "delivered")
    assert stage.message(reply).status == MessageStatus.DELIVERED


async def test_what_was_delivered_is_not_sent_again_for_a_late_failure(stage, reply):
    await stage.twilio.report(stage.message(reply).provider_id, "delivered")
    await lose(stage, reply, 30008)
    assert stage.message(reply).status == MessageStatus.DELIVERED


async def test_an_old_message_is_not_sent_again(stage, reply):
    change(stage, reply, created_at=now() - status.WORTH_SENDING)
    await lose(stage, reply, 30008)
    assert stage.message(reply).status == MessageStatus.FAILED


async def test_a_message_in_parts_is_left_to_a_person(stage, reply):
    long = stage.queue("Kulkas dua pintu hemat listrik. " * 100)
    await stage.rest()
    await lose(stage, long, 30008)
    assert stage.message(long).status == MessageStatus.FAILED


async def test_what_a_person_sent_again_is_not_sent_a_third_time(stage, reply):
    change(stage, reply, status=MessageStatus.FAILED)
    with stage.app.db.transaction() as session:
        rani = staff.add(session, email="rani@toko-sinar.example", name="Rani")
        resending.send_again(session, reply, staff_id=rani.id)
    stage.app.wake.sends()
    await stage.rest()
    await lose(stage, reply, 30008)
    assert stage.message(reply).status == MessageStatus.FAILED
    assert len(stage.twilio.messages) == 2


async def test_a_bots_answer_is_dropped_if_a_person_took_over_meanwhile(stage, reply):
    await lose(stage, reply, 30008)
    with stage.app.db.transaction() as session:
        talk = session.get_one(Message, reply).conversation_id
        conversations.get(session, talk).owner_version += 1
    await wait_over(stage, reply)
    assert stage.message(reply).status == MessageStatus.DROPPED


async def test_the_journal_has_it_once_however_often_it_was_lost(stage, reply):
    for _ in range(2):
        await lose(stage, reply, 30008)
        await wait_over(stage, reply)
    with stage.app.db.reading() as session:
        journal = touchpoints.of_customer(session, stage.message(reply).customer_id)
    assert [one.kind for one in journal].count(TouchKind.MESSAGE_OUT) == 1


async def answered_late(stage, *codes, word="undelivered"):
    """Twilio takes the answer to Ana and reports on it before it answers us; gives its id."""
    answered = asyncio.Event()
    stage.twilio.faults.append(Fault(taken=True, held=answered))
    await stage.twilio.customer_writes("halo")
    [taken] = await stage.until(lambda: stage.twilio.messages)
    for code in codes:
        await stage.twilio.report(taken["sid"], word, code=code)
    assert stage.replies()[0].status == MessageStatus.SENDING
    answered.set()
    await stage.until(lambda: stage.replies()[0].status != MessageStatus.SENDING)
    return stage.replies()[0].id


@pytest.mark.parametrize("code", TEMPORARY + THROTTLE)
async def test_a3_5_a_report_before_our_own_commit_has_it_sent_again_all_the_same(stage, code):
    before = now()
    reply = await answered_late(stage, code, code)
    waiting = stage.message(reply)
    assert (waiting.status, waiting.error_code) == (MessageStatus.QUEUED, str(code))
    assert waiting.not_before > before + timedelta(seconds=5)
    await wait_over(stage, reply)
    assert [sent["body"] for sent in stage.twilio.messages] == ["echo: halo"] * 2
    assert (stage.message(reply).status, stage.message(reply).attempts) == ("sent", 2)


@pytest.mark.parametrize("code", [21610, 30005, 30007, 63016, 21408, 99999])
async def test_a3_5_nor_does_an_early_report_send_again_what_does_not_pass(stage, code):
    reply = await answered_late(stage, code)
    failed = stage.message(reply)
    assert (failed.status, failed.error_code) == (MessageStatus.FAILED, str(code))


@pytest.mark.parametrize(("code", "state"), [(63024, "dead"), (21610, "opted_out")])
async def test_a3_5_what_an_early_report_proves_about_the_address_is_kept(stage, code, state):
    await answered_late(stage, code)
    assert stage.identity().state == state


async def test_a7_what_a_report_on_a_part_proves_about_the_address_is_kept(stage, reply):
    stage.queue("Kulkas dua pintu hemat listrik. " * 100)
    await stage.rest()
    await stage.twilio.report(stage.twilio.messages[-2]["sid"], "failed", code=63024)
    assert stage.identity().state == "dead"
