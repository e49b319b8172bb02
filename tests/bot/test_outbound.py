"""Sending: outcomes recorded, retries decided, nothing sent twice, nothing lost."""

import asyncio
from datetime import timedelta

import pytest

from bot import inbound
from bot.delivery.pacing import Pace
from bot.outbound import Outbound, backoff, patience
from bot.worker import Worker
from channels.base import ChannelKind, Rates, Reachability, ReachState, Receipt
from channels.errors import (
    AddressDead,
    Blocked,
    Misconfigured,
    OptedOut,
    RateLimited,
    Refused,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)
from crm_store import consents, conversations, lookups, messages
from crm_store.models.kinds import IdentityState
from crm_store.session import now

ANA = "+6281200000001"


@pytest.fixture
def settle(app):
    def run(seconds=0.0):
        async def wait():
            worker = Worker(app)
            await worker.idle()
            await asyncio.sleep(seconds)
            await worker.idle()

        asyncio.run(wait())

    return run


@pytest.fixture
def reply_to(app, message, settle):
    """Say something as Ana and let the answer be sent; gives how the answer stands."""

    def say(text="halo"):
        asyncio.run(inbound.accept(app, [message(text)]))
        settle()
        with app.db.reading() as session:
            return messages.get(session, 2)

    return say


def queue(db, text, **fields):
    with db.transaction() as session:
        conversation = conversations.get(session, 1)
        return messages.queue(session, conversation, text=text, author="system", **fields).id


def stands(db, message_id):
    with db.reading() as session:
        return messages.get(session, message_id).status.value


@pytest.mark.parametrize(
    ("error", "status", "state"),
    [
        (Refused(code="21617"), "failed", IdentityState.OK),
        (Misconfigured(), "failed", IdentityState.OK),
        (SenderStopped(), "queued", IdentityState.OK),
        (OptedOut(code="21610"), "failed", IdentityState.OPTED_OUT),
        (AddressDead(), "failed", IdentityState.DEAD),
        (Blocked(), "failed", IdentityState.BLOCKED),
        (Unreachable(), "queued", IdentityState.OK),
        (RateLimited(retry_after=timedelta(hours=1)), "queued", IdentityState.OK),
        (UnknownOutcome(), "unknown", IdentityState.OK),
        (RuntimeError("adapter bug"), "unknown", IdentityState.OK),
    ],
)
def test_each_kind_of_error_has_its_fate(error, status, state, wa, reply_to, db):
    wa.failures.append(error)
    assert reply_to().status.value == status
    with db.reading() as session:
        assert lookups.identity_at(session, "whatsapp", ANA).state == state


@pytest.mark.parametrize("error", [AddressDead(), Blocked()])
def test_who_writes_again_is_there_again(error, wa, reply_to, db):
    wa.failures.append(error)
    reply_to()
    reply_to("saya di sini lagi")
    with db.reading() as session:
        assert lookups.identity_at(session, "whatsapp", ANA).state == IdentityState.OK


def test_who_blocks_us_while_the_answer_is_under_way_stays_blocked(app, message, settle, db):
    asyncio.run(inbound.accept(app, [message("halo")]))
    gone = Reachability("wa", ChannelKind.WHATSAPP, ANA, ReachState.BLOCKED, "e1")
    asyncio.run(inbound.accept(app, [gone]))
    settle()
    with db.reading() as session:
        assert lookups.identity_at(session, "whatsapp", ANA).state == IdentityState.BLOCKED


def test_the_providers_code_and_words_are_kept(wa, reply_to):
    wa.failures.append(Refused("text too long", code="21617"))
    message = reply_to()
    assert (message.error_code, message.error) == ("21617", "text too long")


def test_the_provider_decides_when_to_try_again(wa, reply_to):
    wa.failures.append(RateLimited(retry_after=timedelta(minutes=5)))
    wait = reply_to().not_before - now()
    assert timedelta(minutes=4) < wait < timedelta(minutes=6)


def test_a_retry_is_sent_when_its_time_has_come(wa, reply_to, settle):
    wa.failures.append(RateLimited(retry_after=timedelta(seconds=0)))
    reply_to()
    settle(0.6)
    assert [sent.text for sent in wa.sent] == ["echo: halo"]


def test_it_is_given_up_after_enough_tries(wa, reply_to, settle, db):
    wa.failures.append(Unreachable())
    reply_to()
    with db.transaction() as session:
        message = messages.get(session, 2)
        message.attempts, message.not_before = 7, now()
    wa.failures.append(Unreachable())
    settle()
    assert stands(db, 2) == "failed"


def test_a_message_too_old_is_given_up(wa, reply_to, settle, db):
    wa.failures.append(Unreachable())
    reply_to()
    with db.transaction() as session:
        message = messages.get(session, 2)
        message.created_at, message.not_before = now() - timedelta(hours=25), now()
    wa.failures.append(RateLimited())
    settle()
    assert stands(db, 2) == "failed"


def test_being_told_to_slow_down_is_no_attempt(wa, reply_to, settle, db):
    wa.failures.extend(RateLimited(retry_after=timedelta(0)) for _ in range(3))
    reply_to()
    for _ in range(3):
        settle(0.6)
    with db.reading() as session:
        assert (messages.get(session, 2).attempts, stands(db, 2)) == (1, "delivered")


