"""What keeps going for months: no wake-up lost, nothing sent twice, no end that never comes."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot import polling as polling_module
from bot.delivery import sending
from bot.delivery.reconcile import AT_ONCE, Reconciliation
from bot.outbound import Outbound
from bot.polling import Polling
from bot.worker import EndedError, Worker
from channels.errors import Unreachable
from crm_store import conversations, identities, lookups, messages
from crm_store.models.kinds import MessageStatus
from crm_store.session import now


@pytest.fixture
def queue(app):
    """Queue a message to each of so many people; gives the ids."""

    def put(people, kind="sms", **values):
        ids = []
        with app.db.transaction() as session:
            for number in range(people):
                address = f"+6281200{number:06}"
                identity = identities.resolve(session, kind=kind, address=address)
                talk = conversations.for_identity(session, identity, kind)
                session.flush()
                one = messages.queue(session, talk, text="halo", author="system")
                for name, value in values.items():
                    setattr(one, name, value)
                ids.append(one.id)
        return ids

    return put


def patient(app):
    """The program with a sweep that never comes: what is not woken stands still."""
    worker = app.settings.worker.model_copy(update={"sweep_seconds": 3600.0})
    return replace(app, settings=app.settings.model_copy(update={"worker": worker}))


def status(app, message_id):
    with app.db.reading() as session:
        return messages.get(session, message_id).status


async def until(holds):
    async with asyncio.timeout(60):
        while not holds():
            await asyncio.sleep(0.01)


def at_rest(app):
    with app.db.reading() as session:
        return not any(lookups.message_counts(session).values())


def test_when_all_sends_end_in_one_moment_the_next_are_begun(app, queue, monkeypatch):
    """Room was counted before they had left, and nobody looked again until the sweep."""
    queue(2 * app.settings.worker.sends_at_once)
    channel, begun = app.channels["sms"], []
    send = channel.send

    async def together(message):
        begun.append(message)
        if len(begun) == app.settings.worker.sends_at_once:
            gate.set()
        await gate.wait()
        return await send(message)

    async def run():
        nonlocal gate
        gate = asyncio.Event()
        worker = Worker(patient(app))
        working = asyncio.create_task(worker.run())
        await until(lambda: at_rest(app))
        worker.stop()
        await working

    gate = None
    monkeypatch.setattr(channel, "send", together)
    asyncio.run(run())
    assert len(channel.sent) == len(begun) == 2 * app.settings.worker.sends_at_once


class Cannot:
    """A provider that never can tell what became of a message."""

    def __init__(self, channel, knows=()):
        self.asked, self.knows = [], knows
        channel.reconcile = self.reconcile

    async def reconcile(self, message, since):
        self.asked.append(int(message.id))
        if int(message.id) in self.knows:
            return None
        raise Unreachable("cannot tell")


def test_what_no_provider_can_tell_stands_in_nobodys_way(app, queue):
    ids = queue(AT_ONCE + 1, status=MessageStatus.UNKNOWN)
    Cannot(app.channels["sms"], knows=ids[-1:])

    async def run():
        reconciliation = Reconciliation(app)
        return [await reconciliation.ask() for _ in range(2)]

    assert asyncio.run(run()) == [0, 1]
    assert status(app, ids[-1]) == MessageStatus.QUEUED


def test_unknown_messages_of_channels_that_cannot_tell_stand_in_nobodys_way(app, queue):
    queue(AT_ONCE, "whatsapp", status=MessageStatus.UNKNOWN, channel="wa")
    [last] = queue(1, status=MessageStatus.UNKNOWN)
    Cannot(app.channels["sms"], knows=[last])
    assert asyncio.run(Reconciliation(app).ask()) == 1


def test_one_is_asked_about_more_and_more_rarely(app, queue):
    hour = timedelta(hours=1)
    queue(1, status=MessageStatus.UNKNOWN, created_at=now() - hour, not_before=now() - hour)
    provider, clock = Cannot(app.channels["sms"]), [now()]

    async def run():
        workers = [Reconciliation(app, clock=lambda session: clock[0]) for _ in range(3)]
        for _ in range(10):
            for one in workers:
                await one.ask()
            clock[0] += timedelta(seconds=100)

    asyncio.run(run())
    assert len(provider.asked) == 3  # in a thousand seconds, after an hour, however many ask


def test_what_another_worker_found_out_late_does_not_send_it_twice(app, queue):
    """Both ask about it; one queues it again and sends it, then the other's answer comes."""
    [lost] = queue(1, status=MessageStatus.UNKNOWN, attempts=1)
    with app.db.transaction() as session:
        [seen] = messages.unknown(session)
        again = sending.Outcome(seen, sending.Verdict.RETRY, not_before=now(), error="not sent")
        sending.record(session, [[again]])
        messages.claim(session)
        sending.record(session, [[again]])
    assert status(app, lost) == MessageStatus.SENDING


