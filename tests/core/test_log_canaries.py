"""No user input, address, password, secret or link reaches a log line, whatever fails."""

from __future__ import annotations

import datetime as dt
import logging
import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
import structlog
from flask import Flask, request

from config import TestConfig
from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_programme
from tests.support.client import Client
from tests.support.database import Database
from tests.support.log_lines import CapturedLog, capture_logs
from tests.support.queued_mail import latest_mail_link
from tests.support.smtp import MailServer
from volunteer_hub.accounts.models import Account
from volunteer_hub.app import create_app
from volunteer_hub.core.access import Role, public
from volunteer_hub.core.db import db
from volunteer_hub.mail import delivery
from volunteer_hub.scheduler import jobs

NAME, EMAIL, PASSWORD = "Canaria Typedname", "canaria.typed@example.org", "canaria orange lantern"
WRONG, TEXT, TOKEN = "canaria wrong password", "Canaria typed text", "CanariaSecretLinkToken123456"
CANARY = re.compile(r"canaria", re.IGNORECASE)


def _integrity() -> str:
    """Two accounts with one typed address."""
    for _ in range(2):
        db.session.execute(sa.insert(Account).values(**_columns(request.form["text"])))
    return ""


def _columns(text: str) -> dict[str, Any]:
    now = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    return {"name": text, "email": text, "state": "active", "time_zone": "UTC", "locale": "en", "created_at": now}


def _operational() -> str:
    """A write to a table that is not there."""
    db.session.execute(sa.text("INSERT INTO no_table VALUES (:text)"), {"text": request.form["text"]})
    return ""


def _fault(token: str) -> str:
    """A fault that quotes what was typed, raised from one that does so too, in a place with a secret address."""
    try:
        return {}[request.form["text"]]
    except KeyError as error:
        raise ValueError(f"cannot read {request.form['text']} of {token}") from error


def _library(token: str) -> str:
    """A library that logs an exception, an address and the path."""
    log = logging.getLogger("third.party")
    log.warning("cannot handle %s", ValueError(request.form["text"]))
    log.warning("no answer from %s at %s", EMAIL, request.path)
    log.error(ValueError(request.form["text"]))
    log.info("token %(token)s", {"token": token})
    log.info("%d of them", request.form["text"])
    structlog.get_logger("third.party").info("kept", faults=[KeyError(request.form["text"])], to={EMAIL: 1})
    return ""


VIEWS = {
    "/broken/integrity": _integrity,
    "/broken/operational": _operational,
    "/broken/fault/<token>": _fault,
    "/broken/library/<token>": _library,
}


@pytest.fixture
def served(app: Flask, database: Database, clock: Any) -> Iterator[Flask]:
    """The service as production runs it, with views that fail, over the test's database."""
    settings = {"SQLALCHEMY_DATABASE_URI": database.url, "SQLALCHEMY_ENGINE_OPTIONS": database.options}
    served = create_app(
        TestConfig, TESTING=False, INSTANCE_PATH=app.config["INSTANCE_PATH"], WTF_CSRF_ENABLED=False, **settings
    )
    served.test_client_class = Client
    served.extensions["clock"] = clock
    for rule, view in VIEWS.items():
        served.add_url_rule(rule, view.__name__, public(view), methods=["POST"])
    yield served
    with served.app_context():
        db.engine.dispose()


@pytest.fixture
def log(served: Flask) -> Iterator[CapturedLog]:
    """Everything that is logged, at all levels."""
    with capture_logs() as log:
        yield log


def assert_clean(log: CapturedLog) -> None:
    """No line holds a canary, an address or a secret link."""
    assert log.lines, "nothing was logged: the test looked at nothing"
    assert CANARY.findall(log.text) == []
    assert "@" not in log.text


def broken(log: CapturedLog, served: Flask, path: str) -> dict[str, Any]:
    """Post typed text to a view that fails. Returns the log line about the fault."""
    reply = served.test_client().post(path, data={"text": TEXT})
    assert reply.status_code in {409, 500}
    assert CANARY.search(reply.text) is None
    faults = [line for line in log.lines if line["level"] in {"warning", "error"}]
    assert faults
    assert all(line["request_id"] == reply.headers["X-Request-ID"] for line in faults)
    assert reply.headers["X-Request-ID"] in reply.text
    return faults[-1]


def test_registering_and_secret_links(served: Flask, log: CapturedLog) -> None:
    client = served.test_client()
    answers = {"code_of_conduct": "yes", "patient_data_pledge": "yes"}
    assert client.submit("/register", name=NAME, email=EMAIL, password=PASSWORD, **answers).status_code == 303
    confirm = latest_mail_link("confirm_address")
    assert client.submit(confirm).status_code == 303
    client.submit("/forgotten-password", email=EMAIL)
    reset = latest_mail_link("reset_password")
    assert client.submit(reset, password=PASSWORD + " new").status_code == 303
    assert client.get(f"/reset/{TOKEN}").status_code in {404, 409, 410}
    assert client.get(f"/no/such/{TOKEN}/{EMAIL}?name={NAME}").status_code == 404
    assert_clean(log)
    for link in (confirm, reset):
        assert link.rpartition("/")[2] not in log.text
    assert {"/confirm/<token>", "/reset/<token>", "(no route)"} <= {line.get("route") for line in log.lines}


