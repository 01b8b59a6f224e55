"""One logging pipeline for all sources: ours, Flask, SQLAlchemy, APScheduler and the web server.

Writes to standard error, JSON lines in production and readable lines elsewhere. No user input, address, secret or link
reaches a log line: exceptions lose their messages (core/safe_errors.py), and a request's path is replaced by its route.
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
NOISY_LOGGERS = ("alembic", "apscheduler", "sqlalchemy", "urllib3", "mail.log")
"""Loggers limited to warnings."""
SERVER_LOGGERS = ("_granian", "granian.access")


def route() -> str:
    """Return the URL rule of the request, like `/requests/<id:request_id>`; the path itself may carry a secret."""
    return request.url_rule.rule if request.url_rule else NO_ROUTE


def scrub(text: str) -> str:
    """Return a text without the current request's path, email addresses and secrets."""
    if has_request_context():
        if len(request.path) > 1:
            text = text.replace(request.path, route())
        for value in (request.view_args or {}).values():
            if isinstance(value, str) and len(value) > 3:
                text = text.replace(value, "[value]")
    return SECRET.sub("[secret]", EMAIL.sub("[email]", text))


def _safe_value(value: Any) -> Any:
    """Return a value that is safe to log; what is neither a number nor a collection becomes scrubbed text."""
    if value is None or isinstance(value, Number):
        return value
    if isinstance(value, BaseException):
        return describe(value)
    if isinstance(value, Mapping):
        return {_safe_value(key): _safe_value(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_safe_value(each) for each in value]
    return scrub(str(value))


def _scrub_event(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Scrub all values of an event except those that the pipeline itself adds."""
    safe_fields = {"route", "request_id", "timestamp", "level", "logger", "exc_info"}
    return {
        key: value if key in safe_fields or key.startswith("_") else _safe_value(value) for key, value in event.items()
    }


def _format_exception(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Replace the exception by its scrubbed trace."""
    info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = format_trace(error)
    return event


SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


# At import, so that a process that does not call `configure` (a test, a benchmark) obeys the levels of standard logging.
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
    """Formats every record as one line. The arguments of a record are scrubbed before they are inserted."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
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
    """Writes lines. A record that cannot be formatted is reported without its arguments, which Python would print."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 -- logging's name
        """Write a fixed line instead of a record that could not be formatted."""
        message = "a line could not be put into words"
        fallback = logging.LogRecord(record.name, logging.ERROR, record.pathname, record.lineno, message, None, None)
        with contextlib.suppress(Exception):
            self.stream.write(self.format(fallback) + self.terminator)


def _formatter(*, json_lines: bool, colors: bool) -> logging.Formatter:
    last: Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if json_lines
        else structlog.dev.ConsoleRenderer(colors=colors)
    )
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return SafeFormatter(foreign_pre_chain=SHARED, processors=[drop_meta, _scrub_event, _format_exception, last])


def _is_no_request_line(record: logging.LogRecord) -> bool:
    # The access lines of `flask run` hold the raw path; ours replace them.
    return " - - [" not in str(record.msg)


def configure(*, json_lines: bool, stream: TextIO | None = None, level: int = logging.INFO) -> logging.Handler:
    """Send all log lines of this process through the pipeline. Returns its single handler."""
    handler = SafeHandler(stream)
    handler.setFormatter(_formatter(json_lines=json_lines, colors=handler.stream.isatty()))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in NOISY_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SERVER_LOGGERS:
        logging.getLogger(name).handlers.clear()
    logging.getLogger("_granian").propagate = True
    logging.getLogger("granian.access").propagate = False  # its lines hold the raw path
    logging.getLogger("werkzeug").addFilter(_is_no_request_line)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = lambda args: _log_uncaught(args.exc_type, args.exc_value, args.exc_traceback)
    return handler


def _log_uncaught(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Log an uncaught exception without its message, which Python's own hook would print."""
    if issubclass(kind, KeyboardInterrupt):
        return
    log = logging.getLogger("volunteer_hub")
    if isinstance(error, OperationalError):
        log.critical("ended because the database cannot be used: %s", error)
    else:
        log.critical("ended by a fault", exc_info=error or kind())


def json_formatter() -> logging.Formatter:
    """Return the production formatter, for logging configurations such as the web server's granian_logs.json."""
    return _formatter(json_lines=True, colors=False)
