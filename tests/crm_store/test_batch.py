"""The hot path does for many what the single functions do for one."""

from datetime import timedelta

import pytest

from crm_store import batch, conversations, identities, messages, touchpoints
from crm_store.batch import Arrival, Mark, Outcome
from crm_store.identities import Claim
from crm_store.messages import Draft, Inbound
from crm_store.models.kinds import MessageStatus, Owner
from crm_store.session import now

ANA, BUDI = "+628120000001", "+628120000002"


def arrival(address, provider_id, text="halo", **claim):
    sender = Claim("whatsapp", address, phone=address, verified_by="channel", **claim)
    return Arrival("shop", sender, Inbound(provider_id, text, raw=b"{}"))


def store(session, *arrivals):
    return batch.store(session, arrivals)


def only(items):
    (item,) = items
    return item


def test_strangers_and_friends_are_stored_together(session, ana):
    new, friend, again = store(
        session, arrival("+628120000009", "m1"), arrival(ANA, "m2"), arrival(ANA, "m3")
    )
    assert friend.conversation_id == again.conversation_id == ana.conversation.id
    assert new.customer_id != ana.id
    assert [one.text for one in messages.thread(session, ana.conversation.id)] == ["halo"] * 2
    assert len(touchpoints.of_customer(session, ana.id)) == 2
    assert messages.original(session, friend.message_id).raw == b"{}"


def test_repeats_are_none_at_their_place_also_within_one_batch(session, ana):
    first, twin = store(session, arrival(ANA, "m1"), arrival(ANA, "m1"))
    later = only(store(session, arrival(ANA, "m1")))
    assert first is not None
    assert (twin, later) == (None, None)


def test_messages_keep_the_order_they_came_in(session):
    store(session, *(arrival(ANA, f"m{number}", str(number)) for number in range(40)))
    turn = only(batch.load(session, conversations.waiting(session), limit=100))
    assert [one.text for one in turn.messages] == [str(number) for number in range(40)]


def test_an_alias_leads_to_the_same_conversation(session):
    first = only(store(session, arrival(ANA, "m1", aliases=("ID.1",))))
    opaque = Arrival("shop", Claim("whatsapp", "ID.1", verified_by="channel"), Inbound("m2"))
    assert only(store(session, opaque)).conversation_id == first.conversation_id


@pytest.mark.parametrize("address", ["a\0b", "half \ud83d"])
def test_an_odd_address_is_found_again(session, address):
    odd = [Arrival("web", Claim("web", address), Inbound(f"m{n}")) for n in range(2)]
    first, second = (only(store(session, one)) for one in odd)
    assert first.conversation_id == second.conversation_id


def test_the_last_inbound_time_is_kept(session, ana):
    before = now()
    store(session, arrival(ANA, "m1"))
    session.refresh(ana.conversation)
    assert before <= ana.conversation.last_inbound_at <= now()


def test_a_turn_knows_who_is_writing(session, ana):
    store(session, arrival(ANA, "m1", "poin saya?"))
    turn = only(batch.load(session, conversations.waiting(session)))
    assert (turn.customer_name, turn.phone, turn.verified_by) == ("Ana", ANA, "channel")
    assert (turn.owner, turn.owner_version) == (Owner.BOT, 1)
    assert only(turn.messages).text == "poin saya?"


def test_a_finished_turn_is_marked_queued_and_remembered(session, ana):
    store(session, arrival(ANA, "m1"))
    turn = only(batch.load(session, conversations.waiting(session)))
    mark = Mark(turn.messages[0].id, intent="greet", confidence=0.5)
    reply = Draft("Hai Ana", owner_version=turn.owner_version, in_reply_to_id=mark.message_id)
    outcome = Outcome(turn, [reply], dialogue_state="{}", language="id", marks=[mark])
    batch.finish(session, [outcome])
    assert conversations.waiting(session) == []
    claimed = only(messages.claim(session))
    assert (claimed.text, claimed.reply_to, claimed.language) == ("Hai Ana", "m1", "id")
    session.expire_all()
    assert messages.get(session, mark.message_id).intent == "greet"


def test_many_are_marked_sent_at_once(session, ana, budi, writes):
    for person in (ana, budi):
        writes(person)
    claimed = messages.claim(session)
    messages.mark_many_sent(session, [(one, f"p{one.id}", ()) for one in claimed])
    session.expire_all()
    statuses = [messages.get(session, one.id).status for one in claimed]
    assert statuses == [MessageStatus.SENT] * 2


def test_a_reply_follows_a_customer_merged_during_the_turn(session, ana):
    first = Arrival("tg", Claim("telegram", "77"), Inbound("t1", "this is me"))
    store(session, first)
    turn = only(batch.load(session, conversations.waiting(session)))
    identity = identities.get(session, turn.identity_id)
    identities.verify_phone(session, identity, ANA, "contact_share")
    batch.finish(session, [Outcome(turn, [Draft("Hai Ana", owner_version=1)])])
    assert only(messages.claim(session)).customer_id == ana.id


def test_one_chatterbox_does_not_keep_others_waiting(session, ana, budi):
    flood = [arrival(ANA, f"m{number}") for number in range(300)]
    store(session, *flood, arrival(BUDI, "b1"))
    turns = batch.load(session, conversations.waiting(session))
    assert [len(turn.messages) for turn in turns] == [20, 1]


def test_conversations_with_nothing_waiting_give_no_turn(session, ana):
    assert batch.load(session, [ana.conversation.id]) == []
    assert batch.load(session, []) == []


def test_a_bad_message_leaves_nothing_behind(db):
    good = arrival(ANA, "m1")
    bad = Arrival("shop", Claim("whatsapp", ""), Inbound("m2"))
    with pytest.raises(identities.BadAddress), db.transaction() as session:
        batch.store(session, [good, bad])
    with db.reading() as session:
        assert conversations.waiting(session, at=now() + timedelta(hours=1)) == []
