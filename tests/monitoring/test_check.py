"""`flask check`: one line for each finding, exit 1; or "No problems found.", exit 0."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from config import ROOT
from tests.support.settings import SAFE
from tests.support.smtp import MailServer
from volunteer_hub.core import database_state
from volunteer_hub.core.db import db
from volunteer_hub.monitoring import rules
from volunteer_hub.monitoring.rules import DatabaseFacts

UNSAFE = {"SECRET_KEY": "a" * 36, "SESSION_IDLE_HOURS": "-1", "SMTP_STARTTLS": "maybe"}


def check(folder: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    """Run `flask check` as an operator does, in an environment of its own."""
    environment = {"PATH": os.environ["PATH"], "INSTANCE_PATH": str(folder)} | changes
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "check"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_all_unsafe_settings_are_reported_though_the_application_does_not_start(tmp_path: Path) -> None:
    result = check(tmp_path, **SAFE | UNSAFE)
    assert result.returncode == 1
    lines = result.stderr.splitlines()
    assert [line.split()[0] for line in lines] == ["SMTP_STARTTLS", "SESSION_IDLE_HOURS", "SECRET_KEY"]
    assert result.stdout == ""


@pytest.mark.parametrize("changes", [{"APP_ENV": "staging"}, {"BASE_URL": "https://hub.hospital.nhs.uk"}])
def test_invalid_environment_is_reported_without_a_traceback(tmp_path: Path, changes: dict[str, str]) -> None:
    result = check(tmp_path, **changes)
    assert result.returncode == 1
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" not in result.stderr


def test_folder_that_cannot_be_created_is_reported_without_a_traceback() -> None:
    result = check(Path("/proc/nowhere"))
    assert result.returncode == 1
    assert "/proc/nowhere" in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_fresh_machine_lacks_tables_and_a_prepared_one_has_no_problem(tmp_path: Path) -> None:
    result = check(tmp_path, **SAFE)
    assert (result.returncode, result.stderr) == (1, "The database has no tables: run flask db upgrade.\n")
    upgrade = [sys.executable, "-m", "flask", "--app", "wsgi", "db", "upgrade"]
    subprocess.run(upgrade, cwd=ROOT, env=os.environ | SAFE | {"INSTANCE_PATH": str(tmp_path)}, check=True)
    result = check(tmp_path, **SAFE)
    assert (result.returncode, result.stderr) == (1, "The pick-lists are empty: run flask reference load.\n")
    load = [sys.executable, "-m", "flask", "--app", "wsgi", "reference", "load"]
    subprocess.run(load, cwd=ROOT, env=os.environ | SAFE | {"INSTANCE_PATH": str(tmp_path)}, check=True)
    result = check(tmp_path, **SAFE)
    file = tmp_path / "volunteer_hub.sqlite3"
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == f"No problems found (production, SQLite {file}).\n"
    assert file.stat().st_mode & 0o077 == 0, "nobody else on the machine may read it"


def test_database_of_an_older_release_is_reported(app: Flask) -> None:
    db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    db.session.commit()
    result = app.test_cli_runner().invoke(args=["check"])
    head = database_state.head_revision()
    assert f"is at revision 0001, the code needs {head}: run flask db upgrade." in result.output
    assert result.exit_code == 1


def test_unreachable_database_is_reported_without_its_password(tmp_path: Path) -> None:
    result = check(tmp_path, DATABASE_URL="postgresql://hub:Canary@127.0.0.1:9/hub")
    assert (result.returncode, result.stderr) == (1, "The database cannot be reached.\n")


def test_missing_instance_folder_is_reported(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    assert app.test_cli_runner().invoke(args=["check"]).exit_code == 0
    monkeypatch.setitem(app.config, "INSTANCE_PATH", "/proc/nowhere")
    result = app.test_cli_runner().invoke(args=["check"])
    assert result.output.startswith("No file can be written in INSTANCE_PATH (/proc/nowhere): create the folder")


def test_mail_server_is_checked_only_on_demand(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "SMTP_PORT", 9)
    runner = app.test_cli_runner()
    assert runner.invoke(args=["check"]).exit_code == 0
    result = runner.invoke(args=["check", "--mail"])
    assert result.exit_code == 1
    assert "The mail server at 127.0.0.1:9 cannot be used" in result.output


def test_mail_server_that_answers_is_no_finding(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    server = MailServer()
    server.start()
    try:
        monkeypatch.setitem(app.config, "SMTP_PORT", server.port)
        assert app.test_cli_runner().invoke(args=["check", "--mail"]).exit_code == 0
    finally:
        server.stop()
    assert server.messages == []


def test_sqlite_without_full_synchronous_is_reported() -> None:
    facts = DatabaseFacts(revision="1", head="1", synchronous=1)
    assert [line.split()[0] for line in rules.database_findings(facts)] == ["SQLite"]


def test_nearly_full_disk_is_reported() -> None:
    full = DatabaseFacts(revision="1", head="1", free_bytes=rules.MIN_FREE_BYTES - 1)
    assert list(rules.database_findings(full)) == ["The disk of the database has only 49 MB left."]
    assert list(rules.database_findings(DatabaseFacts(revision="1", head="1", free_bytes=rules.MIN_FREE_BYTES))) == []
