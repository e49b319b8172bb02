"""Staff, their sessions, failed sign-ins, and the audit trail."""

from datetime import timedelta

import pytest

from crm_store import audit, staff
from crm_store.models import StaffSession
from crm_store.session import Duplicate, now

HOUR = timedelta(hours=1)


def test_staff_are_found_by_email_in_any_case(session, rani):
    assert staff.by_email(session, " RANI@sinar.example ") is rani
    assert staff.by_email(session, "nobody@sinar.example") is None


def test_an_email_belongs_to_one_person(session, rani):
    with pytest.raises(Duplicate), session.begin_nested():
        staff.add(session, email="Rani@sinar.example", name="Another")


def test_a_token_opens_a_session_until_it_is_closed(session, rani):
    token = staff.open_session(session, rani.id)
    assert staff.by_token(session, token) is rani
    staff.close(session, token)
    assert staff.by_token(session, token) is None


def test_a_session_ends_by_itself(session, rani):
    token = staff.open_session(session, rani.id, life=HOUR)
    assert staff.by_token(session, token, at=now() + HOUR) is None


def test_only_a_hash_of_a_token_is_kept(session, rani):
    token = staff.open_session(session, rani.id)
    row = session.query(StaffSession).one()
    assert token.encode() not in row.token_hash
    assert row.csrf not in token


@pytest.mark.parametrize(
    "leave",
    [staff.deactivate, lambda session, one: staff.set_password_hash(session, one, "new")],
    ids=["deactivated", "password changed"],
)
def test_sessions_end_when_somebody_leaves_or_changes_the_password(session, rani, leave):
    token = staff.open_session(session, rani.id)
    leave(session, rani)
    assert staff.by_token(session, token) is None


def test_who_left_is_not_active(session, rani, tom):
    staff.deactivate(session, tom)
    assert staff.active(session) == [rani]


def test_five_failures_in_fifteen_minutes_are_too_many(session):
    for _ in range(5):
        assert not staff.too_many(session, "rani")
        staff.record_attempt(session, "rani", ok=False)
    assert staff.too_many(session, "rani")
    assert not staff.too_many(session, "tom")
    assert not staff.too_many(session, "rani", at=now() + timedelta(minutes=16))


def test_a_success_forgives_the_failures_before(session):
    for _ in range(5):
        staff.record_attempt(session, "rani", ok=False)
    staff.record_attempt(session, "rani", ok=True)
    assert not staff.too_many(session, "rani")


def test_the_audit_trail_tells_who_did_what(session):
    audit.add(session, "staff:1", "viewed", "customer", 7, {"page": "profile"})
    audit.add(session, "staff:2", "changed", "customer", 7)
    entries = audit.of_subject(session, "customer", 7)
    assert [(one.actor, one.action) for one in entries] == [
        ("staff:2", "changed"),
        ("staff:1", "viewed"),
    ]
    assert entries[1].detail == {"page": "profile"}
