"""What a provider refuses: opted out, blocked, outside the window, too fast."""

from datetime import timedelta

import pytest

from crm_store import consents, conversations
from crm_store.models.kinds import Author, IdentityState, MessageStatus
from crm_store.session import now
from tests.channels_flow.conftest import ANA
from tests.peers import telegram_server, twilio_server

pytestmark = pytest.mark.anyio
TELEGRAM_ANA = str(telegram_server.ANA)
BULK = {"author": Author.SYSTEM, "priority": 5, "content": {"marketing": True}}


def consent(stage, customer_id, granted=True, kind="whatsapp"):
    with stage.app.db.transaction() as session:
        consents.record(
            session, customer_id, purpose="marketing", channel=kind, granted=granted,
            wording="ya", wording_version="1", source_message_id=None, actor="customer",
        )  # fmt: skip


def allowed(stage, kind="whatsapp"):
    with stage.app.db.reading() as session:
        return consents.allowed(session, stage.identity().customer_id, "marketing", kind)


@pytest.fixture
async def ana(stage):
    """Ana has written on WhatsApp and wants offers there."""
    await stage.twilio.customer_writes("halo")
    await stage.rest()
    consent(stage, stage.identity().customer_id)
    return stage.identity()


async def test_a8_4_a_stop_that_twilio_handled_is_kept_and_not_answered(stage, ana):
    await stage.twilio.customer_writes("STOP", OptOutType="STOP")
    await stage.rest()
    assert not allowed(stage)
    assert stage.identity().state == IdentityState.OPTED_OUT
    assert [turn.text for turn in stage.engine.heard] == ["halo"]
    assert [sent["body"] for sent in stage.twilio.messages] == ["echo: halo"]
    assert stage.said()[-1].status == MessageStatus.IGNORED


async def test_a8_4_later_marketing_is_dropped_before_the_provider(stage, ana):
    await stage.twilio.customer_writes("STOP", OptOutType="STOP")
    offer = stage.queue("Promo!", **BULK)
    await stage.rest()
    assert stage.message(offer).status == MessageStatus.DROPPED
    assert "Promo!" not in [sent["body"] for sent in stage.twilio.messages]


async def test_a8_4_a_start_opens_its_own_channel_only(stage, ana):
    consent(stage, ana.customer_id, granted=False, kind="sms")
    await stage.twilio.customer_writes("STOP", OptOutType="STOP")
    await stage.twilio.customer_writes("START", OptOutType="START")
    assert allowed(stage)
    assert not allowed(stage, "sms")
    assert stage.identity().state == IdentityState.OK


async def test_a8_1_a_yes_after_stop_lifts_the_block_but_grants_nothing(stage):
    budi = {"From": "+6281200000002", "WaId": ""}
    for said in ("halo", "STOP", "YES"):
        await stage.twilio.customer_writes(said, **budi)
    await stage.rest()
    identity = stage.identity("+6281200000002", "sms")
    assert identity.state == IdentityState.OK
    with stage.app.db.reading() as session:
        assert not consents.allowed(session, identity.customer_id, "marketing", "sms")
    assert [turn.text for turn in stage.engine.heard] == ["halo", "YES"]


async def test_a7_21610_is_kept_as_opted_out(stage, ana):
    stage.twilio.opted_out.add(ANA)
    offer = stage.queue("Promo!", **BULK)
    await stage.rest()
    assert (stage.message(offer).status, stage.message(offer).error_code) == ("failed", "21610")
    assert stage.identity().state == IdentityState.OPTED_OUT


async def test_a7_63024_at_once_marks_the_address_dead(stage, ana):
    stage.twilio.faults.append(twilio_server.Fault(400, 63024))
    await stage.twilio.customer_writes("masih di sini")
    await stage.rest()
    assert stage.replies()[-1].error_code == "63024"
    assert stage.identity().state == IdentityState.DEAD


async def test_a7_63024_in_a_report_marks_the_address_dead(stage, ana):
    await stage.twilio.report(stage.twilio.messages[0]["sid"], "failed", code=63024)
    assert stage.identity().state == IdentityState.DEAD
    offer = stage.queue("Promo!", **BULK)
    await stage.rest()
    assert stage.message(offer).status == MessageStatus.DROPPED


async def test_b3_3_a_403_marks_the_address_blocked(stage):
    stage.telegram.blocked.add(telegram_server.ANA)
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("halo")))
    await stage.rest()
    assert stage.replies(TELEGRAM_ANA, "telegram")[0].status == "failed"
    assert stage.identity(TELEGRAM_ANA, "telegram").state == IdentityState.BLOCKED


@pytest.mark.parametrize(("word", "state"), [("kicked", "blocked"), ("member", "ok")])
async def test_b2_4_a_person_blocks_the_bot_and_takes_it_back(stage, word, state):
    said = stage.telegram.said("halo")
    await stage.telegram.deliver(stage.telegram.happens(message=said))
    change = {"chat": said["chat"], "from": said["from"], "date": said["date"],
              "new_chat_member": {"status": word}}  # fmt: skip
    await stage.telegram.deliver(stage.telegram.happens(my_chat_member=change))
    assert stage.identity(TELEGRAM_ANA, "telegram").state == state


async def test_a6_1_outside_the_window_a_message_fails_where_staff_sees_it(stage, ana):
    with stage.app.db.transaction() as session:
        conversation = conversations.get(session, stage.said()[0].conversation_id)
        conversation.last_inbound_at = now() - timedelta(hours=25)
    late = stage.queue("Kulkasnya sudah siap")
    await stage.rest()
    shown = next(one for one in stage.thread() if one.id == late)
    assert (shown.status, shown.error_code) == ("failed", "WindowClosed")
    assert "window" in shown.error
    assert len(stage.twilio.messages) == 1


async def test_a5_8_a_429_is_waited_out_and_the_order_kept(stage, ana):
    stage.twilio.faults.append(twilio_server.Fault(429, 20429, headers={"Retry-After": "1"}))
    for text in ("satu", "dua", "tiga"):
        stage.queue(text)
    await stage.rest()
    assert [sent["body"] for sent in stage.twilio.messages[1:]] == ["satu", "dua", "tiga"]


async def test_b3_2_retry_after_is_waited_out_and_the_order_kept(stage):
    await stage.telegram.deliver(stage.telegram.happens(message=stage.telegram.said("halo")))
    await stage.rest()
    slow = telegram_server.Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1})
    stage.telegram.faults.append(slow)
    for text in ("satu", "dua"):
        stage.queue(text, TELEGRAM_ANA, "telegram")
    await stage.rest()
    assert [sent["text"] for sent in stage.telegram.messages[1:]] == ["satu", "dua"]
    assert stage.telegram.times[1] - stage.telegram.times[0] >= 1.0
