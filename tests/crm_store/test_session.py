"""Transactions: all or nothing, many at once, on both databases; the schema and its rules."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import DateTime, select, text
from sqlalchemy.exc import DBAPIError

import crm_store
from crm_store import customers, migrate
from crm_store.models import Base, Counter, Customer, PollCursor
from crm_store.session import Busy, Database, insert_ignore, now

HERE = Path(crm_store.__file__).parent
ROOT = HERE.parent
PACKAGES = ("bot", "actions", "channels", "nlu", "crm_store")


def names(db):
    with db.reading() as session:
        return list(session.scalars(select(Customer.name).order_by(Customer.id)))


def test_leaving_commits(real_db):
    with real_db.transaction() as session:
        customers.add(session, name="Ana")
    assert names(real_db) == ["Ana"]


def test_an_error_leaves_nothing(db):
    def write():
        with db.transaction() as session:
            customers.add(session, name="Ana")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write()
    assert names(db) == []


def test_reading_changes_nothing(real_db):
    with real_db.reading() as session:
        session.add(Customer(name="Ana"))
        with pytest.raises(DBAPIError):
            session.flush()
    assert names(real_db) == []


def test_reading_sees_one_moment(real_db):
    with real_db.reading() as session:
        count = text("SELECT count(*) FROM customers")
        before = session.scalar(count)
        with real_db.transaction() as writer:
            customers.add(writer, name="Ana")
        assert session.scalar(count) == before


def test_fifty_writers_at_once_all_succeed(real_db):
    def write(number):
        with real_db.transaction() as session:
            customers.add(session, name=str(number))

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(write, range(50)))
    assert sorted(names(real_db), key=int) == [str(number) for number in range(50)]


def test_a_transaction_inside_another_is_told_what_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr("crm_store.session.BUSY_SECONDS", 0.05)
    db = Database.open(f"sqlite:///{tmp_path / 'x.db'}")
    with db.transaction(), pytest.raises(Busy, match="inside another"), db.transaction():
        pass
    db.close()


def test_two_processes_share_a_file(database_url):
    one, other = (Database.open(database_url) for _ in range(2))

    def write(db):
        for _ in range(20):
            with db.transaction() as session:
                customers.add(session, name="x")

    threads = [threading.Thread(target=write, args=(db,)) for db in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(names(one)) == 40
    one.close()
    other.close()


def test_insert_ignore_tells_whether_the_row_was_new(session):
    assert insert_ignore(session, Counter, {"name": "n", "value": 1})
    assert not insert_ignore(session, Counter, {"name": "n", "value": 2})
    assert session.get_one(Counter, "n").value == 1


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("synchronous", 2), ("busy_timeout", 10000)],
)
def test_sqlite_is_set_up_to_lose_nothing(tmp_path, pragma, value):
    db = Database.open(f"sqlite:///{tmp_path / 'x.db'}")
    with db.transaction() as session:
        assert session.scalar(text(f"PRAGMA {pragma}")) == value
    db.close()


def test_times_are_aware_and_come_back_as_they_went(session):
    at = now()
    session.add(PollCursor(channel="mail", cursor="1", updated_at=at))
    session.flush()
    session.expire_all()
    kept = session.get_one(PollCursor, "mail").updated_at
    assert (kept, kept.utcoffset().total_seconds()) == (at, 0)


def test_a_naive_time_is_refused(session):
    session.add(PollCursor(channel="mail", cursor="1", updated_at=datetime(2026, 5, 1)))
    with pytest.raises(Exception, match="naive datetime"):
        session.flush()
    session.rollback()


def test_json_is_cleaned_like_text(session):
    customer = customers.add(session, attributes={"a\0": ["\ud83d", {"b": "c\0"}], "n": 1})
    session.refresh(customer)
    assert customer.attributes == {"a": ["\ufffd", {"b": "c"}], "n": 1}


def test_the_migrations_make_exactly_the_models(template):
    assert migrate.current(template) == migrate.head()
    assert migrate.differences(template) == []


def test_migrating_twice_changes_nothing(database_url):
    migrate.upgrade(database_url)
    assert migrate.current(database_url) == migrate.head()


def test_every_migration_can_be_undone_and_done_again(database_url):
    migrate.downgrade(database_url, "base")
    assert migrate.current(database_url) is None
    migrate.upgrade(database_url)
    assert migrate.differences(database_url) == []


def test_every_relationship_refuses_to_load_by_itself():
    lazy = {
        relationship.lazy
        for mapper in Base.registry.mappers
        for relationship in mapper.relationships
    }
    assert lazy == {"raise"}


def test_every_constraint_has_a_name_and_every_time_is_aware():
    for table in Base.metadata.sorted_tables:
        assert all(constraint.name for constraint in table.constraints), table.name
        plain = [column.name for column in table.columns if type(column.type) is DateTime]
        assert plain == [], table.name


def test_every_foreign_key_that_is_followed_back_has_an_index():
    rarely = {"staff.id", "messages.id", "consents.id", "tiers.id", "rewards.id", "identities.id"}
    for table in Base.metadata.sorted_tables:
        first = {next(iter(index.columns)).name for index in table.indexes}
        first |= {
            next(iter(one.columns)).name
            for one in table.constraints
            if len(one.columns) > 0
            and type(one).__name__ in ("UniqueConstraint", "PrimaryKeyConstraint")
        }
        missing = {
            key.parent.name
            for key in table.foreign_keys
            if key.target_fullname not in rarely and key.parent.name not in first
        }
        assert missing - {"merged_into_id", "conversation_id", "reverses_id"} == set(), table.name


def sources(*packages):
    for package in packages:
        yield from (ROOT / package).rglob("*.py")


def test_only_the_session_module_commits():
    commits = {
        path.relative_to(ROOT).as_posix()
        for path in sources(*PACKAGES)
        if ".commit(" in path.read_text(encoding="utf-8")
    }
    assert commits == {"crm_store/session.py"}


def test_only_the_store_knows_sqlalchemy():
    importing = re.compile(r"^\s*(from|import) (sqlalchemy|alembic)\b", re.MULTILINE)
    found = [
        path.relative_to(ROOT).as_posix()
        for path in sources(*PACKAGES)
        if importing.search(path.read_text(encoding="utf-8"))
    ]
    assert [name for name in found if not name.startswith("crm_store/")] == []


@pytest.mark.needs_postgres
def test_a_database_server_that_vanished_is_given_up_within_minutes(real_db):
    if real_db.dialect != "postgresql":
        return
    with real_db.reading() as session:
        driver = session.connection().connection.driver_connection
        given = driver.info.get_parameters()
    assert given["connect_timeout"] == "10"
    assert given["tcp_user_timeout"] == "60000"
