"""Turns that would otherwise never come to an end: each is answered, or a person hears of it."""

import asyncio
import threading
from contextlib import suppress
from datetime import timedelta

import pytest

from bot.turns import remote
from bot.worker import Worker
from crm_store import conversations, messages
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import now
from nlu.types import Intent, Reply, TurnResult, Understanding


def settle(app):
    async def run():
        await Worker(app).idle()

    asyncio.run(asyncio.wait_for(run(), 30))


def sent(app):
    return [message.text for message in app.channels["wa"].sent]


def owner(app):
    with app.db.reading() as session:
        return conversations.get(session, 1).owner


def leased(app):
    (one,) = app.work.submit(remote._lease, remote.Room(app, 1)).result()
    return one


def store(app, answered):
    app.work.submit(remote._store, answered).result()


def end_lease(app):
    with app.db.transaction() as session:
        conversations.get(session, 1).lease_until = now() - timedelta(seconds=1)


def test_an_answer_that_cannot_be_stored_leads_to_a_person(app, write, engine):
    understood = Understanding("halo", Intent("greet", 0.9))
    engine.reply = lambda turn, run: TurnResult((Reply("hi"),), {"x": object()}, understood)
    message = write("halo")
    settle(app)
    assert owner(app) == Owner.QUEUE
    assert len(sent(app)) == 1
    with app.db.reading() as session:
        assert messages.get(session, message).status == MessageStatus.FAILED


@pytest.mark.parametrize("state", ["no JSON", "[1]", "7"])
def test_a_dialogue_state_that_cannot_be_read_leads_to_a_person(app, write, state):
    write("halo")
    with app.db.transaction() as session:
        conversations.get(session, 1).dialogue_state = state
    settle(app)
    assert owner(app) == Owner.QUEUE
    assert len(sent(app)) == 1


def test_an_answer_after_its_lease_is_not_given_to_a_later_message(app, write):
    write("satu")
    first = leased(app)
    late = remote._ask(app, first)
    end_lease(app)
    store(app, remote._ask(app, leased(app)))
    second = write("dua")
    under_way = remote._ask(app, leased(app))
    store(app, late)
    with app.db.reading() as session:
        assert messages.get(session, second).status == MessageStatus.RECEIVED
    store(app, under_way)
    settle(app)
    assert sent(app) == ["echo: satu", "echo: dua"]


def test_a_turn_that_is_broken_off_at_the_end_of_the_program_leaves_no_lease(app, write):
    write("halo")
    began = leased(app)

    async def work():
        turn = asyncio.create_task(remote._turn(app, began))
        await asyncio.sleep(0)
        turn.cancel()
        with suppress(asyncio.CancelledError):
            await turn

    asyncio.run(work())
    settle(app)
    assert sent(app) == ["echo: halo"]


def test_what_a_turn_leaves_that_ends_while_others_are_looked_at_is_done(app, write, engine):
    engine.reply = broken = Broken()
    message = write("halo")

    async def run():
        worker = Worker(app)
        look = worker._send

        async def end_a_turn_meanwhile():
            broken.looked.set()
            await app.thinking.one_done()
            return await look()

        worker._send = end_a_turn_meanwhile
        await asyncio.wait_for(worker.idle(), 30)

    asyncio.run(run())
    with app.db.reading() as session:
        assert messages.get(session, message).status == MessageStatus.HANDLED


class Broken:
    """Fails once the test has looked elsewhere, then answers."""

    def __init__(self):
        self.looked = threading.Event()
        self.asked = 0

    def __call__(self, turn, run):
        self.asked += 1
        if self.asked == 1:
            self.looked.wait(20)
            raise RuntimeError("not now")
        return TurnResult((Reply("hi"),), {}, Understanding("halo", Intent("greet", 0.9)))
