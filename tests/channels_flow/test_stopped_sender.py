"""An account or sender that Twilio refuses is stopped and its messages wait; an operator hears."""

from datetime import timedelta

import pytest

from bot.delivery.stopping import PAUSE
from crm_store.models import Message
from crm_store.models.kinds import MessageStatus
from crm_store.session import now
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio
DEWI = {"From": "whatsapp:+6281200000009", "WaId": "6281200000009"}
REFUSALS = [(401, 20003), (400, 21606), (400, 30002), (400, 63007), (401, None)]


@pytest.fixture
async def refused(stage, request):
    """Twilio refused the account when Ana was answered; gives the answer's id."""
    stage.twilio.faults.append(Fault(*getattr(request, "param", REFUSALS[0])))
    await stage.twilio.customer_writes("halo")
    answer = await stage.until(stage.replies)
    await stage.until(lambda: stage.message(answer[0].id).error_code)
    return answer[0].id


def calls(stage):
    """How often Twilio was asked to send something."""
    return sum(path.endswith("/Messages.json") for _, path, _ in stage.twilio.requests)


async def minute_over(stage):
    """The pause has passed."""
    stage.worker._outbound._pace._stopped._until.clear()
    with stage.app.db.transaction() as session:
        session.query(Message).filter_by(status="queued").update({"not_before": now()})
    stage.app.wake.sends()


@pytest.mark.parametrize("refused", REFUSALS, indirect=True)
async def test_a7_what_a_refused_sender_should_send_waits_and_is_no_attempt(stage, refused):
    waiting = stage.message(refused)
    assert (waiting.status, waiting.attempts) == (MessageStatus.QUEUED, 0)
    assert waiting.not_before > waiting.created_at + PAUSE / 2


async def test_a7_a_stopped_sender_is_not_tried_for_others_either(stage, refused):
    await stage.twilio.customer_writes("halo juga", **DEWI)
    reply = (await stage.until(lambda: stage.replies("+6281200000009")))[0].id
    await stage.until(lambda: stage.message(reply).error)
    assert stage.message(reply).status == MessageStatus.QUEUED
    assert calls(stage) == 1


async def test_a7_the_same_accounts_sms_goes_on(stage, refused):
    await stage.twilio.customer_writes("halo", From="+6281200000002")
    await stage.until(lambda: stage.twilio.messages)
    assert stage.twilio.messages[0]["to"] == "+6281200000002"


async def test_a7_once_an_operator_has_acted_everything_goes(stage, refused):
    await minute_over(stage)
    await stage.rest()
    assert stage.message(refused).status == MessageStatus.SENT
    assert [sent["body"] for sent in stage.twilio.messages] == ["echo: halo"]


async def test_a7_after_a_day_it_has_failed(stage, refused):
    with stage.app.db.transaction() as session:
        old = now() - timedelta(hours=stage.app.settings.worker.send_hours)
        session.get_one(Message, refused).created_at = old
    stage.twilio.faults.append(Fault(*REFUSALS[0]))
    await minute_over(stage)
    await stage.rest()
    assert stage.message(refused).status == MessageStatus.FAILED


@pytest.mark.parametrize("code", [21408, 21608, 21612, 21704])
async def test_a7_what_is_wrong_with_one_destination_stops_nobody_else(stage, code):
    stage.twilio.faults.append(Fault(400, code))
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    assert stage.replies()[0].status == MessageStatus.FAILED
    await stage.twilio.customer_writes("halo", **DEWI)
    await stage.rest()
    assert len(stage.twilio.messages) == 1
