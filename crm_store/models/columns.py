"""Column types that keep bad values out: clean text, aware UTC times, short words, JSON."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Enum, ForeignKey, Integer, Text
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

BigInt = BigInteger().with_variant(Integer(), "sqlite")


def now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)


def clean_text(value: str) -> str:
    """`value` as both databases can hold it: no NUL, no lone surrogate (U+FFFD instead)."""
    if "\0" in value:
        value = value.replace("\0", "")
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def clean_json(value: Any) -> Any:
    """`value` with every string in it cleaned, keys too."""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, dict):
        return {clean_text(str(key)): clean_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [clean_json(item) for item in value]
    return value


class CleanText(TypeDecorator[str]):
    """Text of any length; what PostgreSQL cannot store is removed here and nowhere else."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else clean_text(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        # In one step instead of SQLAlchemy's three: every text of every row goes through here.
        return lambda value: None if value is None else clean_text(value)


class CleanJson(TypeDecorator[Any]):
    """JSON, as JSONB on PostgreSQL."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        kind = JSONB(none_as_null=True) if dialect.name == "postgresql" else JSON(none_as_null=True)
        return dialect.type_descriptor(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return clean_json(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. A naive one is a programming error.

    SQLite holds it as `2026-05-12 08:30:00.000000`, which sorts as text. Written and read in one
    step by hand: SQLAlchemy's own way through its SQLite type takes many times as long.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return sqlite.DATETIME()  # type: ignore[no-untyped-call]  # SQLAlchemy's own gap
        return DateTime(timezone=True)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return _in_utc(value)

    def bind_processor(self, dialect: Dialect) -> Any:
        return _to_text if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _from_text if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError(f"naive datetime {value!r}: the store holds aware times only")
    return value.astimezone(UTC)


def _to_text(value: datetime | None) -> str | None:
    aware = _in_utc(value)
    return None if aware is None else aware.isoformat(" ", "microseconds")[:26]


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


def words(kind: type[StrEnum], name: str) -> Enum:
    """A short string limited to the values of `kind` by a check constraint called `name`."""
    return Enum(
        kind,
        name=name,
        native_enum=False,
        create_constraint=True,
        length=20,
        values_callable=lambda members: [member.value for member in members],
    )


Id = Annotated[int, mapped_column(BigInt, primary_key=True)]
CustomerRef = Annotated[int, mapped_column(BigInt, ForeignKey("customers.id"))]
Created = Annotated[datetime, mapped_column(UtcDateTime, default=now)]
