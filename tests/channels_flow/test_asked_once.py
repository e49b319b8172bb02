"""Several workers and one message of unknown outcome: one asks at a time, none too early."""

import asyncio
from datetime import timedelta

import pytest

from bot import inbound
from bot.app import build
from bot.delivery.reconcile import Reconciliation
from bot.settings import Settings
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, Sender
from crm_store import asking, lookups, messages
from crm_store.models import Message
from crm_store.models.kinds import MessageStatus
from crm_store.session import Database, now
from tests.bot.conftest import ScriptedEngine
from tests.channels.http.conftest import SECRET, gateway  # noqa: F401

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)
NOT_NOW = {"status": 500}


@pytest.fixture
async def two(database_url, tmp_path, gateway):  # noqa: F811
    """Two programs on one store, connected to the same other side, which tells of messages."""
    look_up = gateway.url.replace("/send", "/sent")
    shop = {"type": "http", "url": gateway.url, "lookup_url": look_up, "secret": SECRET}
    given = {"data": tmp_path, "web": {"secret_key": "x"}, "channels": {"shop": shop}}
    apps = []
    for _ in range(2):
        db = Database.open(database_url, synchronous="off")
        apps.append(build(Settings.model_validate(given), db=db, engine=ScriptedEngine()))
    yield apps
    for app in apps:
        await app.channels["shop"].close()
        app.close()


@pytest.fixture
async def unknown(two, gateway):  # noqa: F811
    """The answer to Ana; the connection broke, and nobody knows whether the other side has it."""
    gateway.answers.append({"cut": True})
    said = InboundMessage("shop", ChannelKind.HTTP, "m1", Sender("ana"), "halo")
    await inbound.accept(two[0], [said])
    await Worker(two[0]).idle()
    answer = thread(two)[-1]
    assert answer.status == MessageStatus.UNKNOWN
    return answer.id


def thread(two):
    with two[0].db.reading() as session:
        return messages.thread(session, lookups.conversation_at(session, "http", "ana").id)


def change(two, message_id, **values):
    with two[0].db.transaction() as session:
        for name, value in values.items():
            setattr(session.get_one(Message, message_id), name, value)


async def until(holds):
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


async def test_while_one_worker_asks_no_other_does(two, unknown, gateway):  # noqa: F811
    answer = asyncio.Event()
    gateway.lookups.append({**NOT_NOW, "held": answer})
    first = asyncio.create_task(Reconciliation(two[0]).ask())
    await until(lambda: gateway.asked)
    assert await Reconciliation(two[1]).ask() == 0
    answer.set()
    await first
    assert len(gateway.asked) == 1


async def test_they_wait_together_before_it_is_asked_about_again(two, unknown, gateway):  # noqa: F811
    change(two, unknown, unknown_since=now() - HOUR)
    gateway.lookups.extend([NOT_NOW] * 4)
    for app in (*two, *two):
        await Reconciliation(app).ask()
    assert len(gateway.asked) == 1


async def test_what_one_that_died_had_begun_to_ask_another_asks(two, unknown, gateway):  # noqa: F811
    with two[0].db.transaction() as session:
        assert asking.begin(session, unknown, at=now() - asking.LEASE) is not None
    await Reconciliation(two[1]).ask()
    assert len(gateway.asked) == 1


async def test_a_lease_of_before_the_clock_was_put_back_holds_nobody_up(two, unknown, gateway):  # noqa: F811
    change(two, unknown, lease_until=now() + timedelta(days=1))
    await Reconciliation(two[0]).ask()
    assert len(gateway.asked) == 1


async def test_what_had_waited_long_before_it_was_tried_may_still_be_under_way(
    two,
    unknown,
    gateway,  # noqa: F811
):
    change(two, unknown, created_at=now() - HOUR, not_before=now() - HOUR)
    for app in two:
        await Reconciliation(app).ask()
    assert thread(two)[-1].status == MessageStatus.UNKNOWN
    change(two, unknown, unknown_since=now() - HOUR, lease_until=None)
    assert await Reconciliation(two[1]).ask() == 1
    await Worker(two[0]).idle()
    assert thread(two)[-1].status == MessageStatus.SENT
    assert len(gateway.requests) == 2
