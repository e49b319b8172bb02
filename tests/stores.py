"""Fixtures for a migrated store on both databases.

`db` is one store per test that leaves nothing behind; `database_url` is a database of its own
with real commits, for threads and for programs run as a subprocess. Both run twice, once per
database. A folder that wants them says `from tests.stores import *` in its conftest.
"""

import itertools
import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from crm_store import migrate
from crm_store.session import Database, Session
from tests.postgres import NoPostgres, server_url

__all__ = ["backend", "database_url", "db", "engine", "real_db", "session", "template"]

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.needs_postgres))
_numbers = itertools.count(1)


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """The kind of database a test runs on."""
    return str(request.param)


@pytest.fixture(scope="session")
def template(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a migrated, empty database nobody writes to."""
    if backend == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('template') / 'akrab.db'}"
        migrate.upgrade(url)
        yield url
        return
    with _database("CREATE DATABASE {name}", _new_name("template")) as url:
        migrate.upgrade(url)
        yield url


@pytest.fixture
def database_url(backend: str, template: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a migrated database for this test alone."""
    if backend == "sqlite":
        copy = tmp_path / "akrab.db"
        shutil.copyfile(str(make_url(template).database), copy)
        yield f"sqlite:///{copy}"
        return
    with _copy_of(template, _new_name("test")) as url:
        yield url


@pytest.fixture
def real_db(database_url: str) -> Iterator[Database]:
    """A store with real commits, for tests with several threads."""
    db = Database.open(database_url, synchronous="off", pool_size=25)
    yield db
    db.close()


@pytest.fixture
def db(backend: str, template: str, request: pytest.FixtureRequest) -> Iterator[Database]:
    """A store that leaves nothing behind."""
    if backend == "sqlite":
        yield request.getfixturevalue("real_db")
        return
    with request.getfixturevalue("engine").connect() as connection:
        outer = connection.begin()
        yield Database.over(connection)
        outer.rollback()


@pytest.fixture
def session(db: Database) -> Iterator[Session]:
    """One open transaction on `db`."""
    with db.transaction() as session:
        yield session


@pytest.fixture(scope="session")
def engine(template: str) -> Iterator[Engine]:
    """Connections to a database every rolled-back test shares (PostgreSQL)."""
    with _copy_of(template, _new_name("shared")) as url:
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        yield engine
        engine.dispose()


def _new_name(what: str) -> str:
    """Each folder that imports these fixtures has its own, also of those of a session."""
    return f"akrab_{what}_{os.getpid()}_{next(_numbers)}"


def _copy_of(template: str, name: str) -> AbstractContextManager[str]:
    source = make_url(template).database
    return _database(f"CREATE DATABASE {{name}} TEMPLATE {source}", name)


@contextmanager
def _database(create: str, name: str) -> Iterator[str]:
    try:
        server = server_url()
    except NoPostgres as error:
        pytest.skip(str(error))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(create.format(name=name).encode())
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
