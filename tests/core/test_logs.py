"""One pipeline for all lines; each request has one line and one number."""

from __future__ import annotations

import ast
import errno
import json
import logging
import smtplib
import subprocess
import sys
from typing import Any

import pytest
import structlog
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.log_lines import capture_logs
from tests.support.source import ROOT, find_calls
from volunteer_hub.core.safe_errors import describe, format_trace


def access(log: Any) -> list[dict[str, Any]]:
    """The lines about requests."""
    return [line for line in log.lines if line["event"] == "request"]


def test_each_request_has_one_line_with_its_route(client: Any) -> None:
    account = make_account()
    with capture_logs() as log:
        client.sign_in(account.email)
        client.get("/account?name=typed")
    records = [(line["method"], line["route"], line["status"], line["account_id"]) for line in access(log)]
    assert records == [
        ("GET", "/sign-in", 200, None),
        ("POST", "/sign-in", 303, None),
        ("GET", "/account", 200, account.id),
    ]
    assert all(line["ms"] >= 0 and line["level"] == "info" for line in access(log))


def test_answer_line_and_page_have_the_same_number(client: Any) -> None:
    with capture_logs() as log:
        reply = client.get("/nowhere")
    number = reply.headers["X-Request-ID"]
    assert [line["request_id"] for line in access(log)] == [number]
    assert f"Reference: {number}" in reply.text


def test_each_request_has_its_own_number_and_none_is_left_behind(client: Any) -> None:
    numbers = {client.get("/sign-in").headers["X-Request-ID"] for _ in range(3)}
    assert len(numbers) == 3
    assert structlog.contextvars.get_contextvars() == {}


@pytest.mark.parametrize(
    ("hops", "header", "is_accepted"),
    [
        (0, "0123456789abcdef0123456789abcdef", False),
        (1, "0123456789abcdef0123456789abcdef", True),
        (1, "123e4567-e89b-12d3-a456-426614174000", True),
        (1, "ann.example", False),
        (1, "0123456789ABCDEF0123456789ABCDEF", False),
        (1, "abc", False),
        (1, "a" * 65, False),
        (1, 'a" level="x 0123456789', False),
    ],
)
def test_number_from_outside_is_taken_from_a_trusted_proxy_alone(
    client: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, hops: int, header: str, is_accepted: bool
) -> None:
    monkeypatch.setitem(app.config, "PROXY_HOPS", hops)
    reply = client.get("/sign-in", headers={"X-Request-ID": header})
    assert (reply.headers["X-Request-ID"] == header) == is_accepted


def test_probes_are_logged_only_when_they_fail(client: Any) -> None:
    with capture_logs() as log:
        client.get("/healthz")
        client.get("/readyz?without=scheduler")
        client.get("/readyz")
    assert [(line["route"], line["status"]) for line in access(log)] == [("/readyz", 503)]


def test_standard_logging_and_structlog_give_the_same_lines(app: Flask) -> None:
    with capture_logs() as log:
        logging.getLogger("sqlalchemy.orm").warning("the %s is empty", "pool")
        structlog.get_logger("ours").warning("the pool is empty", size=3)
    first, second = log.lines
    assert first.pop("logger") == "sqlalchemy.orm"
    assert second.pop("logger") == "ours"
    assert second.pop("size") == 3
    assert first.pop("timestamp") <= second.pop("timestamp")
    assert first == second == {"event": "the pool is empty", "level": "warning"}


def test_development_lines_are_readable(app: Flask) -> None:
    with capture_logs(json_lines=False) as log:
        structlog.get_logger("ours").warning("the pool is empty", size=3)
    assert "the pool is empty" in log.text
    assert "{" not in log.text
    assert "\x1b" not in log.text, "no colours where the lines go to a file"


def test_lines_with_the_raw_path_of_other_servers_are_left_out(app: Flask) -> None:
    with capture_logs() as log:
        logging.getLogger("werkzeug").info('127.0.0.1 - - [30/Nov/2026] "%s" %s %s', "GET /confirm/secret", 200, "-")
        logging.getLogger("granian.access").info("GET /confirm/secret")
        logging.getLogger("werkzeug").info("running")
    assert [line["event"] for line in log.lines] == ["running"]


def test_web_server_s_main_process_writes_the_same_lines() -> None:
    code = (
        "import json; from granian import log; from pathlib import Path;"
        "log.configure_logging('info', json.loads(Path('volunteer_hub/core/granian_logs.json').read_text()));"
        "log.logger.info('Listening for %s', 'ann@example.org'); log.access_logger.info('GET /confirm/secret')"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(said.stderr)["event"] == "Listening for [email]"
    assert said.stdout == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (OSError(errno.ENOSPC, "typed"), "OSError (No space left on device)"),
        (FileNotFoundError(errno.ENOENT, "typed", "typed"), "FileNotFoundError (No such file or directory)"),
        (smtplib.SMTPDataError(550, b"typed"), "smtplib.SMTPDataError (550)"),
        (smtplib.SMTPRecipientsRefused({"typed": (550, b"typed")}), "smtplib.SMTPRecipientsRefused"),
        (AttributeError("'X' object has no attribute 'y'"), "AttributeError ('X' object has no attribute 'y')"),
        (KeyError("typed"), "KeyError"),
        (UnicodeDecodeError("utf-8", b"typed", 0, 1, "typed"), "UnicodeDecodeError"),
    ],
)
def test_exception_is_described_without_values(error: Exception, text: str) -> None:
    assert describe(error) == text


def test_trace_ends_for_exceptions_in_a_ring() -> None:
    first, second = ValueError("typed"), KeyError("typed")
    first.__cause__, second.__cause__ = second, first
    assert format_trace(first) == "ValueError\ncaused by KeyError"


def test_no_engine_shows_parameters() -> None:
    folders = ("volunteer_hub", "migrations", "scripts")
    paths = [path for folder in folders for path in (ROOT / folder).rglob("*.py")]
    engines = [call for path in paths for name in ("create_engine", "SQLAlchemy") for call in find_calls(path, name)]
    assert len(engines) >= 2
    assert all("'hide_parameters'" in ast.dump(call) for call in engines)
