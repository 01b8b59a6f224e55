"""Exceptions as a log may hold them: class, code, constraint and source lines, never the values they quote.

A message may repeat what a person typed: PostgreSQL's DETAIL quotes the row, `int("…")` the text, a mail server the
address. Only messages that Python makes of names in our code are kept.
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
NAMES_ONLY = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
"""Python words these with names of classes, attributes and modules."""
SQLITE_CONSTRAINT = re.compile(r"(?:UNIQUE|NOT NULL|CHECK|FOREIGN KEY) constraint failed(?:: [\w., ]+)?")
MAX_FRAMES = 40
MAX_CAUSES = 5


def describe(error: BaseException) -> str:
    """One line: the class, and what is known to hold no value."""
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
    elif type(error) in NAMES_ONLY:
        yield str(error).partition("\n")[0]


def _constraint(error: BaseException) -> str:
    name = getattr(getattr(error, "diag", None), "constraint_name", None)
    return str(name) if name else "".join(SQLITE_CONSTRAINT.findall(str(error))[:1])


def _place(path: str) -> str:
    """A file by its place in the project or among the packages, without the machine's folders."""
    if path.startswith(str(ROOT) + os.sep):
        path = os.path.relpath(path, ROOT)
    return path.rpartition("site-packages" + os.sep)[2]


def _frames(trace: TracebackType | None) -> list[str]:
    """Where it went through, without the values of variables."""
    found = [
        f"  {_place(frame.f_code.co_filename)}:{line} in {frame.f_code.co_name}: "
        + linecache.getline(frame.f_code.co_filename, line).strip()
        for frame, line in traceback.walk_tb(trace)
    ]
    return found[-MAX_FRAMES:]


def format_trace(error: BaseException) -> str:
    """The exception and what caused it, each with its source lines; the last one raised stands first."""
    lines: list[str] = []
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen and len(seen) < MAX_CAUSES:
        lines += [("caused by " if seen else "") + describe(current), *_frames(current.__traceback__)]
        seen.append(current)
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)
