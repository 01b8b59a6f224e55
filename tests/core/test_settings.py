"""Settings: parsed by kind, all findings reported at once with what to set, unsafe values refused."""

from __future__ import annotations

import subprocess
import sys

import pytest

import config
from config import ROOT, SettingError, from_environment
from tests.support.settings import KEY, SAFE
from tests.support.source import python_files
from volunteer_hub.core.settings.kinds import (
    BooleanKind,
    ChoiceKind,
    EmailKind,
    IntegerKind,
    ListKind,
    NumberKind,
    RateLimitKind,
    TextKind,
)
from volunteer_hub.core.settings.setting import documentation_rows, list_settings


def findings(**changes: str) -> list[str]:
    """Return the findings for the safe production environment with these changes."""
    try:
        from_environment(SAFE | changes)
    except SettingError as error:
        return error.findings
    return []


def development(**changes: str) -> list[str]:
    """Return the findings for the development environment with these changes."""
    try:
        from_environment(changes)
    except SettingError as error:
        return error.findings
    return []


def test_control_safe_environments_pass() -> None:
    assert findings() == []
    assert development() == []
    assert development(BASE_URL="http://127.0.0.1:5001", SMTP_PORT="2525") == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("APP_ENV", "staging"),
        ("APP_ENV", "Production"),
        ("BASE_URL", "https://hub.hospital.nhs.uk?"),
        ("BASE_URL", "https://hub.hospital.nhs.uk#"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
        ("DATABASE_URL", "sqlite:///file:hub?mode=memory&cache=shared&uri=true"),
        ("DATABASE_URL", "sqlite:///file::memory:?uri=true"),
        ("SMTP_HOST", "smtp..hospital.nhs.uk"),
        ("SMTP_HOST", "smtp.hospital.nhs.uk:587"),
        ("SMTP_HOST", "smtp hospital"),
        ("BOUNCE_IMAP_HOST", "https://imap.hospital.nhs.uk"),
        ("METRICS_TOKEN", KEY),
        ("SECRET_KEY", config.DEVELOPMENT_KEY),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", KEY[:31]),
        ("SECRET_KEY", "a" * 36),
        ("SECRET_KEY", "abcdefghijkl" * 3),
        ("SECRET_KEY_FALLBACKS", "x"),
        ("SECRET_KEY_FALLBACKS", f"{KEY},{'b' * 40}"),
        ("SMTP_STARTTLS", "tls"),
        ("SMTP_STARTTLS", "2"),
        ("RATELIMIT_STORAGE_URI", "memory://"),
        ("RATELIMIT_STORAGE_URI", "MEMORY://"),
        ("RATELIMIT_STORAGE_URI", "async+memory://"),
        ("RATELIMIT_STORAGE_URI", "nowhere"),
        ("RATELIMIT_STORAGE_URI", "nosuch://host"),
        ("LIMIT_SIGN_IN_ACCOUNT", "often"),
        ("LIMIT_SIGN_IN_NETWORK", "10"),
        ("LIMIT_CODE", "0 per minute"),
        ("LIMIT_LINK_NETWORK", "10/minute; 20/hour"),
        ("LIMIT_LINK_ADDRESS", "-5 per hour"),
        ("SESSION_IDLE_HOURS", "-1"),
        ("SESSION_IDLE_HOURS", "0"),
        ("SESSION_IDLE_HOURS", "721"),
        ("SESSION_MAX_DAYS", "1e3"),
        ("REAUTH_MINUTES", "soon"),
        ("SMTP_PORT", "65536"),
        ("PROXY_HOPS", "٣"),
        ("SHORTLIST_SECONDS", "nan"),
        ("SHORTLIST_SECONDS", "-0.5"),
        ("SHORTLIST_EXACT", "99999999999"),
        ("READY_MAIL_MINUTES", "0"),
        ("METRICS_TOKEN", "secret"),
        ("BASE_URL", "http://hub.hospital.nhs.uk"),
        ("BASE_URL", "https://hub.hospital.nhs.uk/app"),
        ("BASE_URL", "https://hub.hospital.nhs.uk?x=1"),
        ("BASE_URL", "https://ann:pw@hub.hospital.nhs.uk"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "hub.hospital.nhs.uk"),
        ("BASE_URL", "https://hub.hospital.nhs.uk:99999"),
        ("BASE_URL", "https://[::1"),
        ("FLASK_DEBUG", "1"),
        ("MAIL_FROM", "hub@example.org"),
        ("MAIL_FROM", "hub@mail.example.com"),
        ("MAIL_FROM", "hub"),
        ("MAIL_FROM", "Hub <hub@hospital.nhs.uk>"),
        ("CONTACT_EMAIL", "ask us"),
        ("CONTACT_EMAIL", "coordinator@example.org"),
        ("SERVICE_NAME", "Two\nlines"),
        ("SERVICE_NAME", "x" * 61),
        ("DATABASE_URL", "mysql://u:p@host/name"),
        ("DATABASE_URL", "postgresql+psycopg2://u:p@host/name"),
        ("DATABASE_URL", "nonsense"),
        ("SMTP_USERNAME", "hub"),
    ],
)
def test_unsafe_setting_is_refused_by_name_with_what_to_set(name: str, text: str) -> None:
    lines = findings(**{name: text})
    assert lines
    assert all(line.split()[0] == name or name.startswith(("SMTP_", "APP_")) for line in lines)
    assert all(name in line and ": " in line and ("set " in line or "leave " in line) for line in lines)


