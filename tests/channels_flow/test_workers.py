"""Several workers on one store: together they keep a channel's rate, and one of them polls."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable

import pytest
from pydantic import SecretStr

from bot import polling as bot_polling
from bot.app import App, build
from bot.polling import Polling
from bot.settings import Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, Rates, Sender
from channels.memory import Config, MemoryChannel
from crm_store import conversations, cursors, identities, lookups, messages
from crm_store.models.kinds import Author
from crm_store.session import Database
from tests.bot.conftest import ScriptedEngine

pytestmark = pytest.mark.anyio
on_postgres = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.needs_postgres)], indirect=True
)


class Slow(MemoryChannel):
    """Five messages a second; notes when each was sent, and what it was asked to poll."""

    rates = Rates(overall=5)

    def __init__(self) -> None:
        config = Config(kind=ChannelKind.SMS, secret=SecretStr("x"))
        super().__init__("sms", config, public_url="")
        self.times: list[float] = []
        self.polled: list[str | None] = []
        self.polling = 0

    async def send(self, message):
        self.times.append(time.monotonic())
        return await super().send(message)


class Polled(Slow):
    """Has one new message every tenth of a second."""

    async def poll(self, cursor):
        self.polled.append(cursor)
        self.polling += 1
        number = int(cursor or 0)
        try:
            while True:
                await asyncio.sleep(0.1)
                number += 1
                sender = Sender("+6281200000001")
                new = InboundMessage("sms", ChannelKind.SMS, str(number), sender, "halo")
                yield [new], str(number)
        finally:
            self.polling -= 1


@pytest.fixture
def start(database_url, tmp_path):
    """A program of its own on the shared store, as another process would be."""
    started: list[App] = []

    def make(channel: MemoryChannel) -> App:
        given = {
            "data": tmp_path,
            "web": {"secret_key": "x"},
            "worker": {"sweep_seconds": 0.1, "sends_at_once": 4},
        }
        db = Database.open(database_url, synchronous="off")
        settings = Settings.model_validate(given)
        app = build(settings, db=db, engine=ScriptedEngine(), channels={"sms": channel})
        started.append(app)
        return app

    yield make
    for app in started:
        app.close()


def fill_the_queue(app, people):
    with app.db.transaction() as session:
        for number in range(people):
            identity = identities.resolve(session, kind="sms", address=f"+62812000000{number:02}")
            conversation = conversations.for_identity(session, identity, "sms")
            session.flush()
            messages.queue(session, conversation, text="halo", author=Author.SYSTEM)


def waiting(app):
    with app.db.reading() as session:
        return any(lookups.message_counts(session).values())


async def eventually(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not holds():
            await asyncio.sleep(0.02)


@on_postgres
async def test_b4_1_two_workers_together_keep_the_rate(start):
    channels = [Slow(), Slow()]
    apps = [start(channel) for channel in channels]
    fill_the_queue(apps[0], 15)
    workers = [Worker(app) for app in apps]
    begun = time.monotonic()
    running = [asyncio.create_task(worker.run()) for worker in workers]
    await eventually(lambda: not waiting(apps[0]))
    for worker in workers:
        worker.stop()
    await asyncio.gather(*running)
    times = sorted(channels[0].times + channels[1].times)
    assert len(times) == 15
    assert all(channel.times for channel in channels)
    # The bucket holds one and gains five a second. Two that do not share take half as long; a
    # machine that stalls makes it longer, and lets some that waited go together.
    assert times[-1] - begun > (15 - 1) / 5 * 0.9


async def test_b1_8_of_two_workers_one_polls_and_the_other_takes_over(start, monkeypatch):
    monkeypatch.setattr(bot_polling, "RENEW_SECONDS", 0.1)
    channels = [Polled(), Polled()]
    apps = [start(channel) for channel in channels]
    pollers = [
        asyncio.create_task(Polling(app, app.channels["sms"], holder=str(n)).run(lambda: False))
        for n, app in enumerate(apps)
    ]
    await eventually(lambda: any(channel.polling for channel in channels))
    first = channels.index(next(channel for channel in channels if channel.polling))
    await asyncio.sleep(0.5)
    assert channels[1 - first].polled == []
    pollers[first].cancel()
    await eventually(lambda: channels[1 - first].polling)
    assert channels[first].polling == 0
    assert int(channels[1 - first].polled[0]) >= 1
    pollers[1 - first].cancel()
    await asyncio.gather(*pollers, return_exceptions=True)


async def test_what_was_polled_is_stored_with_its_cursor(start, monkeypatch):
    app = start(Polled())
    poller = asyncio.create_task(Polling(app, app.channels["sms"]).run(lambda: False))

    def cursor():
        with app.db.reading() as session:
            return int(cursors.get(session, "sms") or 0)

    await eventually(lambda: cursor() >= 3)
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)
    with app.db.reading() as session:
        found = lookups.conversation_at(session, "sms", "+6281200000001")
        assert len(messages.thread(session, found.id)) == cursor()


KILLED = """
import os, sys
from datetime import timedelta
from bot import polling as bot_polling, processes
from crm_store import polling
from crm_store.session import Database
with Database.open(sys.argv[1]).transaction() as session:
    assert polling.hold(session, "sms", processes.name(), timedelta(hours=1))
os.kill(os.getpid(), 9)
"""


async def test_after_a_kill_the_next_process_polls_at_once(start, database_url):
    run = [sys.executable, "-c", KILLED, database_url]
    killed = await asyncio.to_thread(subprocess.run, run, check=False)
    app = start(Polled())
    poller = asyncio.create_task(Polling(app, app.channels["sms"]).run(lambda: False))
    await eventually(lambda: app.channels["sms"].polling)
    assert killed.returncode == -9
    poller.cancel()
    await asyncio.gather(poller, return_exceptions=True)
