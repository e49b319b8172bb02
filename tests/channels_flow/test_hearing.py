"""A mailbox or a bot that cannot be fetched from is told to staff until it can."""

import asyncio
from datetime import timedelta

import pytest

from bot import hearing
from bot import polling as bot_polling
from bot.app import build
from bot.polling import Polling
from bot.settings import Settings
from channels.base import ChannelKind
from channels.email import poller
from channels.telegram import polling as telegram_polling
from crm_store import troubles
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine
from tests.channels.email.conftest import imap, make  # noqa: F401
from tests.channels.telegram.conftest import make as make_bot
from tests.channels.telegram.conftest import telegram  # noqa: F401

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """What lasts is told at once; what fails is tried again at once."""
    monkeypatch.setattr(hearing, "LASTING", timedelta(0))
    monkeypatch.setattr(bot_polling, "RENEW_SECONDS", 0.02)
    monkeypatch.setattr(bot_polling, "LONGEST_WAIT", 0.02)
    monkeypatch.setattr(poller, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(telegram_polling, "LONGEST_WAIT", 0.02)


@pytest.fixture
async def told(tmp_path, empty_store):
    """Poll a channel, with a program around it; gives what staff is told now."""
    running = []
    path = tmp_path / "akrab.db"
    path.write_bytes(empty_store.read_bytes())
    db = Database.open(f"sqlite:///{path}", synchronous="off")
    settings = Settings.model_validate({"data": tmp_path, "web": {"secret_key": "x"}})
    app = build(settings, db=db, engine=ScriptedEngine(), channels={})

    def poll(channel):
        app.channels[channel.name] = channel
        running.append(asyncio.create_task(Polling(app, channel).run(lambda: False)))
        return lambda: _told(app)

    yield poll
    for one in running:
        one.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for channel in app.channels.values():
        await channel.close()
    app.close()


def _told(app):
    with app.db.reading() as session:
        return [(one.kind, one.way.value, one.said) for one in troubles.current(session)]


async def until(holds):
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)
    return holds()


async def test_a_mailbox_whose_folder_is_gone_is_told_until_it_is_back(imap, told):  # noqa: F811
    keys = {"host": "127.0.0.1", "port": imap.port, "tls": "none", "username": "sari"}
    box = {**keys, "password": "right", "folder": "Halo", "poll_seconds": 0.05}
    now = told(make(imap=box))
    [(kind, way, said)] = await until(now)
    assert (kind, way) == ("email", "receive")
    assert "no folder 'Halo'" in said
    await imap.append(b"From: ana@pelanggan.example\r\n\r\nhalo", "Halo")
    await until(lambda: not now())


async def test_a_mailbox_that_refuses_the_password_is_told(imap, told):  # noqa: F811
    keys = {"host": "127.0.0.1", "port": imap.port, "tls": "none", "username": "sari"}
    now = told(make(imap={**keys, "password": "wrong"}))
    [(_, _, said)] = await until(now)
    assert "imap" in said.lower()


async def test_b3_3_a_bot_whose_token_was_taken_back_is_told_until_it_is_mended(telegram, told):  # noqa: F811
    good, telegram.token = telegram.token, "another"
    keys = {"poll_seconds": 1, "timeout_seconds": 20.0}
    now = told(make_bot(mode="polling", api_url=telegram.url, **keys))
    [(kind, way, said)] = await until(now)
    assert (kind, way) == ("telegram", "receive")
    assert "token" in said
    telegram.token = good
    await until(lambda: not now())


async def test_b1_8_so_is_a_webhook_in_the_way(telegram, told):  # noqa: F811
    telegram.webhook["url"] = "https://toko-sinar.example/webhooks/shop"
    now = told(make_bot(mode="polling", api_url=telegram.url, timeout_seconds=20.0))
    [(_, _, said)] = await until(now)
    assert "akrab channels setup" in said


class Deaf:
    """A channel that cannot be fetched from for as long as it says so."""

    name, kinds = "shop", (ChannelKind.EMAIL,)
    trouble: str | None = "imap cannot be reached"


def test_what_lasts_a_moment_is_no_news(monkeypatch):
    monkeypatch.setattr(hearing, "LASTING", timedelta(hours=1))
    assert hearing.Hearing(Deaf())._lasting() is None


def test_what_an_earlier_process_knew_stands_until_more_is_known(real_db, monkeypatch):
    with real_db.transaction() as session:
        hearing.Hearing(Deaf()).keep(session)
        [known] = troubles.current(session)
    began, fine = known.since, Deaf()
    fine.trouble = None
    with real_db.transaction() as session:
        hearing.Hearing(Deaf()).keep(session)
        monkeypatch.setattr(hearing, "LASTING", timedelta(hours=1))
        hearing.Hearing(fine).keep(session)
        assert [one.since for one in troubles.current(session)] == [began]
        monkeypatch.setattr(hearing, "LASTING", timedelta(0))
        hearing.Hearing(fine).keep(session)
        assert troubles.current(session) == []
