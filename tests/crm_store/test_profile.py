"""The familiarity card, purchases and the journal: whole, in order, at a flat cost."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, text

from crm_store import complaints, consents, cursors, customers, loyalty, purchases, touchpoints
from crm_store.models.kinds import PurchaseStatus, TouchKind
from crm_store.purchases import Line, Shipping
from crm_store.session import Duplicate, now

MAY = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.fixture
def statements(session):
    """The SQL a test runs."""
    seen = []
    connection = session.connection()

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(connection, "before_cursor_execute", note)
    yield seen
    event.remove(connection, "before_cursor_execute", note)


def buy(session, person, number="TS-204815", **values):
    line = Line("Kulkas Sharp", 3_000_000, 1, "K1", "kulkas")
    return purchases.record(session, person.id, number=number, lines=[line], **values)


def journal(session, person, count):
    rows = [
        touchpoints.row(person.id, TouchKind.NOTE, subject=str(number), at=MAY)
        for number in range(count)
    ]
    touchpoints.add_many(session, rows)


def test_the_card_tells_who_somebody_is(session, ana):
    loyalty.put_tier(session, "silver", "Silver", 50)
    member, _ = loyalty.enrol(session, ana.id)
    soon = now() + timedelta(days=7)
    loyalty.earn(session, member.id, 100, key="k", reason="buy", expires_at=soon)
    complaint = complaints.open(session, customer_id=ana.id, category="x", description="y")
    consents.record(session, ana.id, purpose="marketing", granted=True, wording="ya")
    buy(session, ana)
    card = customers.profile(session, ana.id)
    assert (card.customer.name, card.identities) == ("Ana", [ana.identity])
    assert (card.member, card.tier.code, card.balance) == (member, "silver", 100)
    assert [one.points for one in card.expiring] == [100]
    assert card.open_complaints == [complaint]
    assert card.consents == {("marketing", "*"): True}
    assert (card.purchases, card.spent) == (1, 3_000_000)
    assert len(card.last_touchpoints) == 5


def test_the_card_of_a_stranger_is_empty(session, budi):
    card = customers.profile(session, budi.id)
    assert (card.member, card.tier, card.balance, card.open_complaints) == (None, None, 0, [])


def test_the_card_costs_the_same_after_years(session, ana, statements):
    customers.profile(session, ana.id)
    early = len(statements)
    journal(session, ana, 500)
    del statements[:]
    customers.profile(session, ana.id)
    assert len(statements) == early <= 10


def test_the_journal_is_read_by_index(session, ana, statements):
    if session.get_bind().dialect.name != "sqlite":
        return  # PostgreSQL rightly reads a table this small from end to end
    touchpoints.of_customer(session, ana.id, 20, before=(now(), 10**9))
    asked = (ana.id, "2026-12-01 00:00:00.000000", 9, 20, 0)
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statements[-1]}", asked)
    steps = " ".join(row[3] for row in plan)
    assert "ix_touchpoints_customer_id_at_id" in steps
    assert "TEMP B-TREE" not in steps


def test_the_journal_is_read_page_by_page_also_within_one_moment(session, ana):
    journal(session, ana, 25)
    seen, before = [], None
    while page := touchpoints.of_customer(session, ana.id, 10, before):
        seen += [int(touch.subject) for touch in page]
        before = (page[-1].at, page[-1].id)
    assert seen == list(range(24, -1, -1))


def test_a_long_subject_is_cut(session, ana):
    touchpoints.add(session, ana.id, TouchKind.CALL, actor="staff:1", subject="x" * 500)
    assert len(touchpoints.of_customer(session, ana.id)[0].subject) == 200


def test_an_order_is_stored_once_with_its_lines(session, ana):
    order = buy(session, ana, at=MAY)
    assert buy(session, ana, at=MAY) is order
    assert (order.total, [line.name for line in purchases.lines(session, order.id)]) == (
        3_000_000,
        ["Kulkas Sharp"],
    )


def test_an_order_is_shown_only_to_its_buyer(session, ana, budi):
    order = buy(session, ana)
    assert purchases.by_number(session, ana.id, " ts-204815 ") is order
    assert purchases.by_number(session, budi.id, "TS-204815") is None


def test_the_newest_orders_come_first(session, ana):
    old, new = buy(session, ana, "TS-1", at=MAY), buy(session, ana, "TS-2")
    assert purchases.recent(session, ana.id) == [new, old]


def test_an_order_moves_on_and_keeps_its_tracking_number(session, ana):
    order = buy(session, ana, shipping=Shipping("JNE", "JNE123"))
    purchases.set_status(session, order, PurchaseStatus.SHIPPED)
    assert (order.status, order.tracking) == ("shipped", "JNE123")
    assert touchpoints.of_customer(session, ana.id)[0].subject == "TS-204815 shipped"


def test_a_change_of_details_is_in_the_journal_but_no_change_is_not(session, ana):
    customers.set_language(session, ana.id, "en")
    customers.set_language(session, ana.id, "en")
    customers.set_preferred_channel(session, ana.id, "email")
    subjects = [touch.subject for touch in touchpoints.of_customer(session, ana.id)]
    assert subjects == ["preferred_channel: email", "language: en"]


@pytest.mark.parametrize("words", ["an", "Ana", "+628120000001"])
def test_staff_find_a_customer_by_name_or_phone(session, ana, budi, words):
    assert [one.id for one in customers.search(session, words)] == [ana.id]
    assert customers.find_by_phone(session, "+628120000001").id == ana.id


@pytest.mark.parametrize("words", ["%", "_", "' OR 1=1 --"])
def test_wildcards_in_a_search_are_plain_characters(session, ana, words):
    assert customers.search(session, words) == []


def test_a_polled_channel_remembers_how_far_it_read(session):
    assert cursors.get(session, "mail") is None
    for cursor in ("uid 1", "uid 2"):
        cursors.put(session, "mail", cursor)
    session.expire_all()
    assert cursors.get(session, "mail") == "uid 2"


def test_a_wrong_word_is_refused_by_the_database_itself(session, ana):
    with pytest.raises(Duplicate), session.begin_nested():
        session.execute(text("UPDATE identities SET state = 'asleep'"))
