"""Opening the database and the only place that commits."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, Literal, Self

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Session

from crm_store.models.base import table_of
from crm_store.models.columns import now
from crm_store.prepared import Prepared, filled

__all__ = [
    "Busy",
    "Database",
    "Duplicate",
    "Session",
    "Unfit",
    "insert_ignore",
    "insert_once",
    "now",
]

Synchronous = Literal["full", "normal", "off", "extra"]
Duplicate = IntegrityError
"""A unique or check constraint refused a row."""
Unfit = (IntegrityError, DataError)
"""A row's values were refused, and would be again."""

BUSY_SECONDS = 10.0
_LOST = {
    "connect_timeout": 10,
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}
"""A server whose machine vanished is given up after a minute; by itself TCP waits for hours."""


class Busy(Exception):
    """Another transaction held the database too long; is a transaction opened inside another?"""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class Database:
    """One store. `transaction()` commits on leaving, `reading()` never does."""

    def __init__(self, writer: Engine | Connection, reader: Engine | Connection) -> None:
        self._writer = writer
        self._reader = reader
        # SQLite has one writer at a time; its own waiting sleeps, a lock hands over at once.
        self._turn = threading.Lock() if self.dialect == "sqlite" else None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        synchronous: Synchronous = "full",
        pool_size: int = 10,
        foreign_keys: bool = True,
    ) -> Self:
        """Connect to `sqlite:///file.db` or `postgresql://user@host/name`.

        `synchronous` is SQLite's: "full" survives a power cut, "normal" may lose the last commits.
        `foreign_keys` off is for migrations alone: SQLite changes a table by copying it.
        """
        address = make_url(url)
        if address.get_backend_name() == "sqlite":
            engine = _open_sqlite(address, pool_size, _pragmas(synchronous, foreign_keys))
            return cls(engine, engine.execution_options(reading=True))
        address = address.set(drivername="postgresql+psycopg")
        lost = {name: value for name, value in _LOST.items() if name not in address.query}
        engine = create_engine(address, pool_size=pool_size, pool_pre_ping=True, connect_args=lost)
        snapshot = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        return cls(engine, engine.execution_options(**snapshot))

    @classmethod
    def over(cls, connection: Connection) -> Self:
        """A store inside a transaction the caller rolls back; every commit is a savepoint."""
        return cls(connection, connection)

    @property
    def dialect(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._writer.dialect.name

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """All or nothing. Raises Busy if it cannot start within ten seconds (SQLite)."""
        with self._taken_turn(), self._session(self._writer) as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A read-only snapshot; whatever is changed in it is forgotten."""
        with self._session(self._reader) as session:
            session.autoflush = False
            yield session

    def close(self) -> None:
        """Close every pooled connection."""
        if isinstance(self._writer, Engine):
            self._writer.dispose()

    def _session(self, bind: Engine | Connection) -> Session:
        return Session(bind, expire_on_commit=False, join_transaction_mode="create_savepoint")

    @contextmanager
    def _taken_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise Busy
        try:
            yield
        finally:
            self._turn.release()


def insert_ignore(
    session: Session, table: type[DeclarativeBase] | Table, values: Mapping[str, Any]
) -> bool:
    """Insert one row unless a unique constraint already holds one like it. True if it was new."""
    return insert_once(session, table, values) is not None


def insert_once(
    session: Session, table: type[DeclarativeBase] | Table, values: Mapping[str, Any]
) -> Any:
    """`insert_ignore` that gives the new row's key, None if there was one like it."""
    target = table if isinstance(table, Table) else table_of(table)
    row = filled(target, values)
    found = _inserting(target, tuple(row)).rows(session, row)
    return found[0][0] if found else None


@cache
def _inserting(target: Table, columns: tuple[str, ...]) -> Prepared:
    key = next(iter(target.primary_key))
    statements = {
        "sqlite": sqlite.insert(target).on_conflict_do_nothing().returning(key),
        "postgresql": postgresql.insert(target).on_conflict_do_nothing().returning(key),
    }
    return Prepared(statements, columns)


def _open_sqlite(address: URL, pool_size: int, pragmas: Mapping[str, str | int]) -> Engine:
    arguments = {"timeout": BUSY_SECONDS, "cached_statements": 512}
    pool = {} if address.database in (None, "", ":memory:") else {"pool_size": pool_size}
    engine = create_engine(address, connect_args=arguments, **pool)

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver would begin too late and leak past rollback
        for name, value in pragmas.items():
            connection.execute(f"PRAGMA {name} = {value}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        reading = connection.get_execution_options().get("reading", False)
        driver: Any = connection.connection.dbapi_connection
        if connection.info.get("reading", False) != reading:
            driver.execute(f"PRAGMA query_only = {int(reading)}")
            connection.info["reading"] = reading
        driver.execute("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine


def _pragmas(synchronous: Synchronous, foreign_keys: bool) -> dict[str, str | int]:
    return {
        "journal_mode": "wal",
        "synchronous": synchronous,
        "foreign_keys": int(foreign_keys),
        "busy_timeout": int(BUSY_SECONDS * 1000),
        "cache_size": -32_000,
        "mmap_size": 268_435_456,
        "temp_store": "memory",
        "journal_size_limit": 67_108_864,
    }
