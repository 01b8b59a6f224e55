"""Settings, read from the environment and from nothing else.

`APP_ENV` chooses the class: `development` (default), `test`, or `production`.
Every setting is described in docs/operating.md.
"""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent


class SettingError(RuntimeError):
    """A setting is missing or unsafe; the text says which and what to do."""


def _database_url() -> str:
    """SQLAlchemy's address of the database; `postgres://` means psycopg 3."""
    instance = os.environ.get("INSTANCE_PATH", str(ROOT / "instance"))
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{instance}/volunteer_hub.sqlite3"
    for short in ("postgres://", "postgresql://"):
        if url.startswith(short):
            return "postgresql+psycopg://" + url.removeprefix(short)
    return url


class Config:
    """What all environments share."""

    ENVIRONMENT = "development"
    SERVICE_NAME = os.environ.get("SERVICE_NAME", "Volunteer Hub")
    INSTANCE_PATH = os.environ.get("INSTANCE_PATH", str(ROOT / "instance"))
    SQLALCHEMY_DATABASE_URI = _database_url()
    BASE_URL = os.environ.get("BASE_URL", "http://127.0.0.1:5000").rstrip("/")
    SECRET_KEY = os.environ.get("SECRET_KEY", "")
    CONTACT_EMAIL = os.environ.get("CONTACT_EMAIL", "coordinator@example.org")

    SMTP_HOST = os.environ.get("SMTP_HOST", "127.0.0.1")
    SMTP_PORT = int(os.environ.get("SMTP_PORT", "1025"))
    SMTP_USERNAME = os.environ.get("SMTP_USERNAME", "")
    SMTP_PASSWORD = os.environ.get("SMTP_PASSWORD", "")
    SMTP_STARTTLS = os.environ.get("SMTP_STARTTLS", "") == "1"
    MAIL_FROM = os.environ.get("MAIL_FROM", "volunteer-hub@example.org")
    DEV_MAIL = False

    SECRET_KEY_FALLBACKS = [key for key in os.environ.get("SECRET_KEY_FALLBACKS", "").split(",") if key]
    REQUIRE_SECOND_FACTOR = os.environ.get("REQUIRE_SECOND_FACTOR", "") == "1"
    REAUTH_MINUTES = int(os.environ.get("REAUTH_MINUTES", "15"))
    TRUSTED_DEVICE_COOKIE = "volunteer_hub_device"

    # Live shortlists (matching/shortlists.py): up to so many ready volunteers are judged one by one, more are kept as
    # arrays in memory that are at most so many seconds old.
    SHORTLIST_EXACT = int(os.environ.get("SHORTLIST_EXACT", "300"))
    SHORTLIST_SECONDS = float(os.environ.get("SHORTLIST_SECONDS", "10"))

    # How often something may be tried; core/throttle.py counts. A limit is "number per time".
    RATELIMIT_STORAGE_URI = os.environ.get("RATELIMIT_STORAGE_URI", "database://")
    LIMIT_SIGN_IN_ACCOUNT = os.environ.get("LIMIT_SIGN_IN_ACCOUNT", "10 per 15 minutes")
    LIMIT_SIGN_IN_NETWORK = os.environ.get("LIMIT_SIGN_IN_NETWORK", "100 per 15 minutes")
    LIMIT_CODE = os.environ.get("LIMIT_CODE", "10 per 15 minutes")
    LIMIT_LINK_NETWORK = os.environ.get("LIMIT_LINK_NETWORK", "10 per hour")
    LIMIT_LINK_ADDRESS = os.environ.get("LIMIT_LINK_ADDRESS", "5 per hour")
    PROXY_HOPS = int(os.environ.get("PROXY_HOPS", "0"))

    SESSION_COOKIE_NAME = "volunteer_hub"
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    SESSION_COOKIE_SECURE = False
    SESSION_IDLE_HOURS = int(os.environ.get("SESSION_IDLE_HOURS", "12"))
    SESSION_MAX_DAYS = int(os.environ.get("SESSION_MAX_DAYS", "14"))

    # How long a request may keep others waiting; docs/operating.md says what each means.
    REQUEST_LOCK_SECONDS = float(os.environ.get("REQUEST_LOCK_SECONDS", "5"))
    REQUEST_STATEMENT_SECONDS = float(os.environ.get("REQUEST_STATEMENT_SECONDS", "30"))
    REQUEST_BODY_SECONDS = float(os.environ.get("REQUEST_BODY_SECONDS", "60"))
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


class DevConfig(Config):
    """`make run`: loopback only, mail goes to the local catcher."""

    SECRET_KEY = Config.SECRET_KEY or "development only, never used in production"
    DEV_MAIL = True


class TestConfig(Config):
    """The test suite. Everything a test changes is passed to `create_app`."""

    ENVIRONMENT = "test"
    TESTING = True
    SECRET_KEY = "test only"  # noqa: S105 -- not a secret, and never in production
    DEV_MAIL = True
    BASE_URL = "http://localhost"
    REQUIRE_SECOND_FACTOR = False
    SHORTLIST_SECONDS = 0.0
    # Generous, so that a test trips only the limits that it sets.
    LIMIT_SIGN_IN_ACCOUNT = os.environ.get("LIMIT_SIGN_IN_ACCOUNT", "1000 per minute")
    LIMIT_SIGN_IN_NETWORK = os.environ.get("LIMIT_SIGN_IN_NETWORK", "1000 per minute")
    LIMIT_CODE = LIMIT_LINK_NETWORK = LIMIT_LINK_ADDRESS = "1000 per minute"


class ProductionConfig(Config):
    """A real programme. `check` refuses to start on an unsafe setting."""

    ENVIRONMENT = "production"
    SESSION_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-volunteer_hub"
    TRUSTED_DEVICE_COOKIE = "__Host-volunteer_hub_device"
    REQUIRE_SECOND_FACTOR = os.environ.get("REQUIRE_SECOND_FACTOR", "1") != "0"
    PREFERRED_URL_SCHEME = "https"

    @classmethod
    def check(cls) -> None:
        """Refuse to start when a setting would put people or money at risk.

        Raises SettingError with a sentence that says what to set.
        """
        if len(cls.SECRET_KEY) < 32:
            raise SettingError("Set SECRET_KEY to at least 32 random characters.")
        if not cls.BASE_URL.startswith("https://"):
            raise SettingError("Set BASE_URL to the service's own https:// address.")
        if os.environ.get("FLASK_DEBUG") not in (None, "", "0"):
            raise SettingError("FLASK_DEBUG must not be set in production.")
        if cls.MAIL_FROM.endswith("@example.org"):
            raise SettingError("Set MAIL_FROM to an address that the programme owns.")


BY_NAME: dict[str, type[Config]] = {
    "development": DevConfig,
    "test": TestConfig,
    "production": ProductionConfig,
}


def from_environment() -> type[Config]:
    """The class that `APP_ENV` names, checked. Raises SettingError."""
    name = os.environ.get("APP_ENV", "development")
    if name not in BY_NAME:
        raise SettingError(f"APP_ENV is {name!r}; use one of: {', '.join(BY_NAME)}.")
    chosen = BY_NAME[name]
    if chosen is ProductionConfig:
        ProductionConfig.check()
    return chosen
