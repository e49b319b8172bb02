"""Random steps on one database: each example leaves nothing behind."""

from collections.abc import Iterator
from contextlib import contextmanager

from crm_store.session import Database, Session


@contextmanager
def forgotten(db: Database) -> Iterator[Session]:
    """A transaction that leaves nothing behind, so that one database serves every example."""
    with db.transaction() as session, session.begin_nested() as everything:
        yield session
        everything.rollback()
