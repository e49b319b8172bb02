"""E4: Rasa predicts one after another; whoever waits for it waits alone."""

import asyncio
import threading
import time
from contextlib import asynccontextmanager

import pytest

from bot import takeover
from bot.worker import Worker
from crm_store import conversations, messages, staff

BUDI = "+6281200000002"


@pytest.fixture
def stuck(engine):
    """The engine thinks about "lama" until this is set; about all else it answers at once."""
    released = threading.Event()

    def think(turn, run):
        if turn.text == "lama":
            released.wait(30)
        return f"echo: {turn.text}"

    engine.think = think
    yield released
    released.set()


@asynccontextmanager
async def at_work(app):
    worker = Worker(app)
    running = asyncio.create_task(worker.run())
    yield
    worker.stop()
    await running


def settle(app):
    async def work():
        await Worker(app).idle()

    asyncio.run(work())


async def until(condition, seconds=10.0):
    end = time.monotonic() + seconds
    while not condition() and time.monotonic() < end:
        await asyncio.sleep(0.02)
    assert condition()


def sent(app):
    return [(message.to, message.text) for message in app.channels["wa"].sent]


@pytest.mark.parametrize("slow_ones", [1, 12])
def test_e4_2_a_slow_turn_delays_no_other_customer(app, write, stuck, slow_ones):
    async def work():
        for number in range(slow_ones):
            await asyncio.to_thread(write, "lama", f"+62812000001{number:02}")
        async with at_work(app):
            await until(lambda: app.thinking.room <= 32 - slow_ones)
            await asyncio.to_thread(write, "halo", BUDI)
            app.wake.turns()
            await until(lambda: (BUDI, "echo: halo") in sent(app))
            assert len(sent(app)) == 1
            stuck.set()
            await until(lambda: len(sent(app)) == 1 + slow_ones)

    asyncio.run(work())


def test_e4_2_a_slow_turn_delays_no_staff_reply(app, write, stuck):
    def step_in():
        with app.db.transaction() as session:
            rani = staff.add(session, email="rani@sinar.example", name="Rani", password_hash="-")
            talk = conversations.get(session, 1)
            takeover.take(session, talk, rani)
            takeover.reply(session, talk, rani, "saya bantu ya")

    async def work():
        await asyncio.to_thread(write, "lama")
        async with at_work(app):
            await until(lambda: app.thinking.room < 32)
            await asyncio.to_thread(step_in)
            app.wake.sends()
            await until(lambda: [text for _, text in sent(app)] == ["saya bantu ya"])
            stuck.set()

    asyncio.run(work())
    assert [text for _, text in sent(app)] == ["saya bantu ya"]


def test_e4_1_the_messages_of_one_conversation_are_asked_one_after_another(app, write, engine):
    under_way, most = [], []

    def think(turn, run):
        under_way.append(turn.text)
        most.append(len(under_way))
        time.sleep(0.02)
        under_way.remove(turn.text)

    engine.think = think
    for text in ("satu", "dua", "tiga"):
        write(text)
    settle(app)
    assert [turn.text for turn in engine.asked] == ["satu", "dua", "tiga"]
    assert max(most) == 1


def test_stopping_lets_a_turn_come_to_its_end(app, write, stuck):
    async def work():
        await asyncio.to_thread(write, "lama")
        async with at_work(app):
            await until(lambda: app.thinking.room < 32)
            asyncio.get_running_loop().call_later(0.3, stuck.set)

    asyncio.run(work())
    with app.db.reading() as session:
        assert [one.text for one in messages.thread(session, 1, 9, None)] == ["lama", "echo: lama"]
