"""Statements compiled once: the same rows, the same errors, inside the session's transaction."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update

from crm_store import customers
from crm_store.models import Counter, Customer, PollCursor, table_of
from crm_store.prepared import Among, Prepared
from crm_store.session import Duplicate

_counter, _customer, _cursor = table_of(Counter), table_of(Customer), table_of(PollCursor)
ADD = Prepared(insert(_counter).inline(), ("name", "value"))
TAKE = Prepared(insert(_counter).returning(_counter.c.name, _counter.c.value), ("name", "value"))
VALUES = Prepared(select(_counter.c.value).order_by(_counter.c.value))
NAMED = Prepared(select(_customer.c.id, _customer.c.name).where(Among(_customer.c.name, "names")))


def values(session):
    return [row.value for row in VALUES.rows(session)]


def test_rows_are_tuples_with_names(session):
    ana = customers.add(session, name="Ana")
    assert NAMED.rows(session, {"names": ["Ana", "Budi"]}) == [(ana.id, "Ana")]
    assert NAMED.rows(session, {"names": ["Ana"]})[0].name == "Ana"


@pytest.mark.parametrize("name", ["O'Neil", '"', "[1]", "%s %(x)s ?", "\u202eemoji 😀", "\\"])
def test_among_takes_any_text_as_it_is(session, name):
    customers.add(session, name=name)
    assert [row.name for row in NAMED.rows(session, {"names": [name, "other"]})] == [name]


def test_among_none_finds_nothing(session):
    customers.add(session, name="Ana")
    assert NAMED.rows(session, {"names": []}) == []


def test_among_cleans_values_as_the_column_does(session):
    customers.add(session, name="a\0b")
    assert len(NAMED.rows(session, {"names": ["a\0b"]})) == 1


def test_many_rows_are_written_and_given_back(session):
    rows = [{"name": f"n{value}", "value": value} for value in range(100)]
    assert TAKE.rows_of_many(session, rows[:50]) == [(f"n{value}", value) for value in range(50)]
    ADD.run_many(session, rows[50:])
    assert values(session) == list(range(100))


def test_no_rows_are_no_statement(session):
    ADD.run_many(session, [])
    assert TAKE.rows_of_many(session, []) == []


def test_a_refused_row_raises_as_the_session_does(session):
    ADD.run(session, {"name": "n", "value": 1})
    with pytest.raises(Duplicate) as caught, session.begin_nested():
        ADD.run(session, {"name": "n", "value": 2})
    assert caught.value.params is None


def test_a_rolled_back_savepoint_takes_it_along(session):
    savepoint = session.begin_nested()
    ADD.run(session, {"name": "n", "value": 1})
    savepoint.rollback()
    assert values(session) == []


def test_it_waits_for_the_commit(real_db):
    with real_db.transaction() as session:
        ADD.run(session, {"name": "n", "value": 1})
        session.rollback()
    with real_db.transaction() as session:
        assert values(session) == []
        ADD.run(session, {"name": "n", "value": 2})
    with real_db.reading() as session:
        assert values(session) == [2]


def test_times_go_in_and_come_out_in_utc(session):
    jakarta = timezone(timedelta(hours=7))
    columns = ("channel", "cursor", "updated_at")
    at = datetime(2026, 5, 12, 8, 30, tzinfo=jakarta)
    row = {"channel": "mail", "cursor": "1", "updated_at": at}
    Prepared(insert(_cursor).inline(), columns).run(session, row)
    [found] = Prepared(select(_cursor)).rows(session)
    assert (found.updated_at, found.updated_at.tzinfo) == (at, UTC)


def test_a_value_that_is_missing_is_an_error(session):
    raised = Prepared(update(_counter).where(_counter.c.name == bindparam("which")).values(value=1))
    with pytest.raises(KeyError, match="which"):
        raised.run(session, {})


def test_a_default_that_is_not_given_is_an_error(session):
    with pytest.raises(AssertionError, match="default"):
        Prepared(insert(_cursor), ("channel", "cursor")).run(
            session, {"channel": "x", "cursor": ""}
        )
