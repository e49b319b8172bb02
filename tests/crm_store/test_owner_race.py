"""A message that comes in the moment its conversation changes hands is seen by somebody."""

from collections.abc import Mapping

import pytest

from crm_store import batch, conversations, messages, staff
from crm_store.batch import Arrival
from crm_store.identities import Claim
from crm_store.messages import Inbound
from crm_store.models.kinds import MessageStatus, Owner
from tests.crm_store_cast import ANA, arrive

on_postgres = pytest.mark.parametrize(
    "backend", [pytest.param("postgresql", marks=pytest.mark.needs_postgres)], indirect=True
)


class Meanwhile(Mapping):
    """A message's content; when it is read, which is after the owner was, something happens."""

    def __init__(self, happens):
        self._happens = happens

    def keys(self):
        self._happens()
        return ()

    def __getitem__(self, key):
        raise KeyError(key)

    def __iter__(self):
        return iter(())

    def __len__(self):
        return 0

    def get(self, key, default=None):
        return default


@pytest.fixture
def talk(real_db):
    with real_db.transaction() as session:
        return arrive(session, ANA, "Ana").conversation


@pytest.fixture
def rani(real_db):
    with real_db.transaction() as session:
        return staff.add(session, email="rani@sinar.example", name="Rani").id


def hand_over(db, talk, owner, staff_id=None):
    with db.transaction() as session:
        conversation = conversations.get(session, talk.id)
        conversations.change_owner(session, conversation, owner, staff_id=staff_id)


def comes_while(db, happens):
    sender = Claim("whatsapp", ANA, phone=ANA, verified_by="channel")
    with db.transaction() as session:
        [stored] = batch.store(
            session, [Arrival("shop", sender, Inbound("m1", "halo", content=happens))]
        )
    with db.reading() as session:
        return stored.owner, messages.get(session, stored.message_id).status


@on_postgres
def test_a_person_who_takes_over_meanwhile_has_it(real_db, talk, rani):
    taken = Meanwhile(lambda: hand_over(real_db, talk, Owner.STAFF, rani))
    assert comes_while(real_db, taken) == (Owner.STAFF, MessageStatus.HELD)


@on_postgres
def test_the_bot_that_is_given_it_back_meanwhile_answers(real_db, talk, rani):
    hand_over(real_db, talk, Owner.STAFF, rani)
    given_back = Meanwhile(lambda: hand_over(real_db, talk, Owner.BOT))
    assert comes_while(real_db, given_back) == (Owner.BOT, MessageStatus.RECEIVED)
    with real_db.reading() as session:
        assert conversations.waiting(session) == [talk.id]
