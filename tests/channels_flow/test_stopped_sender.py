"""An account or sender that Twilio refuses is stopped and its messages wait; an operator hears."""

import asyncio
from datetime import timedelta

import pytest

from bot import status
from bot.delivery.stopping import PAUSE
from crm_store import troubles
from crm_store.models import ChannelTrouble, Message
from crm_store.models.kinds import MessageStatus
from crm_store.session import now
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
DEWI = {"From": "whatsapp:+6281200000009", "WaId": "6281200000009"}
REFUSALS = [(401, 20003), (400, 21606), (400, 30002), (400, 63007), (401, None)]


REPORTS = [20003, 21606, 30002, 63007, 63020, 63051]
WAYS = [*REFUSALS, *(("report", code) for code in REPORTS), ("early", 63007)]
both_ways = pytest.mark.parametrize("refused", [REFUSALS[0], *WAYS[-2:]], indirect=True, ids=str)
BUDI = {"From": "+6281200000002", "WaId": ""}


@pytest.fixture
async def refused(stage, request):
    """Twilio refused the sender when Ana was answered: at once, in a report, or in one that came
    before its answer; gives the answer's id."""
    how, code = getattr(request, "param", REFUSALS[0])
    answered = asyncio.Event()
    stage.twilio.faults.append(_fault(how, code, answered))
    await stage.twilio.customer_writes("halo")
    if how in ("report", "early"):
        [taken] = await stage.until(lambda: stage.twilio.messages)
        if how == "report":
            answered.set()
            await stage.rest()
        await stage.twilio.report(taken["sid"], "failed", code=code)
        answered.set()
    [answer] = await stage.until(lambda: [one for one in stage.replies() if one.error_code])
    return answer.id


def _fault(how, code, answered):
    if how in ("report", "early"):
        return Fault(taken=True, held=answered)
    return Fault(how, code)


def calls(stage):
    """How often Twilio was asked to send something."""
    return sum(
        method == "POST" and path.endswith("/Messages.json")
        for method, path, _ in stage.twilio.requests
    )


def stopped(stage):
    """The senders staff is told of."""
    with stage.app.db.reading() as session:
        return [(one.channel, one.kind) for one in troubles.current(session)]


async def minute_over(stage):
    """The pause has passed."""
    stage.worker._outbound._pace._stopped._until.clear()
    with stage.app.db.transaction() as session:
        session.query(ChannelTrouble).update({"until": now()})
        session.query(Message).filter_by(status="queued").update({"not_before": now()})
    stage.app.wake.sends()


async def the_sms_went(stage):
    """Whatever the worker does by itself it has done before."""
    await stage.twilio.customer_writes("halo", **BUDI)
    await stage.until(lambda: stage.replies(BUDI["From"], "sms"))
    await stage.until(lambda: stage.replies(BUDI["From"], "sms")[-1].status == "sent")


@pytest.mark.parametrize("refused", WAYS, indirect=True, ids=str)
async def test_a7_what_a_refused_sender_should_send_waits_and_is_no_attempt(stage, refused):
    waiting = stage.message(refused)
    assert (waiting.status, waiting.attempts) == (MessageStatus.QUEUED, 0)
    assert waiting.not_before > waiting.created_at + PAUSE / 2
    assert stopped(stage) == [("toko", "whatsapp")]


@both_ways
async def test_a7_a_stopped_sender_is_not_tried_for_others_either(stage, refused):
    await stage.twilio.customer_writes("halo juga", **DEWI)
    [reply] = await stage.until(lambda: stage.replies("+6281200000009"))
    await the_sms_went(stage)
    assert (reply.status, reply.attempts) == (MessageStatus.QUEUED, 0)
    assert calls(stage) == 2


@both_ways
async def test_a7_the_same_accounts_sms_goes_on(stage, refused):
    await the_sms_went(stage)
    assert stage.twilio.messages[-1]["to"] == BUDI["From"]


