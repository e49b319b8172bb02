"""What a killed worker left in the middle is found at once, if nobody else can be at it."""

from datetime import timedelta

import pytest

from crm_store import conversations, identities, messages, workers
from crm_store.models import WorkerProcess
from crm_store.models.kinds import MessageStatus
from crm_store.session import now


@pytest.fixture
def left(session):
    """A message a worker is sending, in a conversation it has leased."""
    identity = identities.resolve(session, kind="sms", address="+6281200000001")
    talk = conversations.for_identity(session, identity, "sms")
    session.flush()
    message = messages.queue(session, talk, text="halo", author="system")
    messages.claim(session, lease=timedelta(hours=1))
    conversations.lease(session, [talk.id], "somebody", now() + timedelta(hours=1))
    return message


def status(session, message):
    session.refresh(message)
    return message.status


def gone(*names):
    return lambda name: name in names


def test_the_next_worker_ends_what_the_killed_one_began(session, left):
    workers.begin(session, "killed", gone())
    assert workers.begin(session, "next", gone("killed")) == [left.id]
    assert status(session, left) == MessageStatus.UNKNOWN
    assert conversations.get(session, left.conversation_id).lease_by is None


@pytest.mark.parametrize("others", [["alive"], ["alive", "killed"], []])
def test_while_somebody_may_be_at_it_its_lease_holds(session, left, others):
    for name in others:
        workers.begin(session, name, gone())
    assert workers.begin(session, "next", gone("killed")) is None
    assert status(session, left) == MessageStatus.SENDING


def test_one_that_ended_by_itself_left_nothing(session, left):
    workers.begin(session, "ended", gone())
    workers.end(session, "ended")
    assert workers.begin(session, "next", gone("ended")) is None


def test_one_that_is_only_silent_may_be_at_it_for_the_store_may_have_been_away(session, left):
    workers.begin(session, "elsewhere", gone())
    session.query(WorkerProcess).update({"seen_at": now() - workers.SILENT - timedelta(seconds=9)})
    assert workers.begin(session, "next", gone()) is None
    assert status(session, left) == MessageStatus.SENDING
    assert [one.name for one in session.query(WorkerProcess)] == ["next"]


def test_who_is_heard_of_is_not_silent_and_the_silent_are_forgotten(session):
    for name in ("alive", "silent"):
        workers.begin(session, name, gone())
    session.query(WorkerProcess).update({"seen_at": now() - timedelta(days=1)})
    workers.seen(session, "alive")
    assert [one.name for one in session.query(WorkerProcess)] == ["alive"]


def test_one_that_was_forgotten_while_it_slept_is_known_again(session):
    workers.seen(session, "woken")
    assert [one.name for one in session.query(WorkerProcess)] == ["woken"]
