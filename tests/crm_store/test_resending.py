"""Sending again: a new message once, whoever else decides or settles the old one meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from crm_store import messages, resending, staff
from crm_store.models.kinds import MessageStatus
from crm_store.resending import NotLostError
from tests.crm_store_cast import ANA, arrive

LOST = (MessageStatus.FAILED, MessageStatus.UNKNOWN)


@pytest.fixture
def lost(session, ana, writes):
    def make(status=MessageStatus.UNKNOWN, **values):
        message = writes(ana, "Halo Kak", **values)
        message.status = status
        session.flush()
        return message

    return make


@pytest.mark.parametrize("status", LOST)
def test_the_new_message_says_the_same_and_names_the_old_one(session, rani, lost, status):
    content = {"template": {"name": "HX1", "variables": {}}}
    old = lost(status, content=content)
    new = resending.send_again(session, old.id, staff_id=rani.id)
    assert (new.text, new.status, new.staff_id) == ("Halo Kak", MessageStatus.QUEUED, rani.id)
    assert new.content == {**content, "sends_again": old.id}
    assert old.content == {**content, "sent_again_as": new.id, "lost_as": status.value}


def test_the_old_one_is_given_up_whatever_the_provider_says_later(session, rani, lost):
    old = lost()
    resending.send_again(session, old.id, staff_id=rani.id)
    messages.mark_retry(session, old.id, not_before=old.created_at)
    messages.mark_sent(session, old, "SM1")
    session.refresh(old)
    assert old.status == MessageStatus.FAILED


def test_what_was_sent_again_may_be_lost_and_sent_again(session, rani, lost):
    second = resending.send_again(session, lost().id, staff_id=rani.id)
    second.status = MessageStatus.FAILED
    third = resending.send_again(session, second.id, staff_id=rani.id)
    assert third.content == {"sends_again": second.id}


@pytest.mark.parametrize("status", sorted(set(MessageStatus) - set(LOST)))
def test_only_what_was_lost_is_sent_again(session, rani, lost, status):
    with pytest.raises(NotLostError):
        resending.send_again(session, lost(status).id, staff_id=rani.id)


def test_what_came_in_is_not_sent_out(session, rani, ana, says):
    message = says(ana, "m1")
    message.status = MessageStatus.FAILED
    with pytest.raises(NotLostError):
        resending.send_again(session, message.id, staff_id=rani.id)


def test_of_several_who_decide_at_once_one_sends(real_db):
    with real_db.transaction() as session:
        rani = staff.add(session, email="rani@sinar.example", name="Rani", team="service")
        talk = arrive(session, ANA, "Ana").conversation
        lost = messages.queue(session, talk, text="Halo")
        lost.status = MessageStatus.UNKNOWN

    def decide(_):
        try:
            with real_db.transaction() as session:
                return resending.send_again(session, lost.id, staff_id=rani.id).id
        except NotLostError:
            return None

    with ThreadPoolExecutor(6) as pool:
        assert len([one for one in pool.map(decide, range(6)) if one]) == 1