def test_what_was_held_longer_than_its_lease_is_not_sent_but_given_back(app, queue):
    """The process slept, or waited for the store: another worker may have it by now."""
    [held] = queue(1)

    async def run():
        outbound = Outbound(app)
        task = outbound.next_claim()
        with app.db.transaction() as session:
            claimed = messages.claim(session)
        lease, outbound._ending = task.lease.total_seconds(), True
        outbound.start(claimed, replace(task, asked=task.asked - lease / 2 - 1))
        await until(lambda: outbound.idle)

    asyncio.run(run())
    with app.db.reading() as session:
        back = messages.get(session, held)
    assert (back.status, back.attempts) == (MessageStatus.QUEUED, 0)
    assert not app.channels["sms"].sent


def test_what_the_store_cannot_take_does_not_hold_up_the_others(app, queue, monkeypatch):
    guilty, *others = queue(3)
    record = sending.record

    def refuse(session, batches):
        if any(one.message.id == guilty for outcomes in batches for one in outcomes):
            raise AttributeError("a defect")
        return record(session, batches)

    async def run():
        outbound = Outbound(app)
        await outbound.send_waiting()
        await until(lambda: {status(app, one) for one in others} == {MessageStatus.DELIVERED})
        await outbound.drain(0.1)

    monkeypatch.setattr(sending, "record", refuse)
    monkeypatch.setattr("bot.outbound.AFTER_ERROR", 0.01)
    asyncio.run(run())
    assert status(app, guilty) == MessageStatus.SENDING


def test_a_worker_ends_although_the_store_is_away(app, queue, monkeypatch):
    queue(1)

    def away(session, batches):
        raise OSError("the store is away")

    async def run():
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        await until(lambda: app.channels["sms"].sent)
        worker.stop()
        await asyncio.wait_for(working, 60)

    monkeypatch.setattr(sending, "record", away)
    monkeypatch.setattr("bot.worker.STOP_SECONDS", 0.2)
    monkeypatch.setattr("bot.outbound.AFTER_ERROR", 0.01)
    asyncio.run(run())


def test_a_worker_ends_although_a_provider_does_not_answer(app, queue, monkeypatch):
    queue(1, status=MessageStatus.UNKNOWN)
    asked = []

    async def never(message, since):
        asked.append(message)
        await asyncio.Event().wait()

    async def run():
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        await until(lambda: asked)
        worker.stop()
        await asyncio.wait_for(working, 60)

    app.channels["sms"].reconcile = never
    asyncio.run(run())


def test_a_part_of_the_worker_that_ends_by_itself_ends_the_worker(app):
    """A stray cancellation is no Exception: the loop that it hits would end in silence."""

    async def stray():
        raise asyncio.CancelledError

    async def run():
        worker = Worker(app)
        worker._sweep = stray
        await asyncio.wait_for(worker.run(), 60)

    with pytest.raises(EndedError):
        asyncio.run(run())


def test_while_one_provider_is_slow_to_tell_the_sweep_goes_on(app, queue):
    """It also says that this worker is alive: others would take its work for lost."""
    queue(1, status=MessageStatus.UNKNOWN)
    [abandoned] = queue(1, status=MessageStatus.SENDING, lease_until=now())
    asked = asyncio.Event()

    async def never(message, since):
        asked.set()
        await asyncio.Event().wait()

    async def run():
        worker = Worker(app)
        worker._begin = worker._end
        working = asyncio.create_task(worker.run())
        await asked.wait()
        await until(lambda: status(app, abandoned) == MessageStatus.UNKNOWN)
        worker.stop()
        await working

    app.channels["sms"].reconcile = never
    asyncio.run(run())


@pytest.mark.parametrize("error", [asyncio.CancelledError(), RuntimeError("a defect")])
def test_a_poll_that_breaks_off_is_begun_again(app, monkeypatch, error):
    polled = []

    async def poll(cursor):
        polled.append(cursor)
        if len(polled) == 1:
            raise error
        await asyncio.Event().wait()
        yield [], ""

    async def run():
        polling = asyncio.create_task(Polling(app, app.channels["sms"]).run(lambda: False))
        await until(lambda: len(polled) == 2)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)

    monkeypatch.setattr(polling_module, "AFTER_ERROR", 0.01)
    app.channels["sms"].poll = poll
    asyncio.run(run())
