"""Who owns a conversation and who may see it."""

import pytest

from crm_store import conversations, identities, touchpoints
from crm_store.models.kinds import ConversationState, Owner
from tests.crm_store_cast import arrive


def hand_over(session, person, owner=Owner.QUEUE, **values):
    return conversations.change_owner(session, person.conversation, owner, **values)


def test_an_identity_has_one_conversation(session, ana):
    again = conversations.for_identity(session, ana.identity, "shop")
    assert again is ana.conversation


def test_the_version_rises_with_every_change_of_owner(session, ana, rani):
    first = ana.conversation.owner_version
    assert hand_over(session, ana, reason="asked") == first + 1
    assert hand_over(session, ana, Owner.STAFF, staff_id=rani.id) == first + 2
    assert hand_over(session, ana, Owner.BOT) == first + 3


def test_a_handover_is_in_the_journal_with_its_reason(session, ana):
    hand_over(session, ana, reason="mau bicara sama orang", actor="customer")
    (touch,) = touchpoints.of_customer(session, ana.id)
    assert (touch.kind, touch.subject) == ("handover", "queue: mau bicara sama orang")


def test_waiting_begins_once_and_ends_when_somebody_takes_over(session, ana, rani):
    hand_over(session, ana, reason="asked")
    since = ana.conversation.waiting_since
    hand_over(session, ana, reason="asked again")
    assert ana.conversation.waiting_since == since is not None
    hand_over(session, ana, Owner.STAFF, staff_id=rani.id)
    assert ana.conversation.waiting_since is None


def test_the_inbox_shows_who_waits_longest_first(session, ana, budi, rani):
    hand_over(session, budi, reason="1")
    hand_over(session, ana, reason="2")
    waiting = conversations.inbox(session, rani)
    assert waiting == [budi.conversation, ana.conversation]


def test_the_inbox_shows_ones_own(session, ana, budi, rani, tom):
    hand_over(session, ana, Owner.STAFF, staff_id=rani.id)
    hand_over(session, budi, Owner.STAFF, staff_id=tom.id)
    assert conversations.inbox(session, rani, view="mine") == [ana.conversation]


@pytest.mark.parametrize("view", ["waiting", "mine", "all"])
def test_page_by_page_the_inbox_shows_everybody_once(session, rani, view):
    people = [arrive(session, f"+62812000010{number}", "Ana") for number in range(7)]
    for person in people:
        owner = Owner.STAFF if view == "mine" else Owner.QUEUE
        hand_over(session, person, owner, staff_id=rani.id, reason="asked")
    for person in people[:5]:  # of one moment, so that only the id tells them apart
        person.conversation.waiting_since = people[0].conversation.waiting_since
        person.conversation.last_message_at = people[0].conversation.last_message_at
    whole = conversations.inbox(session, rani, view=view)
    pages, after = [], None
    while found := conversations.inbox(session, rani, view=view, limit=2, after=after):
        pages += found
        after = conversations.place(view, found[-1])
    assert len(pages) == 7
    assert pages == whole


def test_who_waits_is_known_by_id_however_many_they_are(session, ana, budi, rani, tom):
    hand_over(session, ana, reason="asked")
    hand_over(session, budi, reason="asked", team="warehouse")
    assert conversations.waiting_ids(session, rani) == [ana.conversation.id]
    assert conversations.waiting_ids(session, tom) == [budi.conversation.id]


def test_a_resolved_conversation_leaves_the_inbox_until_the_customer_writes(
    session, ana, rani, says
):
    hand_over(session, ana, reason="asked")
    conversations.resolve(session, ana.conversation)
    assert conversations.inbox(session, rani) == []
    says(ana, "m1")
    assert ana.conversation.state == ConversationState.OPEN


def test_another_team_is_refused(session, ana, rani, tom, sari):
    hand_over(session, ana, reason="asked", team="service")
    assert conversations.for_staff(session, rani, ana.conversation.id) is ana.conversation
    assert conversations.for_staff(session, sari, ana.conversation.id) is ana.conversation
    with pytest.raises(conversations.NotYours):
        conversations.for_staff(session, tom, ana.conversation.id)
    for view in ("waiting", "all"):
        assert conversations.inbox(session, tom, view=view) == []


def test_what_the_dialogue_remembers_is_kept(session, ana):
    conversations.save_state(session, ana.conversation.id, dialogue_state="{}", bot_streak=2)
    conversations.save_state(session, ana.conversation.id, language="en")
    session.refresh(ana.conversation)
    kept = ana.conversation
    assert (kept.dialogue_state, kept.bot_streak, kept.language) == ("{}", 2, "en")


def test_a_stranger_to_the_session_can_be_handed_over(db):
    with db.transaction() as session:
        identity = identities.resolve(session, kind="web", address="b1")
        conversation = conversations.for_identity(session, identity, "web")
    with db.transaction() as session:
        conversations.change_owner(session, conversation, Owner.QUEUE, reason="asked")
    with db.reading() as session:
        assert conversations.get(session, conversation.id).owner == Owner.QUEUE


def test_what_no_team_has_yet_belongs_to_the_front_desk(session, ana, rani, tom):
    conversations.change_owner(session, ana.conversation, Owner.QUEUE, reason="a person, please")
    assert conversations.may_see(rani, ana.conversation)
    assert not conversations.may_see(tom, ana.conversation)
    assert conversations.inbox(session, tom) == []
