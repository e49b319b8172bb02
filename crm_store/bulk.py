"""Many rows at once, for imports and demo data; everything else goes through its own module."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert

from crm_store.models.base import Base
from crm_store.session import Session

CHUNK = 500


def insert_rows(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Insert `rows` (all with the same keys) into `table`; their ids, in order.

    Raises KeyError for an unknown table.
    """
    target = Base.metadata.tables[table]
    statement = insert(target).returning(target.c.id, sort_by_parameter_order=True)
    ids: list[int] = []
    for start in range(0, len(rows), CHUNK):
        chunk = [dict(row) for row in rows[start : start + CHUNK]]
        ids.extend(session.execute(statement, chunk).scalars())
    return ids


def insert_plain(session: Session, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert `rows` into a table that has no id of its own."""
    if rows:
        session.execute(insert(Base.metadata.tables[table]), [dict(row) for row in rows])
