"""What a stopped sender should send waits untouched; one message at a time is tried."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from crm_store import conversations, identities, messages, troubles
from crm_store.models import ChannelTrouble
from crm_store.session import now
from crm_store.troubles import PAUSE, Sender

WHATSAPP, SMS = Sender("shop", "whatsapp"), Sender("shop", "sms")
SAID = {"code": "63007", "said": "no WhatsApp sender with this number in the account"}


def queue(session, sender, number, **values):
    """A message to one of many people."""
    address = f"+62812000{number:05d}"
    identity = identities.resolve(session, kind=sender.kind, address=address)
    talk = conversations.for_identity(session, identity, sender.channel)
    session.flush()
    return messages.queue(session, talk, text="halo", author="system", **values)


@pytest.fixture
def stopped(session):
    """WhatsApp is stopped; nine messages wait for it, and one SMS behind them."""
    waiting = [queue(session, WHATSAPP, number) for number in range(9)]
    queue(session, SMS, 99)
    troubles.stop(session, WHATSAPP, **SAID)
    return [one.id for one in waiting]


def minute_over(session):
    session.query(ChannelTrouble).update({"until": now()})
    session.expire_all()


def claimed(session, limit=32):
    return [(one.kind, one.is_try) for one in messages.claim(session, limit=limit)]


def test_only_what_other_senders_send_is_claimed(session, stopped):
    assert claimed(session, limit=4) == [("sms", False)]
    assert claimed(session) == []


@pytest.mark.parametrize("limit", [4, 32])
def test_after_a_minute_one_is_tried_and_nobody_stands_behind_it(session, stopped, limit):
    minute_over(session)
    assert claimed(session, limit) == [("whatsapp", True), ("sms", False)]
    assert claimed(session, limit) == []


def test_once_one_was_taken_all_go(session, stopped):
    minute_over(session)
    messages.claim(session)
    troubles.was_taken(session, WHATSAPP)
    assert troubles.current(session) == []
    assert claimed(session) == [("whatsapp", False)] * 8


def test_after_a_report_one_that_is_taken_has_a_minute_to_fail(session, stopped):
    troubles.stop(session, WHATSAPP, **SAID, by_report=True)
    minute_over(session)
    messages.claim(session)
    troubles.was_taken(session, WHATSAPP)
    assert claimed(session) == []
    minute_over(session)
    assert claimed(session) == [("whatsapp", False)] * 8
    assert troubles.current(session) == []


def test_a_further_report_within_that_minute_stops_it_again(session, stopped):
    troubles.stop(session, WHATSAPP, **SAID, by_report=True)
    minute_over(session)
    messages.claim(session)
    troubles.was_taken(session, WHATSAPP)
    troubles.stop(session, WHATSAPP, **SAID, by_report=True)
    minute_over(session)
    assert claimed(session) == [("whatsapp", True)]


def test_what_works_again_is_forgotten_though_nothing_waits_for_it(session):
    troubles.stop(session, WHATSAPP, **SAID, by_report=True)
    troubles.stop(session, SMS, **SAID)
    troubles.was_taken(session, WHATSAPP)
    assert not troubles.tidy(session)
    minute_over(session)
    assert troubles.tidy(session)
    assert [one.kind for one in troubles.current(session)] == ["sms"]


def test_what_failed_for_its_own_sake_is_followed_at_once(session, stopped):
    minute_over(session)
    messages.claim(session)
    troubles.told_nothing(session, WHATSAPP)
    assert claimed(session) == [("whatsapp", True)]


def test_trouble_that_goes_on_began_when_it_began(session):
    troubles.stop(session, WHATSAPP, code="20003", said="the token is wrong")
    [known] = troubles.current(session)
    began = known.since
    troubles.stop(session, WHATSAPP, **SAID)
    session.refresh(known)
    assert (known.since, known.code) == (began, "63007")


def test_a_worker_that_starts_tries_at_once(session, stopped):
    troubles.try_now(session)
    assert ("whatsapp", True) in claimed(session)


def test_a_clock_that_was_put_back_stops_nobody_for_ever(session, stopped):
    session.query(ChannelTrouble).update({"until": now() + timedelta(days=1)})
    assert ("whatsapp", True) in claimed(session)


def test_a_mailbox_that_cannot_be_read_stops_no_sender(session):
    mail = Sender("mail", "email")
    queue(session, mail, 1)
    troubles.cannot_receive(session, mail, since=now(), said="imap refused the sign-in")
    troubles.cannot_receive(session, mail, since=now() + PAUSE, said="imap cannot be reached")
    assert len(claimed(session)) == 1
    assert [one.said for one in troubles.current(session)] == ["imap cannot be reached"]
    troubles.tidy(session)
    troubles.receives(session, "shop")
    assert len(troubles.current(session)) == 1
    troubles.receives(session, "mail")
    assert troubles.current(session) == []


def test_of_many_workers_one_tries(real_db):
    with real_db.transaction() as session:
        for number in range(20):
            queue(session, WHATSAPP, number)
        troubles.stop(session, WHATSAPP, **SAID)
        minute_over(session)

    def work(_):
        with real_db.transaction() as session:
            return claimed(session, limit=5)

    with ThreadPoolExecutor(4) as pool:
        tried = [one for each in pool.map(work, range(8)) for one in each]
    assert tried == [("whatsapp", True)]
