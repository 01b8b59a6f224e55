"""One pipeline for every log line: ours, Flask's, SQLAlchemy's, APScheduler's and the server's.

JSON lines in production, readable ones elsewhere, on standard error. Nothing that a person typed, no address, secret or
link reaches a line: exceptions lose their messages (core/safe_errors.py), the path of a request becomes its route.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import re
import sys
import threading
from collections.abc import Mapping
from numbers import Number
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import has_request_context, request
from sqlalchemy.exc import OperationalError
from structlog.typing import EventDict, Processor, WrappedLogger

from volunteer_hub.core.safe_errors import describe, format_trace

EMAIL = re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+")
SECRET = re.compile(r"(?=[\w-]*\d)(?=[\w-]*[A-Z])(?=[\w-]*[a-z])[\w-]{24,}")
NO_ROUTE = "(no route)"
QUIET = ("alembic", "apscheduler", "sqlalchemy", "urllib3", "mail.log")
"""Libraries that say much below a warning."""
SERVER = ("_granian", "granian.access")


def route() -> str:
    """The pattern of the request's address, like `/requests/<id:request_id>`: paths carry secret links."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def scrub(text: str) -> str:
    """A text without the path of the present request, email addresses and secrets."""
    if has_request_context():
        if len(request.path) > 1:
            text = text.replace(request.path, route())
        for value in (request.view_args or {}).values():
            if isinstance(value, str) and len(value) > 3:
                text = text.replace(value, "[value]")
    return SECRET.sub("[secret]", EMAIL.sub("[email]", text))


def _safe_value(value: Any) -> Any:
    """A value as a line may hold it; what is neither number nor collection becomes scrubbed text."""
    if value is None or isinstance(value, Number):
        return value
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, Mapping):
        return {_safe_value(key): _safe_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe_value(each) for each in value]
    return scrub(str(value))


def _without_values(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Scrub what a line says; its own fields `route` and `request_id` are safe already."""
    trusted = {"route", "request_id", "timestamp", "level", "logger", "exc_info"}
    return {key: value if key in trusted or key.startswith("_") else _safe_value(value) for key, value in event.items()}


def _with_trace(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Put an exception into words, in place of the messages that Python would print."""
    found = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exc_info()[1] if found is True else found[1] if isinstance(found, tuple) else found
    if isinstance(error, BaseException):
        event["exception"] = format_trace(error)
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


# At once, so that a process without `configure` (a test, a benchmark) hears no more than standard logging lets it.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    wrapper_class=structlog.stdlib.BoundLogger,
    logger_factory=structlog.stdlib.LoggerFactory(),
)


class SafeFormatter(structlog.stdlib.ProcessorFormatter):
    """Every record as one line. What a record was given as arguments is made safe before it is put in."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        record = copy.copy(record)
        if isinstance(record.msg, BaseException):
            record.msg = describe(record.msg)
        if isinstance(record.args, tuple):
            record.args = tuple(_safe_value(value) for value in record.args)
        elif isinstance(record.args, Mapping):
            record.args = {key: _safe_value(value) for key, value in record.args.items()}
        record.exc_text = None
        return super().format(record)


class SafeHandler(logging.StreamHandler[TextIO]):
    """Writes lines. One that cannot be put into words is told of without its arguments, which Python would print."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Write a line in its place, if that can be written at all."""
        told = "a line could not be put into words"
        instead = logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, told, None, None)
        with contextlib.suppress(Exception):
            self.stream.write(self.format(instead) + self.terminator)


def _formatter(*, json_lines: bool, colors: bool) -> logging.Formatter:
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return SafeFormatter(foreign_pre_chain=SHARED, processors=[drop_meta, _without_values, _with_trace, last])


def _is_no_request_line(record: logging.LogRecord) -> bool:
    """False for the access lines of `flask run`, which hold the raw path; ours stand instead."""
    return " - - [" not in str(record.msg)


def configure(*, json_lines: bool, stream: TextIO | None = None, level: int = logging.INFO) -> logging.Handler:
    """Send all lines of this process through the pipeline. Returns the one handler."""
    handler = SafeHandler(stream)
    handler.setFormatter(_formatter(json_lines=json_lines, colors=handler.stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SERVER:
        logging.getLogger(name).handlers.clear()
    logging.getLogger("_granian").propagate = True
    logging.getLogger("granian.access").propagate = False  # its lines hold the raw path
    logging.getLogger("werkzeug").addFilter(_is_no_request_line)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    return handler


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """What nobody caught ends a process or a thread; Python would print its message."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log = logging.getLogger("volunteer_hub")
    if isinstance(error, OperationalError):
        log.critical("ended because the database cannot be used: %s", error)
    else:
        log.critical("ended by a fault", exc_info=error or kind())


def json_formatter() -> logging.Formatter:
    """The formatter of production, for a logging configuration that names it, such as the web server's own."""
    return _formatter(json_lines=True, colors=False)
