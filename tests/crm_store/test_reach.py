"""What is heard about an address: once, and the newest decides, whatever comes late."""

from datetime import timedelta

import pytest

from crm_store import identities, reach
from crm_store.models import ReachEvent
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import now

OK, BLOCKED = IdentityState.OK, IdentityState.BLOCKED
T = now() - timedelta(hours=1)


@pytest.fixture
def ana(session):
    return identities.resolve(session, kind="telegram", address="815000001")


def event(key, at=None, address="815000001"):
    return Event("bot", "telegram", address, key, at)


def test_a_repeat_is_nothing(session, ana):
    reach.note(session, event("kicked"), BLOCKED)
    reach.note(session, event("member"), OK)
    reach.note(session, event("kicked"), BLOCKED)
    assert ana.state == OK


def test_one_id_on_two_channels_is_two_events(session, ana):
    reach.note(session, event("1"), BLOCKED)
    reach.note(session, Event("other", "telegram", "815000001", "1"), OK)
    assert ana.state == OK


@pytest.mark.parametrize("first", ["kicked", "member"])
def test_b1_4_the_newer_state_wins_whichever_comes_first(session, ana, first):
    told = {
        "kicked": (event("kicked", T), BLOCKED),
        "member": (event("member", T + timedelta(seconds=2)), OK),
    }
    for key in sorted(told, key=lambda key: key != first):
        reach.note(session, *told[key])
    assert ana.state == OK


def test_of_two_at_the_same_second_the_later_to_arrive_wins(session, ana):
    reach.note(session, event("kicked", T), BLOCKED)
    reach.note(session, event("member", T), OK)
    assert ana.state == OK


def test_a_time_in_the_future_does_not_bar_what_comes_after(session, ana):
    reach.note(session, event("kicked", now() + timedelta(days=900)), BLOCKED)
    reach.note(session, event("member", now() + timedelta(seconds=1)), OK)
    assert ana.state == OK


def test_history_changes_nothing(session, ana):
    reach.note(session, event("kicked", now() - reach.KEPT - timedelta(days=1)), BLOCKED)
    assert (ana.state, session.query(ReachEvent).count()) == (OK, 0)


def test_somebody_unknown_is_nobody(session):
    assert reach.note(session, event("kicked", address="4711"), BLOCKED) is None


def test_events_too_old_to_be_repeated_are_forgotten(session, ana):
    reach.note(session, event("kicked"), BLOCKED)
    assert reach.forget(session) == 0
    session.query(ReachEvent).update({"created_at": now() - reach.KEPT - timedelta(hours=1)})
    assert reach.forget(session) == 1


def test_a_very_long_id_is_still_known_again(session, ana):
    for _ in range(2):
        assert reach.is_news(session, event("x" * 5_000)) is not None
    assert session.query(ReachEvent).count() == 1
