"""The database: the base class of models, the column type for instants, transactions and lock waits.

SQLite: writing requests begin IMMEDIATE, so what they read cannot change before they write. PostgreSQL: waits for
connections, statements and locks are bounded. docs/invariants.md states what depends on this.
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
"""A connection option: the transaction reads one snapshot, writes nothing and holds no lock."""
INSERT_BATCH_ROWS = 5_000
INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""The insert construct with ON CONFLICT, by dialect."""
SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "busy_timeout=20000",
)
LOCK_WAIT = "lock_wait"
"""A connection option: seconds that its transaction waits for SQLite's write lock at most."""
BACKGROUND_LOCK_WAIT_SECONDS = 20.0
"""How long the scheduler and commands wait for SQLite's write lock."""
BACKGROUND_LOCK_TIMEOUT_MS = 60_000
"""How long the scheduler and commands wait for a lock on PostgreSQL. Their statements have no time limit."""
POOL_TIMEOUT_SECONDS = 5
KEEPALIVE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 15_000,
}
"""libpq's parameters and units: when to give up on a PostgreSQL server that hangs or has vanished."""


class UTCDateTime(sa.types.TypeDecorator[dt.datetime]):
    """A column type for instants: rejects naive values, returns aware UTC."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True
    python_type = dt.datetime

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
    """The base of all models. Constraint names follow NAMING, so that migrations can refer to them."""

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
    """Return a column type that stores the values of `kind` as text, with a CHECK constraint named after the class."""
    name = "".join(("_" if c.isupper() else "") + c.lower() for c in kind.__name__).lstrip("_")
    return sa.Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name,
        values_callable=lambda members: [member.value for member in members],
    )


def _fold(text: str | None) -> str | None:
    """Implement the SQL function `fold` for SQLite, whose own `lower` handles ASCII only (core/search.py)."""
    return None if text is None else plain_text.fold(text)


def prepare_engine(engine: Engine) -> None:
    """Install our transaction handling on a SQLite engine, and session settings and timeouts on a PostgreSQL one.

    On SQLite the driver's own transactions are switched off: a request that may write begins IMMEDIATE, so what it
    reads cannot change before it writes; readers never wait for a writer.
    """
    if engine.dialect.name != "sqlite":
        event.listen(engine, "do_connect", limit_connection)
        event.listen(engine, "connect", _set_formats)
        event.listen(engine, "checkout", _limit_waits)
        return

    @event.listens_for(engine, "connect")
    def _connect(dbapi: Any, _record: Any) -> None:
        dbapi.isolation_level = None
        for pragma in SQLITE_PRAGMAS:
            dbapi.execute("PRAGMA " + pragma)
        dbapi.create_function("fold", 1, _fold, deterministic=True)

    event.listen(engine, "begin", _begin)


def _begin(connection: sa.Connection) -> None:
    """Begin a transaction on SQLite. All transactions of one request share one budget of lock waiting."""
    options = connection.get_execution_options()
    is_reading = has_request_context() and request.method in READ_METHODS
    is_reading = is_reading or options.get(READ_ONLY, False)
    _set_lock_wait(connection, options.get(LOCK_WAIT, _lock_wait_left()))
    started = time.monotonic()
    try:
        connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")
    finally:
        if has_request_context():
            g.lock_waited = g.get("lock_waited", 0.0) + time.monotonic() - started


def _lock_wait_left() -> float:
    """Return the seconds that this request may still wait; outside of requests, the background limit."""
    if not has_request_context():
        return BACKGROUND_LOCK_WAIT_SECONDS
    return max(0.0, current_app.config["REQUEST_LOCK_SECONDS"] - g.get("lock_waited", 0.0))


def _set_lock_wait(connection: sa.Connection, seconds: float) -> None:
    milliseconds = round(seconds * 10) * 100
    if connection.info.get(LOCK_WAIT) != milliseconds:
        driver: Any = connection.connection.dbapi_connection
        driver.execute(f"PRAGMA busy_timeout={milliseconds}")
        connection.info[LOCK_WAIT] = milliseconds


def limit_connection(_dialect: Dialect, _record: Any, _arguments: Any, parameters: dict[str, Any]) -> None:
    """Bound the waits of a new PostgreSQL connection, except for parameters set in DATABASE_URL (`?connect_timeout=`).

    A hanging server accepts connections and never answers: without a limit the waiting requests use up all threads.
    """
    for name, value in KEEPALIVE.items():
        parameters.setdefault(name, value)


def _set_formats(dbapi: Any, _record: Any) -> None:
    """Use UTC and ISO dates whatever the server's defaults, so that a date taken from an instant is the UTC date."""
    _execute_outside_transaction(dbapi, "SET TIME ZONE 'UTC'", "SET DateStyle TO 'ISO, YMD'")