def test_password_goes_to_another_machine_only_with_tls() -> None:
    account = {"SMTP_USERNAME": "hub", "SMTP_PASSWORD": "Canary-Password", "SMTP_HOST": "smtp.hospital.nhs.uk"}
    (line,) = findings(**account)
    assert "set SMTP_STARTTLS=1" in line
    assert findings(**account, SMTP_STARTTLS="1") == []
    assert findings(**account | {"SMTP_HOST": "127.0.0.1"}) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("SECRET_KEY", "Canary"),
        ("SECRET_KEY_FALLBACKS", "Canary,Canary"),
        ("METRICS_TOKEN", "Canary"),
        ("SMTP_PASSWORD", "Canary" * 400),
        ("BASE_URL", "https://hub:Canary@hub.hospital.nhs.uk"),
        ("DATABASE_URL", "mysql://hub:Canary@host/name"),
        ("DATABASE_URL", "Canary"),
        ("RATELIMIT_STORAGE_URI", "redis://:Canary@host:port"),
    ],
)
def test_findings_quote_no_secret(name: str, text: str) -> None:
    lines = findings(**{name: text})
    assert lines
    assert "Canary" not in "".join(lines)


def test_all_findings_come_at_once_and_say_what_to_set() -> None:
    lines = findings(SESSION_IDLE_HOURS="-1", SMTP_STARTTLS="maybe", SECRET_KEY="short", BASE_URL="http://hub.nhs.uk")
    assert "SESSION_IDLE_HOURS is -1: set a whole number from 1 to 720" in lines
    assert "SMTP_STARTTLS is maybe: set 1 for on or 0 for off" in lines
    assert len(lines) == 4


@pytest.mark.parametrize(
    "address",
    ["https://hub.hospital.nhs.uk", "https://127.0.0.1", "http://hub.hospital.nhs.uk", "http://192.168.0.5:5000"],
)
def test_development_is_for_this_machine_only(address: str) -> None:
    (line,) = development(BASE_URL=address)
    assert "set APP_ENV=production" in line


@pytest.mark.parametrize("text", ["1", "true", "TRUE", "yes", "on"])
def test_texts_for_on_mean_on(text: str) -> None:
    assert from_environment(SAFE | {"SMTP_STARTTLS": text}).SMTP_STARTTLS is True


@pytest.mark.parametrize("text", ["0", "false", "No", "off"])
def test_texts_for_off_mean_off(text: str) -> None:
    assert from_environment(SAFE | {"REQUIRE_SECOND_FACTOR": text}).REQUIRE_SECOND_FACTOR is False


