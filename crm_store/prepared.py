"""Statements of the message flow, compiled once and handed straight to the driver.

For a small statement SQLAlchemy's own work at each call (cache key, context, processors, result
metadata) is many times the database's. Here that is done once for each dialect. The session stays
the unit of work: a prepared statement runs on its connection, inside its transaction, but does
not see what the session has yet to flush.
"""

import json
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self, TypeVar

from sqlalchemy import Boolean, Connection, Dialect, Table, Unicode, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql import ClauseElement, ColumnElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeDecorator, TypeEngine

T = TypeVar("T")
Values = Mapping[str, Any]
_Process = Callable[[Any], Any]
_NOTHING: Values = {}
_KEPT = "prepared"
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Among(ColumnElement[bool]):
    """`column` is one of the many values in the one parameter `name`.

    SQLAlchemy's own IN writes another statement for each number of values.
    """

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str = "ids") -> None:
        self.column = column
        self.values = bindparam(name, type_=_Listed(column.type))

    def self_group(self, against: Any = None) -> Self:
        """It is a condition already: SQLite needs no `= 1` after it."""
        return self


class _Listed(TypeDecorator[Any]):
    """Many values as one parameter: JSON text for SQLite, an array for PostgreSQL."""

    impl = Unicode
    cache_ok = False

    def __init__(self, of: TypeEngine[Any]) -> None:
        super().__init__()
        self._of = of

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return ARRAY(self._of) if dialect.name == "postgresql" else Unicode()

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if dialect.name == "postgresql":
            return list(value)
        write = self._of.dialect_impl(dialect).bind_processor(dialect) or _as_it_is
        return _to_json([write(one) for one in value])


def _as_it_is(value: Any) -> Any:
    return value


