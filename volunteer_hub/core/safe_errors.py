"""Describe exceptions for the log: class, error code, constraint and source lines, without the values they quote.

A message may repeat user input: PostgreSQL's DETAIL quotes the row, `int("…")` the text, a mail server the address.
Only messages that Python builds from names in our code are kept.
"""

from __future__ import annotations

import linecache
import os
import re
import smtplib
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from sqlalchemy.exc import DBAPIError

ROOT = Path(__file__).resolve().parents[2]
MESSAGE_IS_SAFE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
"""Exceptions whose messages consist of names of classes, attributes and modules."""
SQLITE_CONSTRAINT = re.compile(r"(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: [\w., ]+)?")
MAX_FRAMES = 40
MAX_CAUSES = 5


def describe(error: BaseException) -> str:
    """Return one line: the class and the details that cannot contain user input."""
    detail = ", ".join(part for part in _details(error) if part)
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    return f"{name} ({detail})" if detail else name


def _details(error: BaseException) -> Iterator[str]:
    if isinstance(error, DBAPIError):
        yield type(error.orig).__name__ * (type(error.orig).__name__ != type(error).__name__)
        error = error.orig or error
    if code := getattr(error, "sqlstate", None) or getattr(error, "sqlite_errorname", None):
        yield str(code)
        yield _constraint(error)
    elif isinstance(error, smtplib.SMTPResponseException):
        yield str(int(error.smtp_code))
    elif isinstance(error, OSError) and isinstance(error.errno, int) and not isinstance(error, smtplib.SMTPException):
        yield os.strerror(error.errno)
    elif type(error) in MESSAGE_IS_SAFE:
        yield str(error).partition("\n")[0]


def _constraint(error: BaseException) -> str:
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return str(name) if name else "".join(SQLITE_CONSTRAINT.findall(str(error))[:1])


def _relative_path(path: str) -> str:
    if path.startswith(str(ROOT) + os.sep):
        path = os.path.relpath(path, ROOT)
    return path.rpartition("site-packages" + os.sep)[2]


def _frames(trace: TracebackType | None) -> list[str]:
    lines = [
        f"  {_relative_path(frame.f_code.co_filename)}:{line} in {frame.f_code.co_name}: "
        + linecache.getline(frame.f_code.co_filename, line).strip()
        for frame, line in traceback.walk_tb(trace)
    ]
    return lines[-MAX_FRAMES:]


def format_trace(error: BaseException) -> str:
    """Return the exception and its causes, each with its source lines; the last exception raised comes first."""
    lines: list[str] = []
    visited: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in visited and len(visited) < MAX_CAUSES:
        lines += [("caused by " if visited else "") + describe(current), *_frames(current.__traceback__)]
        visited.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)
