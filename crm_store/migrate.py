"""Bring a database to the newest schema.

Alembic is imported where something is to be migrated: to see that nothing is takes one query.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import OperationalError

from crm_store.migrations.scope import is_ours
from crm_store.models import Base
from crm_store.session import Database

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent / "migrations"


class BrokenReference(Exception):
    """A migration left rows that point to nothing; nothing was changed."""


class Unopenable(Exception):
    """There is no such database, or it does not let us in; the argument says why."""


def upgrade(url: str, revision: str = "head") -> None:
    """Run every migration not yet run, in one transaction. Raises BrokenReference."""
    from alembic import command

    with _connection(url) as connection:
        command.upgrade(_config(connection), revision)
        _check_references(connection)


def downgrade(url: str, revision: str) -> None:
    """Undo migrations down to `revision` (or `base`); what they added is lost."""
    from alembic import command

    with _connection(url) as connection:
        command.downgrade(_config(connection), revision)


def current(url: str) -> str | None:
    """The revision of the database; None if it is empty. Raises Unopenable."""
    try:
        with _connection(url) as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return None if found is None else str(found)
    except OperationalError as error:
        raise Unopenable(str(error.orig).strip()) from error


def head() -> str:
    """The newest revision there is: their files begin with their numbers."""
    return max(path.stem.partition("_")[0] for path in FOLDER.glob("versions/[0-9]*.py"))


def differences(url: str) -> list[Any]:
    """What autogenerate would still change; empty if the migrations match the models."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    options = {"include_name": is_ours, "compare_type": True}
    with _connection(url) as connection:
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, Base.metadata))


@contextmanager
def _connection(url: str) -> Iterator[Connection]:
    db = Database.open(url, foreign_keys=False, pool_size=1)
    try:
        with db.transaction() as session:
            yield session.connection()
    finally:
        db.close()


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _check_references(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise BrokenReference(f"{BrokenReference.__doc__} First: {tuple(broken)}")