@pytest.mark.parametrize("error", [RuntimeError("the database is away"), asyncio.CancelledError()])
def test_what_cannot_get_its_rate_goes_back_and_is_not_in_doubt(app, reply_to, settle, db, error):
    class Broken(Pace):
        async def _wait(self, channel, message):
            raise error

    async def run():
        outbound = Outbound(app)
        outbound._pace = Broken(app)
        queue(db, "halo lagi")
        await outbound.send_waiting()
        while not outbound.idle:
            await asyncio.sleep(0.01)

    reply_to()
    asyncio.run(run())
    with db.reading() as session:
        assert (messages.get(session, 3).attempts, stands(db, 3)) == (0, "queued")


def test_the_longer_it_lasts_the_longer_it_waits():
    def none(low, high):
        return 0.0

    asked, ages = timedelta(seconds=5), (0, 100, 3_600, 86_400)
    waits = [patience(asked, timedelta(seconds=age), none) for age in ages]
    assert waits == [5.0, 10.0, 360.0, 900.0]


def test_the_waits_double_up_to_a_quarter_of_an_hour():
    def middle(low, high):
        return (low + high) / 2

    assert [backoff(tries, middle) for tries in (1, 2, 3, 20)] == [2.0, 4.0, 8.0, 900.0]


def test_an_unknown_outcome_is_never_sent_again(wa, reply_to, settle, db):
    wa.failures.append(UnknownOutcome())
    reply_to()
    settle()
    assert (stands(db, 2), len(wa.sent)) == ("unknown", 0)


def test_bulk_needs_consent_at_the_moment_of_sending(reply_to, settle, db, wa):
    reply_to()
    dropped = queue(db, "Promo!", priority=5)
    settle()
    with db.transaction() as session:
        consents.record(session, 1, purpose="marketing", granted=True, wording="ya")
    sent = queue(db, "Promo!", priority=5)
    settle()
    assert (stands(db, dropped), stands(db, sent)) == ("dropped", "delivered")


def test_bulk_is_not_sent_to_who_opted_out_but_an_answer_is(reply_to, settle, db, converse):
    reply_to()
    with db.transaction() as session:
        consents.record(session, 1, purpose="marketing", granted=True, wording="ya")
        lookups.identity_at(session, "whatsapp", ANA).state = IdentityState.OPTED_OUT
    bulk = queue(db, "Promo!", priority=5)
    settle()
    assert stands(db, bulk) == "dropped"
    assert converse("apa kabar") == ["echo: apa kabar"]


def test_answers_go_before_bulk(app, message, db, wa, settle, reply_to):
    reply_to()
    with db.transaction() as session:
        consents.record(session, 1, purpose="marketing", granted=True, wording="ya")
    queue(db, "Promo!", priority=5)
    queue(db, "Answer", priority=0)
    settle()
    assert [sent.text for sent in wa.sent][-2:] == ["Answer", "Promo!"]


def test_a_channel_taken_out_of_the_configuration_fails_its_messages(reply_to, db, settle):
    reply_to()
    with db.transaction() as session:
        conversations.get(session, 1).channel = "gone"
    lost = queue(db, "Halo")
    settle()
    assert stands(db, lost) == "failed"


def test_what_a_dead_process_left_becomes_unknown(reply_to, db, app):
    reply_to()
    waiting = queue(db, "Halo")
    with db.transaction() as session:
        [claimed] = messages.claim(session, lease=timedelta(seconds=-1))

    async def sweep():
        await Worker(app)._sweep()

    asyncio.run(sweep())
    assert (claimed.id, stands(db, waiting)) == (waiting, "unknown")


class Knowing:
    """Makes a memory channel know what became of a message."""

    def __init__(self, channel, receipt):
        self.receipt = receipt
        channel.reconcile = self.reconcile

    async def reconcile(self, message, since):
        return self.receipt


@pytest.mark.parametrize(
    ("receipt", "status", "sent"),
    [(Receipt("p1", ("p1",)), "sent", 0), (None, "delivered", 1)],
)
def test_a_provider_that_can_tell_settles_it(receipt, status, sent, wa, reply_to, app, db, settle):
    wa.failures.append(UnknownOutcome())
    reply_to()
    Knowing(wa, receipt)

    async def sweep():
        await Worker(app)._ask()

    asyncio.run(sweep())
    settle()
    assert (stands(db, 2), len(wa.sent)) == (status, sent)


def test_a_channels_rate_holds(app, message, wa):
    wa.rates = Rates(overall=20)

    async def run():
        events = [message(str(one), sender=f"+62812{one:07}") for one in range(30)]
        await inbound.accept(app, events)
        started = asyncio.get_running_loop().time()
        await Worker(app).idle()
        return asyncio.get_running_loop().time() - started

    assert asyncio.run(run()) >= 0.45
    assert len(wa.sent) == 30


def test_stopping_finishes_what_is_under_way(app, message, wa):
    async def run():
        worker = Worker(app)
        working = asyncio.create_task(worker.run())
        await inbound.accept(app, [message("halo")])
        while not wa.sent:
            await asyncio.sleep(0.005)
        worker.stop()
        await asyncio.wait_for(working, 60)

    asyncio.run(run())
    with app.db.reading() as session:
        assert messages.get(session, 2).status.value == "delivered"


def test_an_outcome_the_store_could_not_take_is_kept_and_recorded_later(reply_to, wa, monkeypatch):
    from bot.delivery import sending

    real, failures = sending.record, iter([True])

    def record(session, batches):
        if next(failures, False):
            raise OSError("disk full")
        return real(session, batches)

    monkeypatch.setattr(sending, "record", record)
    monkeypatch.setattr("bot.outbound.AFTER_ERROR", 0.01)
    assert reply_to().status.value == "delivered"
    assert len(wa.sent) == 1