def test_second_factor_is_required_in_production_and_empty_counts_as_not_set() -> None:
    assert from_environment(SAFE).REQUIRE_SECOND_FACTOR is True
    assert from_environment(SAFE | {"REQUIRE_SECOND_FACTOR": ""}).REQUIRE_SECOND_FACTOR is True
    assert from_environment({}).REQUIRE_SECOND_FACTOR is False


def test_values_have_their_type() -> None:
    settings = from_environment(
        SAFE
        | {
            "SMTP_PORT": " 587 ",
            "SHORTLIST_SECONDS": "2.5",
            "SECRET_KEY_FALLBACKS": f"{KEY[::-1]}, {KEY}",
            "DATABASE_URL": "postgres://u:p@host/name",
            "BASE_URL": "https://hub.hospital.nhs.uk/",
        }
    )
    assert (settings.SMTP_PORT, settings.SHORTLIST_SECONDS) == (587, 2.5)
    assert (KEY[::-1], KEY) == settings.SECRET_KEY_FALLBACKS
    assert settings.SQLALCHEMY_DATABASE_URI == "postgresql+psycopg://u:p@host/name"
    assert settings.BASE_URL == "https://hub.hospital.nhs.uk"
    assert settings.TRUSTED_HOSTS == ["hub.hospital.nhs.uk", "localhost", "127.0.0.1"]
    assert not settings.DEV_MAIL


def test_defaults_are_values_that_their_kinds_take() -> None:
    for owner in config.BY_NAME.values():
        for name, descriptor in list_settings(owner).items():
            value = getattr(owner, name)
            text = str(int(value)) if isinstance(value, bool) else str(value or "")
            if text:
                assert descriptor.kind.parse(text) == value, f"{owner.__name__}.{name}"


def test_every_kind_has_a_hint() -> None:
    kinds = (
        ChoiceKind(("a",)),
        EmailKind(),
        NumberKind(0, 1),
        RateLimitKind(),
        BooleanKind(),
        TextKind(),
        IntegerKind(0, 1),
        ListKind(),
    )
    assert all(kind.hint for kind in kinds)


def test_table_in_the_handbook_is_that_of_the_declarations() -> None:
    lines = (ROOT / "docs" / "operating.md").read_text().splitlines()
    rows = [line for line in lines if line.startswith("| `") and not line.startswith("| `PORT`")]
    assert rows == list(documentation_rows(config.Config)), (
        "docs/operating.md: copy the rows from volunteer_hub.core.settings table()"
    )


def test_environment_is_read_in_one_place() -> None:
    handed_to_workers = {ROOT / "volunteer_hub" / "serving" / name for name in ("__main__.py", "entry.py")}
    readers = [path for path in python_files() if "os.environ" in path.read_text() and path not in handed_to_workers]
    assert readers == [], "declare it in config.py"


def test_settings_load_without_flask() -> None:
    code = "import config, sys; sys.exit('flask' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "::1", "mail", "mail_server", "smtp.hospital.nhs.uk", "SMTP.Hospital.nhs.uk"]
)
def test_names_and_addresses_of_mail_servers_are_accepted(host: str) -> None:
    assert findings(SMTP_HOST=host) == []


def test_test_environment_is_for_this_machine_only() -> None:
    """It shows every email to everyone and signs with a published key."""
    assert [line.split()[0] for line in findings(APP_ENV="test")] == ["BASE_URL"]
    assert development(APP_ENV="test") == []


@pytest.mark.parametrize("name", ["SMTP_PASSWORD", "SMTP_USERNAME"])
def test_credentials_that_cannot_be_sent_to_a_mail_server_are_reported(name: str) -> None:
    changes = {"SMTP_USERNAME": "hub", "SMTP_PASSWORD": "secret", "SMTP_STARTTLS": "1"} | {name: "pässwort"}
    lines = findings(**changes)
    assert [line.split()[0] for line in lines] == [name]
    assert "ssw" not in lines[0]
