"""What customers write while nobody answers Twilio's webhook is answered later, once."""

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from sqlalchemy.exc import OperationalError

from bot import metrics
from channels.twilio import missed
from crm_store import lookups
from tests.channels_flow.conftest import ANA

pytestmark = pytest.mark.anyio


class Looks:
    """Lets the worker look through Twilio's list when a test says so."""

    def __init__(self):
        self.asked, self.done = asyncio.Event(), asyncio.Event()

    async def pause(self, _missed=None):
        self.done.set()
        await self.asked.wait()
        self.asked.clear()

    async def now(self):
        await self.done.wait()  # the first look, at the worker's start
        self.done.clear()
        self.asked.set()
        await self.done.wait()


@pytest.fixture
async def looks(monkeypatch):
    looks = Looks()
    monkeypatch.setattr(missed, "SETTLED", timedelta(seconds=-5))
    monkeypatch.setattr(missed, "OVERLAP", timedelta(days=6))  # as after days of silence
    monkeypatch.setattr(missed.Missed, "_pause", looks.pause)
    return looks


@pytest.fixture
async def stage(looks, stage):
    """The program, once its worker has looked for the first time."""
    await looks.done.wait()
    return stage


def written(stage, age):
    """Let the last message have been written so long ago."""
    at = datetime.now(UTC).replace(microsecond=0) - age
    stage.twilio.received[-1] |= dict.fromkeys(("date_sent", "date_created"), format_datetime(at))
    return at


def heard_at(stage):
    with stage.app.db.reading() as session:
        return lookups.conversation_at(session, "whatsapp", ANA).last_inbound_at


async def test_a_message_whose_webhook_failed_is_answered_once(stage, looks):
    stage.twilio.away = True
    assert await stage.twilio.customer_writes("kulkas saya rusak") == 502
    stage.twilio.away = False
    await looks.now()
    await stage.until(stage.replies)
    await looks.now()
    await stage.rest()
    assert [one.text for one in stage.said()] == ["kulkas saya rusak"]
    assert len(stage.replies()) == len(stage.twilio.messages) == 1


async def test_a_message_that_came_by_itself_is_not_found_again(stage, looks):
    repeated = metrics.INBOUND.labels("toko", "repeated")
    before = repeated._value.get()
    assert await stage.twilio.customer_writes("halo") == 200
    await looks.now()
    await stage.rest()
    assert (len(stage.said()), len(stage.replies())) == (1, 1)
    assert repeated._value.get() == before, "somebody would look for webhooks that come twice"


async def test_its_webhook_coming_after_all_changes_nothing(stage, looks):
    stage.twilio.away = True
    await stage.twilio.customer_writes("halo", MessageSid="SM" + "7" * 32)
    stage.twilio.away = False
    await looks.now()
    assert await stage.twilio.customer_writes("halo", MessageSid="SM" + "7" * 32) == 200
    await stage.rest()
    assert (len(stage.said()), len(stage.replies())) == (1, 1)


async def test_what_the_store_could_not_take_is_found_when_it_can(stage, looks, monkeypatch):
    async def fails(*_):
        raise OperationalError("INSERT", {}, OSError("the disk is full"))

    with monkeypatch.context() as broken:
        broken.setattr(stage.app.inbound, "do", fails)
        assert await stage.twilio.customer_writes("halo") >= 500
    await looks.now()
    await stage.until(stage.replies)


async def test_the_window_begins_when_it_was_written(stage, looks):
    stage.twilio.away = True
    await stage.twilio.customer_writes("tadi malam")
    at = written(stage, timedelta(hours=20))
    await looks.now()
    await stage.until(stage.replies)
    assert heard_at(stage) == at


async def test_an_older_message_does_not_close_the_window_again(stage, looks):
    await stage.twilio.customer_writes("sekarang")
    await stage.until(stage.replies)
    before = heard_at(stage)
    stage.twilio.away = True
    await stage.twilio.customer_writes("kemarin dulu")
    written(stage, timedelta(hours=30))
    await looks.now()
    assert heard_at(stage) == before


async def test_after_a_day_it_is_on_record_but_no_free_text_goes_out(stage, looks):
    stage.twilio.away = True
    await stage.twilio.customer_writes("dua hari lalu")
    written(stage, timedelta(days=2))
    await looks.now()
    await stage.rest()
    assert [one.text for one in stage.said()] == ["dua hari lalu"]
    assert [one.status for one in stage.replies()] == ["failed"]
    assert stage.twilio.messages == []
