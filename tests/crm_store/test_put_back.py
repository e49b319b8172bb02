"""A clock that is put back (NTP, a wrong time zone) makes nothing wait that long."""

from datetime import timedelta

import pytest

from crm_store import messages, polling, put_back, rates
from crm_store.models.kinds import MessageStatus
from crm_store.rates import Limit
from crm_store.session import now

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def test_a_reply_written_later_than_now_goes_at_once(session, ana, writes):
    reply, bulk = writes(ana), writes(ana, priority=5)
    for one in (reply, bulk):
        one.created_at = one.not_before = now() + HOUR
    session.flush()
    assert put_back.mend(session) == 1
    session.expire_all()
    assert [one.id for one in messages.claim(session)] == [reply.id]
    assert bulk.not_before > now() + HOUR / 2


def test_a_reply_that_waits_for_its_next_try_goes_on_waiting(session, ana, writes):
    writes(ana).not_before = now() + HOUR
    session.flush()
    assert put_back.mend(session) == 0
    assert messages.claim(session) == []


def test_a_send_leased_for_ever_gets_a_whole_lease_and_no_more(session, ana, writes):
    message = writes(ana)
    messages.claim(session, lease=DAY)
    put_back.mend(session)
    assert messages.sweep_expired(session) == []
    late = now() + put_back.FARTHEST + timedelta(seconds=60)
    assert messages.sweep_expired(session, at=late) == [message.id]
    session.refresh(message)
    assert message.status == MessageStatus.UNKNOWN


def test_a_poller_that_died_before_does_not_hold_its_channel_for_a_day(session):
    assert polling.hold(session, "shop", "dead", timedelta(seconds=9), at=now() + DAY)
    assert polling.hold(session, "shop", "alive", timedelta(seconds=9))


@pytest.mark.parametrize("limit", [Limit("", 30, 6), Limit("group", 0.25, 5), Limit("a", 0.01, 1)])
def test_a_bucket_filled_tomorrow_waits_no_longer_than_it_ever_would(session, limit):
    rates.take(session, "shop", [limit], at=now() + DAY)
    assert rates.take(session, "shop", [limit]) < 61 + (limit.burst + 2) / limit.rate
