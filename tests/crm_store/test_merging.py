"""Merging two customers: everything moves, nothing is lost, all of it is on record."""

from datetime import UTC, datetime

import pytest

from crm_store import (
    complaints,
    consents,
    conversations,
    customers,
    loyalty,
    merging,
    messages,
    purchases,
    touchpoints,
)
from crm_store.models import Base, Customer
from crm_store.models.kinds import MemberState

JUNE = datetime(2026, 6, 1, tzinfo=UTC)


def merge(session, source, target):
    return customers.merge(session, source.id, target.id, reason="same person", actor="staff:1")


def test_everything_that_belonged_to_the_one_belongs_to_the_other(session, ana, budi, says, writes):
    says(budi, "m1")
    writes(budi)
    complaints.open(session, customer_id=budi.id, category="delivery", description="late")
    purchases.record(session, budi.id, number="TS-204815", total=100)
    source = budi.id
    record = merge(session, budi, ana)
    assert {len(record.moved[name]) for name in ("identities", "conversations", "purchases")} == {1}
    assert len(messages.thread_of_customer(session, ana.id)) == 2
    assert complaints.open_of(session, ana.id)[0].category == "delivery"
    assert [one.kind for one in touchpoints.of_customer(session, source)] == []


def test_every_table_with_a_customer_is_moved():
    holders = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(key.target_fullname == "customers.id" for key in table.foreign_keys)
    }
    moved = {table.__tablename__ for table in merging.OWNED}
    assert holders - moved == {"customers", "customer_merges"}


def test_gaps_are_filled_and_the_values_before_are_kept(session, ana, budi):
    customers.change(session, budi.id, actor="staff:1", city="Bogor", name="B.")
    record = merge(session, budi, ana)
    merged = customers.get(session, budi.id)
    assert (merged.id, merged.name, merged.city) == (ana.id, "Ana", "Bogor")
    assert record.before["customers"][str(ana.id)]["city"] is None


def test_a_withdrawal_on_one_side_wins(session, ana, budi):
    consents.record(session, budi.id, purpose="marketing", granted=False, wording="STOP")
    consents.record(
        session, ana.id, purpose="marketing", channel="whatsapp", granted=True, wording="ya"
    )
    assert consents.allowed(session, ana.id, "marketing", "whatsapp")
    merge(session, budi, ana)
    assert not consents.allowed(session, ana.id, "marketing", "whatsapp")


def test_the_same_answer_on_both_sides_stays(session, ana, budi):
    for person in (ana, budi):
        consents.record(session, person.id, purpose="marketing", granted=True, wording="ya")
    merge(session, budi, ana)
    assert consents.allowed(session, ana.id, "marketing", "sms")


def test_the_points_of_a_second_card_are_not_lost(session, ana, budi):
    cards = {}
    for person, points in ((ana, 100), (budi, 50)):
        cards[person.id], _ = loyalty.enrol(session, person.id)
        loyalty.earn(session, cards[person.id].id, points, key=f"k{points}", reason="buy")
    old, kept = cards[budi.id], cards[ana.id]
    merge(session, budi, ana)
    assert (old.state, loyalty.get(session, old.id)) == (MemberState.MERGED, kept)
    assert loyalty.balance(session, kept.id) == 150
    assert loyalty.verify_ledger(session) == []


def test_a_key_used_on_the_old_card_still_posts_nothing_again(session, ana, budi):
    for person in (ana, budi):
        loyalty.enrol(session, person.id)
    old = loyalty.member_of(session, budi.id)
    first = loyalty.earn(session, old.id, 50, key="order-1", reason="buy")
    merge(session, budi, ana)
    assert loyalty.earn(session, old.id, 50, key="order-1", reason="buy").id == first.id


def test_an_only_card_moves_with_its_owner(session, ana, budi):
    member, _ = loyalty.enrol(session, budi.id)
    merge(session, budi, ana)
    assert loyalty.member_of(session, ana.id) is member


@pytest.mark.parametrize("again", [False, True])
def test_a_customer_is_merged_once_and_never_into_itself(session, ana, budi, again):
    source, target = budi.id, budi.id
    if again:
        customers.merge(session, budi.id, ana.id, reason="x")
        target = ana.id
    with pytest.raises(merging.CannotMerge):
        customers.merge(session, source, target, reason="x")


def test_a_merge_leaves_a_trail_to_follow(session, ana, budi):
    source = budi.id
    merge(session, budi, ana)
    assert session.get(Customer, source).merged_into_id == ana.id
    assert touchpoints.of_customer(session, ana.id)[0].kind == "merge"


def test_a_reply_queued_before_a_merge_is_still_sent(session, ana, budi, writes):
    writes(budi, "hai")
    merge(session, budi, ana)
    (claimed,) = messages.claim(session)
    messages.mark_sent(session, claimed, "p1")
    assert claimed.customer_id == ana.id
    assert conversations.get(session, budi.conversation.id).customer_id == ana.id