@compiles(Among, "sqlite")
def _among_sqlite(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    listed = select(func.json_each(element.values).table_valued("value").c.value)
    return compiler.process(element.column.in_(listed), **options)


@compiles(Among, "postgresql")
def _among_postgresql(element: Among, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.column == any_(element.values), **options)


def filled(table: Table, values: Values) -> dict[str, Any]:
    """`values` and the defaults that the table's columns have in Python."""
    defaults: list[tuple[str, Any]] = [
        (column.name, column.default)
        for column in table.columns
        if column.default is not None and column.name not in values
    ]
    return {
        **{name: one.arg(None) if one.is_callable else one.arg for name, one in defaults},
        **values,
    }


class Prepared:
    """A statement with named parameters, the same for all dialects or one for each.

    `columns` are what an INSERT is given; all that have a default in Python must be among them.
    Rows come as the NamedTuple `shape`, or as one made from the names of their columns.
    Every method raises what `Session.execute` raises.
    """

    def __init__(
        self,
        statement: ClauseElement | Mapping[str, ClauseElement],
        columns: Iterable[str] = (),
        *,
        shape: Any = None,
    ) -> None:
        self._statement = statement
        self._columns = list(columns)
        self._shape = shape
        self._built: dict[str, _Built] = {}

    def run(self, session: Session, values: Values = _NOTHING) -> None:
        """Execute it once."""
        self._call(session, lambda built, cursor: built.run(cursor, values))

    def run_many(self, session: Session, rows: Sequence[Values]) -> None:
        """Execute it for each of `rows`; not at all if there are none."""
        if rows:
            self._call(session, lambda built, cursor: built.run_many(cursor, rows))

    def rows(self, session: Session, values: Values = _NOTHING) -> list[Any]:
        """What it finds or returns, as tuples with names."""
        return self._call(session, lambda built, cursor: built.rows(cursor, values))

    def rows_of_many(self, session: Session, rows: Sequence[Values]) -> list[Any]:
        """What it returns when executed for each of `rows`."""
        if not rows:
            return []
        return self._call(session, lambda built, cursor: built.rows_of_many(cursor, rows))

    def _call(self, session: Session, use: Callable[["_Built", Any], T]) -> T:
        connection, driver = _connected(session)
        dialect = connection.dialect
        built = self._built.get(dialect.name)
        if built is None:
            built = self._built[dialect.name] = self._build(dialect)
        try:
            return use(built, driver.cursor())
        except dialect.loaded_dbapi.Error as error:
            raise _translated(error, built.sql, connection) from error

    def _build(self, dialect: Dialect) -> "_Built":
        statement = self._statement
        if isinstance(statement, Mapping):
            statement = statement[dialect.name]
        return _Built(statement, self._columns, self._shape, dialect)


def _connected(session: Session) -> tuple[Connection, Any]:
    """The connection of the session's transaction, and the driver's.

    Kept while that transaction or savepoint lasts: asking the session, which also begins them,
    costs as much as a small statement.
    """
    running = _running(session)
    kept = session.info.get(_KEPT)
    if running is not None and kept is not None and kept[0]() is running:
        return kept[1], kept[2]
    connection = session.connection()
    driver = connection.connection.dbapi_connection
    session.info[_KEPT] = (weakref.ref(_running(session)), connection, driver)
    return connection, driver


def _running(session: Session) -> Any:
    return session.get_nested_transaction() or session.get_transaction()


def _translated(error: Exception, sql: str, connection: Connection) -> BaseException:
    """The driver's error as SQLAlchemy's; parameters are left out, they are people's words."""
    dialect = connection.dialect
    return DBAPIError.instance(sql, None, error, dialect.loaded_dbapi.Error, dialect=dialect)


class _Built:
    """A statement in one dialect's SQL, with its types' ways in and out."""

    def __init__(
        self, statement: ClauseElement, columns: list[str], shape: Any, dialect: Dialect
    ) -> None:
        compiled: Any = statement.compile(dialect=dialect, column_keys=columns or None)
        assert not compiled.insert_prefetch, "every column with a default must be given"
        self.sql = str(compiled)
        self._one_by_one = dialect.name == "sqlite"
        places = list(compiled.positiontup if compiled.positional else compiled.params)
        self._names = None if compiled.positional else places
        self._plan = [_parameter(name, compiled, dialect) for name in places]
        found = getattr(statement, "exported_columns", None) or {}
        row: Any = shape or namedtuple("Row", found.keys())
        self._row = row._make
        readers = ((place, _reader(column, dialect)) for place, column in enumerate(found))
        self._readers = [(place, read) for place, read in readers if read is not None]

    def run(self, cursor: Any, values: Values) -> None:
        cursor.execute(self.sql, self._parameters(values))

    def run_many(self, cursor: Any, rows: Sequence[Values]) -> None:
        cursor.executemany(self.sql, [self._parameters(row) for row in rows])

    def rows(self, cursor: Any, values: Values) -> list[Any]:
        cursor.execute(self.sql, self._parameters(values))
        return self._read(cursor.fetchall())

    def rows_of_many(self, cursor: Any, rows: Sequence[Values]) -> list[Any]:
        if self._one_by_one:  # SQLite's driver gives nothing back for many
            return [found for row in rows for found in self.rows(cursor, row)]
        cursor.executemany(self.sql, [self._parameters(row) for row in rows], returning=True)
        found = cursor.fetchall()
        while cursor.nextset():
            found += cursor.fetchall()
        return self._read(found)

    def _parameters(self, values: Values) -> Any:
        """As the driver takes them: by place or by name."""
        given = [
            fixed if key is None else values[key] if write is None else write(values[key])
            for key, write, fixed in self._plan
        ]
        return given if self._names is None else dict(zip(self._names, given, strict=True))

    def _read(self, found: Sequence[tuple[Any, ...]]) -> list[Any]:
        if self._readers:
            return [self._row(self._converted(row)) for row in found]
        return [self._row(row) for row in found]

    def _converted(self, row: tuple[Any, ...]) -> list[Any]:
        values = list(row)
        for place, read in self._readers:
            values[place] = read(values[place])
        return values


def _parameter(
    name: str, compiled: Any, dialect: Dialect
) -> tuple[str | None, _Process | None, Any]:
    """(the name of the value to be given, how to write it, -), or (None, -, its fixed value)."""
    bind = compiled.binds[name]
    write = bind.type.dialect_impl(dialect).bind_processor(dialect)
    if bind.required:
        return name, write, None
    value = compiled.params[name]
    return None, None, write(value) if write else value


def _reader(column: ColumnElement[Any], dialect: Dialect) -> _Process | None:
    return column.type.dialect_impl(dialect).result_processor(dialect, None)