def test_signing_in_and_a_request_s_text(served: Flask, log: CapturedLog) -> None:
    place = make_institution("UG")
    make_programme(place)
    person = make_account(Role.PARTNER, name=NAME, email=EMAIL, institution_id=place.id)
    client = served.test_client()
    assert client.submit("/sign-in", email=EMAIL, password=WRONG).status_code == 422
    client.sign_in(EMAIL)
    assert client.submit("/requests/new", title=TEXT).status_code == 303
    assert client.get(f"/requests/?q={TEXT}").status_code == 200
    assert_clean(log)
    assert log.lines[-1]["account_id"] == person.id
    cookie = client.get_cookie("volunteer_hub")
    assert cookie.value[:20] not in log.text


def test_unique_key_names_the_constraint_and_no_value(served: Flask, log: CapturedLog) -> None:
    broken(log, served, "/broken/integrity")
    assert_clean(log)


def test_statement_that_fails_names_the_fault_and_no_value(served: Flask, log: CapturedLog) -> None:
    line = broken(log, served, "/broken/operational")
    assert "sqlalchemy.exc." in line["exception"]
    assert "in _operational" in line["exception"]
    assert_clean(log)


def test_fault_in_a_view_names_classes_and_lines_and_no_value(served: Flask, log: CapturedLog) -> None:
    line = broken(log, served, f"/broken/fault/{TOKEN}")
    assert "ValueError" in line["exception"]
    assert "caused by KeyError" in line["exception"]
    assert "tests/core/test_log_canaries.py:" in line["exception"]
    assert_clean(log)
    assert CANARY.search(log.plain.getvalue()), "control: plain logging writes what was typed"


def test_lines_of_libraries_are_made_safe(
    served: Flask, log: CapturedLog, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)  # the control would print what ours does not
    reply = served.test_client().post(f"/broken/library/{TOKEN}", data={"text": TEXT})
    assert reply.status_code == 200
    assert_clean(log)
    events = [line["event"] for line in log.lines if line["logger"] == "third.party"]
    assert events == [
        "cannot handle ValueError",
        "no answer from [email] at /broken/library/<token>",
        "ValueError",
        "token [value]",
        "a line could not be put into words",
        "kept",
    ]
    assert CANARY.search(capsys.readouterr().err) is None
    assert CANARY.search(log.plain.getvalue()), "control: plain logging writes it"


def test_job_that_fails(served: Flask, log: CapturedLog) -> None:
    def quotes(now: dt.datetime) -> int:
        raise RuntimeError(f"{TEXT} of {EMAIL}")

    def collides(now: dt.datetime) -> int:
        for _ in range(2):
            db.session.execute(sa.insert(Account).values(**_columns(TEXT)))
        return 2

    db.session.rollback()
    with served.app_context():
        for act in (quotes, collides):
            jobs.tick(jobs.Job(act.__name__, act, dt.timedelta(hours=1), {"minute": "0"}))
    assert_clean(log)
    first, second = [line["exception"] for line in log.lines if line["event"].startswith("job ")]
    assert first.startswith("RuntimeError\n")
    assert second.startswith("sqlalchemy.exc.IntegrityError (")
    assert "uq_account_email" in second or "UNIQUE constraint failed: account.email" in second
    assert CANARY.search(log.plain.getvalue()), "control: plain logging writes it"


@pytest.mark.parametrize("answer", ["550 no Canaria here", "450 Canaria is greylisted", "drop"])
def test_mail_that_fails(served: Flask, log: CapturedLog, clock: Any, answer: str) -> None:
    make_account(name=NAME, email=EMAIL)
    served.test_client().submit("/forgotten-password", email=EMAIL)
    server = MailServer()
    server.answers[EMAIL] = answer
    server.start()
    db.session.rollback()
    with served.app_context():
        served.config["SMTP_PORT"] = server.port
        delivery.deliver_due(clock())
        db.session.remove()
        server.stop()
        clock.advance(days=1)
        delivery.deliver_due(clock())
    assert server.tries[EMAIL] == 1
    assert_clean(log)


def test_uncaught_exception_in_a_thread(log: CapturedLog) -> None:
    def act() -> None:
        raise ValueError(TEXT)

    thread = threading.Thread(target=act)
    thread.start()
    thread.join()
    assert_clean(log)
    assert log.lines[-1]["exception"].startswith("ValueError\n")
