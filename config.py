"""All settings: declared here, read once from the environment, and checked at start-up.

`APP_ENV` chooses the class: `development` (default), `test`, or `production`. docs/operating.md has the same table;
a test holds the two together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from volunteer_hub.core.email_address import parse_email
from volunteer_hub.core.settings import checks
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
from volunteer_hub.core.settings.setting import SettingError, read, setting

__all__ = ["ROOT", "Config", "DevConfig", "ProductionConfig", "SettingError", "TestConfig", "from_environment"]

ROOT = Path(__file__).resolve().parent
DEVELOPMENT_KEY = "development only, never used in production"
TEST_KEY = "test only"
PUBLISHED_KEYS = frozenset({DEVELOPMENT_KEY, TEST_KEY})


class Config:
    """The settings with their defaults, and the constants of the Flask configuration."""

    APP_ENV = setting(
        "development",
        ChoiceKind(("development", "test", "production")),
        "`production` for a real programme; `development` answers on this machine only; `test` is the test suite's",
    )
    SECRET_KEY = setting(
        "",
        TextKind(),
        "signs cookies and encrypts second factors; production needs 32 or more random characters",
        secret=True,
        default_text="–",
    )
    SECRET_KEY_FALLBACKS: tuple[str, ...] = setting(
        (),
        ListKind(),
        "older secret keys, comma separated: after a change of `SECRET_KEY` they still open sessions and second factors. "
        "Keep one as long as someone's second factor was set up under it",
        secret=True,
        default_text="–",
    )
    BASE_URL = setting(
        "http://127.0.0.1:5000",
        TextKind(),
        "the one address of the service: links in emails use it, and requests for another host are refused; "
        "production needs https",
    )
    DATABASE_URL = setting(
        "",
        TextKind(),
        "`postgresql://user:password@host/name` for PostgreSQL",
        secret=True,
        default_text="SQLite in `INSTANCE_PATH`",
    )
    INSTANCE_PATH = setting(
        str(ROOT / "instance"),
        TextKind(),
        "the folder for SQLite, the scheduler's lock and the development mail",
        default_text="`instance`",
    )
    SERVICE_NAME = setting("Volunteer Hub", TextKind(60), "the name on pages and emails")
    CONTACT_EMAIL = setting(
        "coordinator@example.org", EmailKind(), "whom people can ask; production refuses an example address"
    )
    MAIL_FROM = setting(
        "volunteer-hub@example.org", EmailKind(), "the sender of emails; production refuses an example address"
    )

    SMTP_HOST = setting("127.0.0.1", TextKind(253), "the mail server")
    SMTP_PORT = setting(1025, IntegerKind(1, 65535), "its port")
    SMTP_USERNAME = setting("", TextKind(), "the account at the mail server", secret=True, default_text="–")
    SMTP_PASSWORD = setting("", TextKind(), "its password; needs `SMTP_STARTTLS`", secret=True, default_text="–")
    SMTP_STARTTLS = setting(False, BooleanKind(), "encrypt the connection to the mail server")

    BOUNCE_ADDRESS = setting(
        "", TextKind(254), "the envelope sender, to which delivery reports go", default_text="`MAIL_FROM`"
    )
    BOUNCE_IMAP_HOST = setting(
        "", TextKind(253), "the server of its mailbox (TLS, port 993), read every five minutes", default_text="–"
    )
    BOUNCE_IMAP_USERNAME = setting("", TextKind(), "the account of the mailbox", secret=True, default_text="–")
    BOUNCE_IMAP_PASSWORD = setting("", TextKind(), "its password", secret=True, default_text="–")
    BOUNCE_IMAP_FOLDER = setting("INBOX", TextKind(), "the folder of the mailbox")

    REQUIRE_SECOND_FACTOR = setting(
        False,
        BooleanKind(),
        "coordinators, finance officers and administrators set up a second factor before they see anything else",
        default_text="0; production 1",
    )
    SESSION_IDLE_HOURS = setting(12, IntegerKind(1, 720), "a session ends after this many hours without a request")
    SESSION_MAX_DAYS = setting(14, IntegerKind(1, 365), "a session ends after this many days in any case")
    REAUTH_MINUTES = setting(
        15, IntegerKind(1, 1440), "how long after signing in a sensitive act needs no new proof of identity"
    )

    RATELIMIT_STORAGE_URI = setting(
        "database://",
        TextKind(),
        "where tries are counted, for all processes; an address that the `limits` package knows, such as `redis://host`",
        secret=True,
    )
    LIMIT_SIGN_IN_ACCOUNT = setting("10 per 15 minutes", RateLimitKind(), "tries to sign in with one address")
    LIMIT_SIGN_IN_NETWORK = setting(
        "100 per 15 minutes", RateLimitKind(), "tries to sign in from one network (an IPv4 address, an IPv6 /64)"
    )
    LIMIT_CODE = setting(
        "10 per 15 minutes",
        RateLimitKind(),
        "codes of the second factor for one account; proofs of identity in one session",
    )
    LIMIT_LINK_NETWORK = setting(
        "10 per hour",
        RateLimitKind(),
        "links by email and answers by link, for one network: registering, forgotten passwords",
    )
    LIMIT_LINK_ADDRESS = setting("5 per hour", RateLimitKind(), "the same for one address")
    REQUEST_BODY_SECONDS = setting(
        60.0,
        NumberKind(0.1, 600),
        "how long a request's body may take to arrive, and a reply's next piece to be taken. Later: 408, or the connection is "
        "closed. 512 KB in 60 s is a slow mobile connection",
    )
    REQUEST_LOCK_SECONDS = setting(
        5.0,
        NumberKind(0.1, 60),
        "how long all that one page does may wait for a lock of the database. Later: 503. Jobs and commands wait 20 s on "
        "SQLite, 60 s on PostgreSQL",
    )
    REQUEST_STATEMENT_SECONDS = setting(
        30.0,
        NumberKind(0.1, 600),
        "how long one statement of a page may take on PostgreSQL. Later: 503. Jobs and commands have no limit",
    )
    PROXY_HOPS = setting(
        0,
        IntegerKind(0, 5),
        "how many proxies before the service add `X-Forwarded-For`. Behind one proxy set 1, or all visitors count as "
        "one network. From 1 on a proxy's `X-Request-ID` is taken over",
    )

    SHORTLIST_EXACT = setting(
        300,
        IntegerKind(0, 100_000),
        "up to this many ready volunteers are scored one by one for a shortlist; with more, each web process keeps all "
        "of them as arrays in memory (about 50 MB for 100,000)",
    )
    SHORTLIST_SECONDS = setting(
        10.0,
        NumberKind(0, 3600),
        "the greatest age of these arrays: a volunteer who becomes ready appears after that time",
    )

    READY_MAIL_MINUTES = setting(
        60, IntegerKind(1, 10_080), "`/readyz` reports the outbox when the oldest due email has waited longer than this"
    )
    METRICS_TOKEN = setting(
        "",
        TextKind(),
        "the bearer token that opens `/metrics` from elsewhere; without it only this machine reads it",
        secret=True,
        default_text="–",
    )
    FLASK_DEBUG = setting(False, BooleanKind(), "Flask's debugger; refused in production")

    ENVIRONMENT = "development"
    SQLALCHEMY_DATABASE_URI = f"sqlite:///{ROOT}/instance/volunteer_hub.sqlite3"
    DEV_MAIL = False
    TRUSTED_HOSTS: list[str] | None = None
    TRUSTED_DEVICE_COOKIE = "volunteer_hub_device"
    READY_CACHE_SECONDS = 2.0

    SESSION_COOKIE_NAME = "volunteer_hub"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = False

    MAX_CONTENT_LENGTH = 512 * 1024
    MAX_FORM_MEMORY_SIZE = 512 * 1024
    MAX_FORM_PARTS = 500
    WTF_CSRF_TIME_LIMIT = None
    WTF_CSRF_SSL_STRICT = False
    COMPRESS_ALGORITHM = ["br", "gzip"]
    COMPRESS_BR_LEVEL = 5
    COMPRESS_MIMETYPES = ["text/html", "text/plain", "application/json"]
    BABEL_DEFAULT_LOCALE = "en"
    BABEL_DEFAULT_TIMEZONE = "UTC"

    def complete(self) -> None:
        """Derive the values that depend on other settings."""
        self.BASE_URL = self.BASE_URL.rstrip("/")
        self.SQLALCHEMY_DATABASE_URI = self.DATABASE_URL or f"sqlite:///{self.INSTANCE_PATH}/volunteer_hub.sqlite3"
        for short in ("postgres://", "postgresql://"):
            if self.DATABASE_URL.startswith(short):
                self.SQLALCHEMY_DATABASE_URI = "postgresql+psycopg://" + self.DATABASE_URL.removeprefix(short)

    def faults(self) -> Iterator[str]:
        """Yield the faults that no environment can run with, one sentence each."""
        yield from checks.address_faults(self.BASE_URL)
        yield from checks.database_faults(self.SQLALCHEMY_DATABASE_URI)
        yield from checks.folder_faults(self.INSTANCE_PATH)
        yield from checks.storage_faults(self.RATELIMIT_STORAGE_URI)


class LocalConfig(Config):
    """Base of the environments that show every email to everyone and sign with a published key."""

    DEV_MAIL = True

    def faults(self) -> Iterator[str]:
        """Yield the faults; the service must not be reachable from other machines."""
        yield from super().faults()
        if self.BASE_URL.startswith("https:") or checks.host_of(self.BASE_URL) not in checks.LOOPBACK_NAMES:
            yield (
                "BASE_URL is not an http address of this machine: set APP_ENV=production for a real programme, "
                "or BASE_URL=http://127.0.0.1:5000 for development"
            )


class DevConfig(LocalConfig):
    """`make run`: this machine only, mail goes to the local catcher."""

    SECRET_KEY = DEVELOPMENT_KEY
    TRUSTED_HOSTS = [*checks.LOOPBACK_NAMES]


class TestConfig(LocalConfig):
    """The test suite. Tests pass their own settings to `create_app`."""

    ENVIRONMENT = "test"
    TESTING = True
    SECRET_KEY = TEST_KEY
    BASE_URL = "http://localhost"
    READY_CACHE_SECONDS = 0.0
    SHORTLIST_SECONDS = 0.0
    # High, so that a test reaches only the limits that it sets itself.
    LIMIT_SIGN_IN_ACCOUNT = LIMIT_SIGN_IN_NETWORK = "1000 per minute"
    LIMIT_CODE = LIMIT_LINK_NETWORK = LIMIT_LINK_ADDRESS = "1000 per minute"


class ProductionConfig(Config):
    """A real programme."""

    ENVIRONMENT = "production"
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-volunteer_hub"
    TRUSTED_DEVICE_COOKIE = "__Host-volunteer_hub_device"
    REQUIRE_SECOND_FACTOR = True
    PREFERRED_URL_SCHEME = "https"

    def complete(self) -> None:
        """Derive the values that depend on other settings. Loopback names are for probes only (core/hosts.py)."""
        super().complete()
        self.TRUSTED_HOSTS = [checks.host_of(self.BASE_URL), *checks.LOOPBACK_NAMES]

    def faults(self) -> Iterator[str]:
        """Yield the faults that would put people or money at risk."""
        yield from super().faults()
        yield from checks.key_faults("SECRET_KEY", self.SECRET_KEY, PUBLISHED_KEYS)
        for number, key in enumerate(self.SECRET_KEY_FALLBACKS, 1):
            yield from checks.key_faults(f"SECRET_KEY_FALLBACKS (key {number})", key, PUBLISHED_KEYS)
        if not self.BASE_URL.startswith("https:"):
            yield "BASE_URL does not begin with https: set the service's own address, like https://hub.hospital.nhs.uk"
        if checks.is_in_memory(self.SQLALCHEMY_DATABASE_URI):
            yield "DATABASE_URL is a database in memory, which ends with the process: leave it out, or name a file"
        if self.RATELIMIT_STORAGE_URI.lower().startswith("memory:"):
            yield "RATELIMIT_STORAGE_URI is memory, which each process counts for itself: set database://"
        if self.FLASK_DEBUG:
            yield "FLASK_DEBUG is on: set it to 0 or leave it out"
        if self.METRICS_TOKEN:
            yield from checks.key_faults("METRICS_TOKEN", self.METRICS_TOKEN, PUBLISHED_KEYS)
        if self.METRICS_TOKEN and self.METRICS_TOKEN in (self.SECRET_KEY, *self.SECRET_KEY_FALLBACKS):
            yield f"METRICS_TOKEN is a secret key, which must not leave this service: {checks.KEY_ADVICE}"
        yield from self._mail_faults()

    def _mail_faults(self) -> Iterator[str]:
        for name in ("MAIL_FROM", "CONTACT_EMAIL"):
            if checks.is_example(getattr(self, name)):
                yield f"{name} is an example address: set one that the programme owns"
        if self.SMTP_PASSWORD and not self.SMTP_STARTTLS and not checks.is_loopback(self.SMTP_HOST):
            yield "SMTP_STARTTLS is off, so SMTP_PASSWORD would be sent unencrypted: set SMTP_STARTTLS=1"
        if self.BOUNCE_ADDRESS and parse_email(self.BOUNCE_ADDRESS) is None:
            yield "BOUNCE_ADDRESS is no email address: set one, like bounces@hospital.nhs.uk, or leave it out"
        yield from checks.host_faults("SMTP_HOST", self.SMTP_HOST)
        if self.BOUNCE_IMAP_HOST:
            yield from checks.host_faults("BOUNCE_IMAP_HOST", self.BOUNCE_IMAP_HOST)
        for name in ("SMTP_USERNAME", "SMTP_PASSWORD", "BOUNCE_IMAP_USERNAME", "BOUNCE_IMAP_PASSWORD"):
            if not getattr(self, name).isascii():
                yield f"{name} holds a letter with an accent, which mail servers do not take: set one without"
        if bool(self.SMTP_PASSWORD) != bool(self.SMTP_USERNAME):
            yield "SMTP_USERNAME and SMTP_PASSWORD go together: set both or neither"


BY_NAME: dict[str, type[Config]] = {
    "development": DevConfig,
    "test": TestConfig,
    "production": ProductionConfig,
}


def from_environment(environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings of the class that `APP_ENV` names. Raises SettingError with all findings at once."""
    variables = os.environ if environment is None else environment
    name = variables.get("APP_ENV", "").strip() or "development"
    settings = BY_NAME.get(name, Config)()
    invalid = list(read(settings, variables))
    settings.complete()
    invalid_names = {line.split()[0] for line in invalid}
    findings = invalid + [fault for fault in settings.faults() if fault.split()[0] not in invalid_names]
    if findings:
        raise SettingError(findings)
    return settings