def _limit_waits(dbapi: Any, record: Any, _proxy: Any) -> None:
    """Set the timeouts of a PostgreSQL connection at checkout: short for requests, long for jobs and commands."""
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
    dbapi.autocommit = True  # a setting made within a transaction would be undone by its rollback
    with dbapi.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    dbapi.autocommit = False


def release_write_lock() -> None:
    """Release SQLite's write lock before slow work in a POST. PostgreSQL has no such lock, so nothing happens there.

    Rows read before may have changed after the work: read them again. Raises RuntimeError if something was written.
    """
    if db.session.new or db.session.dirty or db.session.deleted:
        raise RuntimeError("slow work comes before the first write")
    if db.engine.dialect.name == "sqlite":
        db.session.rollback()


@contextlib.contextmanager
def snapshot() -> Iterator[None]:
    """Run the block in one read-only snapshot that blocks no writer. The session is rolled back before and after."""
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
    """Compile a statement once, for a cache: compiling a long statement costs more than running it for a few rows.

    Write parameters in `statement` as `sa.literal_column(":name")`. Result values come as the driver returns them,
    without SQLAlchemy's type processing.
    """
    return sa.text(str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})))


def bulk_insert(table: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert tens of thousands of rows of plain numbers and texts in batches, without SQLAlchemy's type processing."""
    connection, rows = db.session.connection(), iter(rows)
    placeholder = "?" if connection.dialect.paramstyle == "qmark" else "%s"
    placeholders = ", ".join(placeholder for _ in names)
    statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({placeholders})"  # noqa: S608 -- names of our own tables
    while batch := [tuple(row) for row in itertools.islice(rows, INSERT_BATCH_ROWS)]:
        connection.exec_driver_sql(statement, batch)


def init_app(app: Flask) -> None:
    """Bind the database to `app`. Creates the folder and the file of a SQLite database if they are missing."""
    url = sa.make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    if url.get_backend_name() == "sqlite" and url.database and not url.database.startswith("file:"):
        _create_file(Path(url.database))
    if url.get_backend_name() == "postgresql":
        app.config["SQLALCHEMY_ENGINE_OPTIONS"] = _server_options(app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}))
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def _create_file(path: Path) -> None:
    """Create a SQLite file that no other user of the machine can read, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix and not path.exists():
        with contextlib.suppress(OSError):  # the first connection reports the fault with more detail
            path.touch(mode=0o600)


def _server_options(options: dict[str, Any]) -> dict[str, Any]:
    """Return the engine options for PostgreSQL: test connections before use, wait briefly for a free one."""
    defaults: dict[str, Any] = {"pool_pre_ping": True}
    if "poolclass" not in options:
        defaults["pool_timeout"] = POOL_TIMEOUT_SECONDS
    return defaults | options


def aggregate_rows(*columns: sa.ColumnElement[Any] | Any, where: sa.ColumnElement[bool]) -> sa.ScalarSelect[str]:
    """Select child rows as one text, `a,b|c,d`, so that a list page needs one query instead of one per table.

    `split_rows` returns them as a list of tuples of text. Values must not contain `,` or `|`.
    """
    parts: list[Any] = []
    for column in columns:
        parts += [sa.literal_column("','"), sa.cast(column, sa.Text)]
    row = parts[1]
    for part in parts[2:]:
        row = row + part
    separator: Any = sa.literal_column("'|'")  # a literal, not a parameter that every statement would bind again
    return sa.select(sa.func.aggregate_strings(row, separator)).where(where).scalar_subquery()


def split_rows(text: str | None) -> list[tuple[str, ...]]:
    """Return the rows of an `aggregate_rows` text, sorted, because aggregates have no order. None is no rows."""
    return sorted(tuple(row.split(",")) for row in text.split("|")) if text else []