@both_ways
async def test_a7_once_an_operator_has_acted_everything_goes(stage, refused):
    await stage.twilio.customer_writes("halo juga", **DEWI)
    await stage.until(lambda: stage.replies("+6281200000009"))
    while stopped(stage):
        await minute_over(stage)
        await stage.worker._sweep()
    await stage.rest()
    assert stage.message(refused).status == MessageStatus.SENT
    assert stage.replies("+6281200000009")[0].status == MessageStatus.SENT
    said = [sent["body"] for sent in stage.twilio.messages[-2:]]
    assert sorted(said) == ["echo: halo", "echo: halo juga"]


@both_ways
async def test_a7_after_a_minute_one_message_is_tried_and_no_more(stage, refused):
    await stage.twilio.customer_writes("halo juga", **DEWI)
    await stage.until(lambda: stage.replies("+6281200000009"))
    stage.twilio.faults.append(Fault(*REFUSALS[0]))
    before = calls(stage)
    await minute_over(stage)
    await stage.until(lambda: calls(stage) > before)
    await the_sms_went(stage)
    assert calls(stage) == before + 2
    waiting = [*stage.replies(), *stage.replies("+6281200000009")]
    assert {(one.status, one.attempts) for one in waiting} == {("queued", 0)}


@pytest.mark.parametrize("refused", WAYS[-2:], indirect=True, ids=str)
async def test_a7_what_a_reported_sender_takes_proves_nothing_while_reports_come(stage, refused):
    await minute_over(stage)
    await stage.until(lambda: stage.message(refused).status == MessageStatus.SENT)
    assert stopped(stage) == [("toko", "whatsapp")]
    await stage.twilio.report(stage.twilio.messages[-1]["sid"], "failed", code=63007)
    assert stage.message(refused).status == MessageStatus.QUEUED
    await minute_over(stage)
    await stage.until(lambda: stage.message(refused).status == MessageStatus.SENT)
    assert stopped(stage) == [("toko", "whatsapp")]
    assert stage.message(refused).attempts == 1


async def test_a7_a_try_that_fails_for_its_own_sake_is_followed_by_the_next(stage, refused):
    await stage.twilio.customer_writes("halo juga", **DEWI)
    await stage.until(lambda: stage.replies("+6281200000009"))
    stage.twilio.faults.append(Fault(400, 21617))
    await minute_over(stage)
    await stage.rest()
    assert stopped(stage) == []
    both = [*stage.replies(), *stage.replies("+6281200000009")]
    assert sorted(one.status for one in both) == ["failed", "sent"]


async def test_a_worker_that_starts_tries_at_once(stage, refused):
    stage.worker._outbound._pace._stopped._until.clear()
    with stage.app.db.transaction() as session:
        session.get_one(Message, refused).not_before = now()
    await stage.worker._begin()
    stage.app.wake.sends()
    await stage.rest()
    assert stage.message(refused).status == MessageStatus.SENT


@pytest.mark.parametrize("refused", [REFUSALS[0], ("report", 63007)], indirect=True, ids=str)
async def test_a7_after_a_day_it_has_failed(stage, refused):
    with stage.app.db.transaction() as session:
        old = now() - timedelta(hours=stage.app.settings.worker.send_hours)
        session.get_one(Message, refused).created_at = old
    stage.twilio.faults.append(Fault(*REFUSALS[0]))
    await minute_over(stage)
    await stage.rest()
    assert stage.message(refused).status == MessageStatus.FAILED


async def test_a7_nor_does_a_report_make_what_is_a_day_old_wait(stage):
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    [reply], [taken] = stage.replies(), stage.twilio.messages
    with stage.app.db.transaction() as session:
        session.get_one(Message, reply.id).created_at = now() - status.WORTH_WAITING
    await stage.twilio.report(taken["sid"], "failed", code=63007)
    assert stage.message(reply.id).status == MessageStatus.FAILED
    assert stopped(stage) == [("toko", "whatsapp")]


@pytest.mark.parametrize("code", [21408, 21608, 21612, 21704])
async def test_a7_what_is_wrong_with_one_destination_stops_nobody_else(stage, code):
    stage.twilio.faults.append(Fault(400, code))
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    assert stage.replies()[0].status == MessageStatus.FAILED
    await stage.twilio.customer_writes("halo", **DEWI)
    await stage.rest()
    assert len(stage.twilio.messages) == 1
