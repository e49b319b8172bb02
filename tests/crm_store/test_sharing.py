"""What several processes share: rates hold across all of them, one polls a channel."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from crm_store import polling, rates
from crm_store.rates import Limit

NOON = datetime(2026, 5, 12, 12, tzinfo=UTC)
ANA, BUDI = Limit("ana", 1.0, 1.0), Limit("budi", 1.0, 1.0)
SLOW = Limit("", 2.0, 2.0)
LEASE = timedelta(seconds=30)


def take(session, *limits, after=0.0, longest=0.0):
    at = NOON + timedelta(seconds=after)
    return rates.take(session, "bot", limits, longest=longest, at=at)


def test_a_channel_sends_no_faster_than_its_rate(session):
    assert [take(session, SLOW) for _ in range(3)] == [0.0, 0.0, 0.5]
    assert take(session, SLOW, after=0.5) == 0.0


def test_one_recipient_waits_while_another_does_not(session):
    assert [take(session, ANA), take(session, ANA), take(session, BUDI)] == [0.0, 1.0, 0.0]


def test_what_must_wait_takes_nothing(session):
    assert [take(session, SLOW, ANA), take(session, SLOW, ANA)] == [0.0, 1.0]
    assert [take(session, SLOW, BUDI), take(session, SLOW, Limit("tom", 1, 1))] == [0.0, 0.5]


def test_a_place_may_be_taken_ahead_of_time(session):
    assert [take(session, ANA, longest=2.0) for _ in range(4)] == [0.0, 1.0, 2.0, 3.0]
    assert take(session, ANA, after=2.0) == 1.0


def test_a_bucket_holds_no_more_than_its_burst(session):
    assert take(session, SLOW, after=3600) == 0.0
    assert [take(session, SLOW, after=7200) for _ in range(3)] == [0.0, 0.0, 0.5]


def test_another_channel_has_buckets_of_its_own(session):
    assert take(session, ANA) == 0.0
    assert rates.take(session, "toko", [ANA], at=NOON) == 0.0


def test_full_buckets_are_forgotten(session):
    take(session, SLOW, ANA)
    assert rates.forget(session) == 2
    rates.take(session, "bot", [Limit("ana", 0.001, 1.0)])
    assert rates.forget(session) == 0


def test_several_processes_together_keep_the_rate(real_db):
    """Four threads with connections of their own stand for four processes."""
    taken, refused = [], []

    def send(_):
        while len(taken) < 8 or not refused:
            with real_db.transaction() as session:
                waits = rates.take(session, "bot", [Limit("", 4.0, 5.0)])
            (refused if waits else taken).append(waits)
            time.sleep(0.005)

    begun = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, range(4)))
    # What the bucket held, what it gained since, and what the clocks' roundings are worth.
    assert len(taken) <= 5 + 4 * (time.monotonic() - begun) + 1


def test_two_processes_take_two_recipients_without_a_deadlock(real_db):
    def send(limits):
        for _ in range(30):
            with real_db.transaction() as session:
                rates.take(session, "bot", limits)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(send, [(SLOW, ANA), (ANA, SLOW), (BUDI, ANA), (ANA, BUDI)]))


def hold(session, holder, after=0.0):
    return polling.hold(session, "bot", holder, LEASE, at=NOON + timedelta(seconds=after))


def test_one_process_polls_and_the_other_waits(session):
    assert [hold(session, "one"), hold(session, "two")] == [True, False]


def test_a_lease_is_renewed_by_its_holder(session):
    assert [hold(session, "one"), hold(session, "one", 20)] == [True, True]
    assert [hold(session, "two", 40), hold(session, "two", 51)] == [False, True]


def test_the_lease_of_a_process_that_died_passes_on(session):
    assert [hold(session, "one"), hold(session, "two", 30)] == [True, True]
    assert not hold(session, "one", 31)


def test_a_lease_given_back_can_be_had_at_once(session):
    polling.hold(session, "bot", "one", LEASE)
    polling.release(session, "bot", "two")
    assert not polling.hold(session, "bot", "two", LEASE)
    polling.release(session, "bot", "one")
    assert polling.hold(session, "bot", "two", LEASE)


@pytest.mark.parametrize("_", range(3))
def test_of_many_processes_one_gets_the_lease(real_db, _):
    def ask(number):
        with real_db.transaction() as session:
            return polling.hold(session, "bot", str(number), LEASE)

    with ThreadPoolExecutor(6) as pool:
        assert sorted(pool.map(ask, range(6))) == [False] * 5 + [True]
