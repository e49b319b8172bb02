"""Actions run for an engine elsewhere: found again, asked once, forgotten in time."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from crm_store import action_runs, conversations, identities, messages
from crm_store.messages import Inbound
from crm_store.models import ActionRun
from crm_store.session import now


@pytest.fixture
def message_id(session):
    ana = identities.resolve(session, kind="whatsapp", address="+6281200000001", name="Ana")
    talk = conversations.for_identity(session, ana, "wa")
    session.flush()
    return messages.record_inbound(session, talk, Inbound("m1", "halo")).id


def record(session, message_id, call="c1", requests=()):
    action_runs.record(
        session, message_id, call, action="action_x", answer={"status": 200}, requests=requests
    )


def test_the_same_call_finds_its_answer(session, message_id):
    record(session, message_id)
    assert action_runs.find(session, message_id, "c1") == {"status": 200}
    assert action_runs.find(session, message_id, "c2") is None


def test_requests_are_given_once_and_in_order(session, message_id):
    record(session, message_id, "c1", [{"kind": "person"}])
    record(session, message_id, "c2", [{"kind": "contact"}])
    kinds = [one["kind"] for one in action_runs.take_requests(session, message_id)]
    assert (kinds, action_runs.take_requests(session, message_id)) == (["person", "contact"], [])


def test_only_old_runs_are_forgotten(session, message_id):
    record(session, message_id, "old")
    session.execute(update(ActionRun).values(created_at=now() - timedelta(days=3)))
    record(session, message_id, "new")
    action_runs.forget(session)
    assert action_runs.find(session, message_id, "old") is None
    assert action_runs.find(session, message_id, "new") is not None
