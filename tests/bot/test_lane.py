"""Group commit: callers share a transaction, a guilty one fails alone."""

import asyncio
import threading

import pytest

from bot.lane import Lane, LaneClosedError
from crm_store.models import Customer


@pytest.fixture
def lane(db):
    lane = Lane(db)
    yield lane
    lane.close()


class Batches:
    """A handler that keeps what it was given, and can be held up."""

    def __init__(self):
        self.seen = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, session, items):
        self.gate.wait(60)
        self.seen.append(list(items))
        if "poison" in items:
            raise ValueError("poison")
        for name in items:
            session.add(Customer(name=name))
        session.flush()
        return [f"{name} was kept" for name in items]


def names(db):
    with db.reading() as session:
        found = (session.get(Customer, number) for number in range(1, 10))
        return [one.name for one in found if one]


def test_a_caller_gets_its_own_result_after_the_commit(lane, db):
    assert lane.submit(Batches(), "Ana").result(5) == "Ana was kept"
    assert names(db) == ["Ana"]


def test_what_waits_goes_into_one_transaction(lane):
    batches = Batches()
    batches.gate.clear()
    futures = [lane.submit(batches, name) for name in ("a", "b", "c", "d")]
    batches.gate.set()
    assert [future.result(5) for future in futures][-1] == "d was kept"
    assert max(len(items) for items in batches.seen) >= 3


def test_a_poisoned_item_fails_alone(lane, db):
    batches = Batches()
    batches.gate.clear()
    first = lane.submit(batches, "first")
    futures = [lane.submit(batches, name) for name in ("Ana", "poison", "Budi")]
    batches.gate.set()
    first.result(5)
    with pytest.raises(ValueError, match="poison"):
        futures[1].result(5)
    assert [futures[0].result(5), futures[2].result(5)] == ["Ana was kept", "Budi was kept"]
    assert names(db) == ["first", "Ana", "Budi"]


def test_closing_finishes_what_was_handed_in(db):
    lane = Lane(db)
    futures = [lane.submit(Batches(), str(number)) for number in range(50)]
    lane.close()
    assert all(future.done() for future in futures)


def test_a_closed_lane_takes_nothing(db):
    lane = Lane(db)
    lane.close()
    with pytest.raises(LaneClosedError):
        lane.submit(Batches(), "Ana")


def test_two_handlers_share_a_transaction(lane, db):
    one, other = Batches(), Batches()
    one.gate.clear()
    futures = [lane.submit(one, "a"), lane.submit(other, "b"), lane.submit(one, "c")]
    one.gate.set()
    assert [future.result(5) for future in futures] == [f"{name} was kept" for name in "abc"]


@pytest.mark.parametrize("error", [BaseException("panic"), SystemExit(1), StopIteration()])
def test_a_handler_that_ends_in_something_worse_than_an_error_does_not_end_the_lane(lane, error):
    def panic(session, items):
        raise error

    async def run():
        with pytest.raises(RuntimeError):
            await asyncio.wait_for(lane.do(panic, 1), 60)
        return await asyncio.wait_for(lane.do(lambda session, items: items, 2), 60)

    assert asyncio.run(run()) == 2
