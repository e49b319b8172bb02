"""Points: earned, spent soonest-expiring first, expired, given back, never lost or doubled."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from crm_store import loyalty, touchpoints
from crm_store.models.kinds import EntryKind, RedemptionState
from tests.crm_store_cast import arrive

MAY = datetime(2026, 5, 1, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def card(session, ana):
    """Ana's card; whatever a test does with it, the ledger must add up afterwards."""
    member, _ = loyalty.enrol(session, ana.id)
    yield member.id
    assert loyalty.verify_ledger(session) == []


@pytest.fixture
def earn(session, card):
    def give(points, days=None, key=None, at=MAY):
        expires = None if days is None else MAY + days * DAY
        key = key or f"earn {points} {days} {at}"
        return loyalty.earn(session, card, points, key=key, reason="buy", expires_at=expires, at=at)

    return give


@pytest.fixture
def spend(session, card):
    def take(points, at=MAY, key=None):
        key = key or f"spend {points} {at}"
        return loyalty.spend(session, card, points, key=key, reason="mug", at=at)

    return take


def test_a_customer_has_one_card_with_a_check_digit(session, ana):
    member, created = loyalty.enrol(session, ana.id)
    again, created_again = loyalty.enrol(session, ana.id)
    assert (member, created, created_again) == (again, True, False)
    prefix, digits = member.card_number.split("-")
    assert (prefix, len(digits)) == ("VIP", 8)
    assert loyalty.luhn_digit(digits[:-1]) == digits[-1]


def test_the_check_digit_is_luhns():
    assert loyalty.luhn_digit("7992739871") == "3"


def test_points_are_earned_and_spent(session, card, earn, spend):
    earn(100)
    spend(30)
    assert loyalty.balance(session, card) == 70


def test_the_soonest_expiring_points_are_spent_first_then_the_oldest(session, card, earn, spend):
    earn(10)
    earn(10, days=90)
    earn(10, days=30)
    spend(15)
    left = loyalty.expiring(session, card, 365, at=MAY)
    assert [(one.points, one.expires_at) for one in left] == [(5, MAY + 90 * DAY)]
    assert loyalty.balance(session, card, MAY) == 15


def test_more_than_there_is_cannot_be_spent(session, card, earn, spend):
    earn(10)
    with pytest.raises(loyalty.InsufficientPoints):
        spend(11)
    assert loyalty.balance(session, card, MAY) == 10


def test_expired_points_cannot_be_spent_even_before_the_expiry_is_posted(
    session, card, earn, spend
):
    earn(10, days=30)
    assert loyalty.balance(session, card, MAY + 31 * DAY) == 0
    with pytest.raises(loyalty.InsufficientPoints):
        spend(1, at=MAY + 31 * DAY)


def test_expiry_is_posted_once(session, card, earn):
    earn(10, days=30)
    (entry,) = loyalty.expire_due(session, MAY + 31 * DAY)
    assert (entry.kind, entry.points) == (EntryKind.EXPIRE, -10)
    assert loyalty.expire_due(session, MAY + 31 * DAY) == []


@pytest.mark.parametrize("points", [0, -5])
def test_points_are_more_than_nothing(session, card, points):
    with pytest.raises(ValueError, match="more than 0"):
        loyalty.earn(session, card, points, key="k", reason="buy")


def test_a_repeated_key_does_nothing_and_gives_the_earlier_entry(session, card, earn, spend):
    assert earn(100, key="order-1").id == earn(100, key="order-1").id
    assert spend(30, key="mug-1").id == spend(30, key="mug-1").id
    assert loyalty.balance(session, card) == 70


def test_a_key_of_another_movement_is_refused(session, card, earn, spend):
    earn(100, key="order-1")
    with pytest.raises(loyalty.KeyReused):
        spend(30, key="order-1")


def test_a_reversed_spending_returns_points_to_their_own_lots(session, card, earn, spend):
    earn(10, days=30)
    earn(10, days=90)
    spent = spend(15)
    loyalty.reverse(session, spent.id, key="undo", reason="shop was wrong", at=MAY)
    left = loyalty.expiring(session, card, 365, at=MAY)
    assert [one.points for one in left] == [10, 10]


def test_points_returned_to_an_expired_lot_expire_at_once(session, card, earn, spend):
    earn(10, days=30)
    spent = spend(10)
    later = MAY + 40 * DAY
    loyalty.reverse(session, spent.id, key="undo", reason="late", at=later)
    kinds = [entry.kind for entry in loyalty.history(session, card)]
    assert kinds[:2] == [EntryKind.EXPIRE, EntryKind.REVERSE]
    assert loyalty.balance(session, card, later) == 0


def test_an_earning_is_reversed_while_its_points_are_there(session, card, earn):
    entry = earn(100)
    loyalty.reverse(session, entry.id, key="undo", reason="returned goods")
    assert loyalty.balance(session, card) == 0


def test_an_earning_whose_points_were_spent_cannot_be_reversed(session, earn, spend):
    entry = earn(100)
    spend(1)
    with pytest.raises(loyalty.AlreadySpent):
        loyalty.reverse(session, entry.id, key="undo", reason="returned goods")


