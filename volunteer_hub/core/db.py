"""The database: one base class, one column type for instants, and SQLite made safe.

Facts behind this file: trust.md 1, 2 and 10; libraries.md section 0, traps 1, 5 and 9.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import enum
import itertools
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import sqlalchemy as sa
from flask import Flask, current_app, g, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event, orm
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect, Engine

from volunteer_hub.core import plain_text

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
READ_ONLY = "only_reads"
"""An option of a connection: its transaction sees one moment, writes nothing and holds no lock."""
INSERT_BATCH_ROWS = 5_000
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By dialect: the insert that knows ON CONFLICT."""
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=20000",
)
LOCK_WAIT = "lock_wait"
"""An option of a connection: how many seconds its transaction waits at most for SQLite's write lock."""
BACKGROUND_LOCK_WAIT_SECONDS = 20.0
"""Seconds that the scheduler and commands wait for SQLite's write lock."""
BACKGROUND_LOCK_TIMEOUT_MS = 60_000
"""Milliseconds that the scheduler and commands wait for a lock of PostgreSQL. Their statements may take as long as they need."""
POOL_TIMEOUT_SECONDS = 5
KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""How soon a PostgreSQL server that hangs or vanished without a word is given up (libpq's names and units)."""


class UTCDateTime(sa.types.TypeDecorator[dt.datetime]):
    """An instant: refuses naive values on the way in, gives aware UTC on the way out."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone; use core.clock or core.times")
        return value.astimezone(dt.UTC)

    def process_result_value(self, value: dt.datetime | None, dialect: Any) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class Base(orm.DeclarativeBase):
    """Every table. Constraint names come from NAMING, so that migrations can name them."""

    registry = orm.registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={dt.datetime: UTCDateTime(), str: sa.Text()},
    )


db = SQLAlchemy(model_class=Base, engine_options={"hide_parameters": True})
if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

E = TypeVar("E", bound=enum.StrEnum)


def choice_type(kind: type[enum.StrEnum]) -> sa.Enum:
    """A column type that holds one of `kind`'s values as text, with a CHECK behind it."""
    name = "".join(("_" if c.isupper() else "") + c.lower() for c in kind.__name__).lstrip("_")
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def _folded(text: str | None) -> str | None:
    """SQLite's `fold`: its own `lower` knows ASCII only (core/search.py: folded)."""
    return None if text is None else plain_text.fold(text)


def prepare_engine(engine: Engine) -> None:
    """Make a SQLite engine safe for rivals, and PostgreSQL write days and instants as we read them.

    The driver of SQLite opens no transaction itself. A request that may write begins IMMEDIATE, so that
    what it reads cannot change before it writes; readers never wait for a writer.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "do_connect", limit_connection)
        event.listen(engine, "connect", _as_text)
        event.listen(engine, "checkout", _limit_waits)
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi.execute("PRAGMA " + pragma)
        dbapi.create_function("fold", 1, _folded, deterministic=True)

    event.listen(engine, "begin", _begin)


def _begin(connection: sa.Connection) -> None:
    """Begin on SQLite. All transactions of one request together wait no longer for the lock than one may."""
    options = connection.get_execution_options()
    reading = has_request_context() and request.method in READ_METHODS
    reading = reading or options.get(READ_ONLY, False)
    _set_lock_wait(connection, options.get(LOCK_WAIT, _lock_wait_left()))
    started = time.monotonic()
    try:
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
    finally:
        if has_request_context():
            g.lock_waited = g.get("lock_waited", 0.0) + time.monotonic() - started


def _lock_wait_left() -> float:
    """Returns the seconds that this request, or a transaction outside of requests, may still wait."""
    if not has_request_context():
        return BACKGROUND_LOCK_WAIT_SECONDS
    return max(0.0, current_app.config["REQUEST_LOCK_SECONDS"] - g.get("lock_waited", 0.0))


def _set_lock_wait(connection: sa.Connection, seconds: float) -> None:
    milliseconds = round(seconds * 10) * 100
    if connection.info.get(LOCK_WAIT) != milliseconds:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA busy_timeout={milliseconds}")
        connection.info[LOCK_WAIT] = milliseconds


def limit_connection(_dialect: Dialect, _record: Any, _given: Any, parameters: dict[str, Any]) -> None:
    """Bound the waits of a new connection to PostgreSQL, but for what DATABASE_URL sets (`?connect_timeout=`).

    A server that hangs takes connections and is silent: whoever waits for it for minutes uses up all threads.
    """
    for name, value in KEEPALIVE.items():
        parameters.setdefault(name, value)


def _as_text(dbapi: Any, _record: Any) -> None:
    """A server may be set up for another zone and another way to write days: a day that is cut out of an instant is UTC's."""
    _execute_outside_transaction(dbapi, "SET TIME ZONE 'UTC'", "SET DateStyle TO 'ISO, YMD'")


def _limit_waits(dbapi: Any, record: Any, _proxy: Any) -> None:
    """Before use on PostgreSQL: requests give up on a statement or a lock soon, jobs and commands late."""
    if has_request_context():
        statement, lock = (
            round(current_app.config[name] * 1000) for name in ("REQUEST_STATEMENT_SECONDS", "REQUEST_LOCK_SECONDS")
        )
    else:
        statement, lock = 0, BACKGROUND_LOCK_TIMEOUT_MS
    if record.info.get(LOCK_WAIT) != (statement, lock):
        _execute_outside_transaction(dbapi, f"SET statement_timeout = {statement}", f"SET lock_timeout = {lock}")
        record.info[LOCK_WAIT] = (statement, lock)


def _execute_outside_transaction(dbapi: Any, *statements: str) -> None:
    """A setting that is made within a transaction would end with its rollback."""
    dbapi.autocommit = True
    with dbapi.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    dbapi.autocommit = False


def release_write_lock() -> None:
    """Before slow work in a post: give SQLite's one write lock back. Nothing may have been written yet.

    What was read before may have changed when the work is done: read it again. PostgreSQL has no such lock.
    """
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("slow work comes before the first write")
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Read for long: everything as it was at one moment, while others go on writing. What went before is given up."""
    db.session.rollback()
    options: dict[str, Any] = {READ_ONLY: True}
    if db.engine.dialect.name == "postgresql":
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    db.session.connection(execution_options=options)
    try:
        yield
    finally:
        db.session.rollback()


def compile_to_text(statement: Any, dialect: Dialect) -> sa.TextClause:
    """As SQL, for a cache: to put a long statement together takes longer than the database does for a few rows.

    Parameters stand in `statement` as `sa.literal_column(":name")`; values come as the driver gives them.
    """
    return sa.text(str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))


def bulk_insert(table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert tens of thousands of rows of numbers and texts, a part at a time, as the driver takes them."""
    connection, rows = db.session.connection(), iter(rows)
    mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    marks = ", ".join(mark for _ in names)
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"  # noqa: S608 -- names of our own tables
    while part := [tuple(row) for row in itertools.islice(rows, INSERT_BATCH_ROWS)]:
        connection.exec_driver_sql(statement, part)


def init_app(app: Flask) -> None:
    """Bind the database to `app`; the folder for a SQLite file is made when it is missing."""
    file = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if file.get_backend_name() == "sqlite" and file.database:
        _make_file(Path(file.database))
    if file.get_backend_name() == "postgresql":
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _server_options(app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _make_file(path: Path) -> None:
    """Make the folder and the file of a SQLite database where they are missing; no other user of the machine may read it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix and not path.exists():
        with contextlib.suppress(OSError):  # the first connection says it better
            path.touch(mode=0o600)


def _server_options(given: dict[str, Any]) -> dict[str, Any]:
    """Returns the engine's options for PostgreSQL: a connection is tried before its use, and none is waited for long."""
    return {"pool_pre_ping": True} | ({} if "poolclass" in given else {"pool_timeout": POOL_TIMEOUT_SECONDS}) | given


def aggregate_rows(*columns: sa.ColumnElement[Any] | Any, where: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    """Child rows as one text, `a,b|c,d`, so that a list page needs one query and not one a table.

    Shapes: `unpack` gives back a list of tuples of text. Values must not hold `,` or `|`.
    """
    parts: list[Any] = []
    for column in columns:
        parts += [sa.literal_column("','"), sa.cast(column, sa.Text)]
    row = parts[1]
    for part in parts[2:]:
        row = row + part
    bar: Any = sa.literal_column("'|'")  # no parameters: they would have to be bound again with every statement
    return sa.select(sa.func.aggregate_strings(row, bar)).where(where).scalar_subquery()


def split_rows(text: str | None) -> list[tuple[str, ...]]:
    """The rows that `packed` put into one text, sorted, because aggregates come in any order."""
    return sorted(tuple(row.split(",")) for row in text.split("|")) if text else []