def test_nothing_is_reversed_twice(session, card, earn):
    entry = earn(100)
    once = loyalty.reverse(session, entry.id, key="undo", reason="x")
    assert loyalty.reverse(session, entry.id, key="undo", reason="x").id == once.id
    with pytest.raises(loyalty.AlreadyReversed):
        loyalty.reverse(session, entry.id, key="undo again", reason="x")
    with pytest.raises(loyalty.NotReversible):
        loyalty.reverse(session, once.id, key="undo the undo", reason="x")


def test_a_balance_is_corrected_by_hand_both_ways(session, card):
    loyalty.adjust(session, card, 50, key="a", reason="sorry", actor="staff:1")
    loyalty.adjust(session, card, -20, key="b", reason="mistake", actor="staff:1")
    assert loyalty.balance(session, card) == 30


def test_a_reward_is_bought_once_per_key_and_given_back(session, card, earn):
    loyalty.put_reward(session, "MUG", "Mug", 60)
    earn(100)
    bought = loyalty.redeem(session, card, "MUG", key="m1")
    assert loyalty.redeem(session, card, "MUG", key="m1") is bought
    with pytest.raises(loyalty.InsufficientPoints):
        loyalty.redeem(session, card, "MUG", key="m2")
    loyalty.reverse(session, bought.entry_id, key="back", reason="out of mugs")
    session.refresh(bought)
    assert (bought.state, loyalty.balance(session, card)) == (RedemptionState.CANCELED, 100)


def test_an_unknown_reward_is_refused(session, card):
    with pytest.raises(loyalty.UnknownReward):
        loyalty.redeem(session, card, "CAR", key="m1")


def test_a_tier_is_reached_by_earning_and_lost_after_a_year(session, card, earn, spend):
    loyalty.put_tier(session, "silver", "Silver", 0)
    loyalty.put_tier(session, "gold", "Gold", 1000)
    member = loyalty.get(session, card)
    earn(1000)
    spend(900)
    assert loyalty.tier_of(session, member).code == "gold"
    loyalty.expire_due(session, MAY + 366 * DAY)
    assert loyalty.tier_of(session, member).code == "silver"


def test_a_reversed_earning_does_not_count_for_the_tier(session, card, earn):
    loyalty.put_tier(session, "gold", "Gold", 1000)
    entry = earn(1000)
    loyalty.reverse(session, entry.id, key="undo", reason="returned", at=MAY + DAY)
    assert loyalty.tier_of(session, loyalty.get(session, card)) is None


def test_every_movement_is_in_the_journal(session, ana, card, earn, spend):
    earn(100)
    spend(30)
    subjects = {one.subject for one in touchpoints.of_customer(session, ana.id)}
    assert {"+100 buy", "-30 mug"} <= subjects


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("UPDATE point_lots SET remaining = remaining - 1", "should have"),
        ("UPDATE point_entries SET points = points + 1", "its lots got"),
        ("DELETE FROM point_allocations", "its lots got 0"),
        ("UPDATE loyalty_members SET tier_id = (SELECT min(id) FROM tiers)", "tier should be none"),
    ],
)
def test_verifying_finds_damage(db, session, earn, damage, found):
    loyalty.put_tier(session, "gold", "Gold", 1000)
    earn(100)
    with session.begin_nested() as damaged:
        session.execute(text(damage))
        session.expire_all()
        problems = loyalty.verify_ledger(session)
        damaged.rollback()
    assert any(found in problem.what for problem in problems)


def test_twenty_spendings_at_once_take_what_the_balance_allows(real_db):
    with real_db.transaction() as session:
        card = loyalty.enrol(session, arrive(session, "+62812", "Ana").id)[0].id
        loyalty.earn(session, card, 40, key="a", reason="buy", expires_at=MAY + 9999 * DAY)
        loyalty.earn(session, card, 65, key="b", reason="buy")

    def buy(number):
        try:
            with real_db.transaction() as session:
                loyalty.spend(session, card, 10, key=f"s{number}", reason="mug")
        except loyalty.InsufficientPoints:
            return False
        return True

    with ThreadPoolExecutor(20) as pool:
        done = list(pool.map(buy, range(20)))
    with real_db.reading() as session:
        assert (done.count(True), loyalty.balance(session, card)) == (10, 5)
        assert loyalty.verify_ledger(session) == []


def test_the_same_key_twenty_times_at_once_posts_once(real_db):
    with real_db.transaction() as session:
        card = loyalty.enrol(session, arrive(session, "+62812", "Ana").id)[0].id

    def post(_):
        with real_db.transaction() as session:
            return loyalty.earn(session, card, 10, key="order-1", reason="buy").id

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(post, range(20)))) == 1
    with real_db.reading() as session:
        assert loyalty.balance(session, card) == 10


def test_enrolling_twenty_times_at_once_makes_one_card(real_db):
    with real_db.transaction() as session:
        customer = arrive(session, "+62812", "Ana").id

    def enrol(_):
        with real_db.transaction() as session:
            return loyalty.enrol(session, customer)[0].card_number

    with ThreadPoolExecutor(20) as pool:
        assert len(set(pool.map(enrol, range(20)))) == 1
