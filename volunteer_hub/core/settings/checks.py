"""Checks beyond the syntax of a single setting: addresses, keys, unsafe values. Each yields one sentence per fault."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

import limits.errors
import sqlalchemy as sa
from limits.storage import storage_from_string

MIN_KEY_LENGTH = 32
MIN_DISTINCT_CHARACTERS = 8
LOOPBACK_NAMES = ("localhost", "127.0.0.1")
URL_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
HOST_NAME = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
EXAMPLE_DOMAIN = re.compile(r"@(.+\.)?(example\.(org|com|net)|example|invalid|test)$", re.IGNORECASE)
DRIVERS = {"sqlite": {"pysqlite"}, "postgresql": {"psycopg"}}
KEY_ADVICE = 'set the output of: python -c "import secrets; print(secrets.token_urlsafe(48))"'


def is_loopback(host: str) -> bool:
    """Return whether a host name or IP address is a loopback address."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def host_of(address: str) -> str:
    """Return the host of an http(s) URL without its port; empty for anything else."""
    parts = _split(address)
    return parts.hostname or "" if parts else ""


def key_faults(name: str, key: str, published: frozenset[str]) -> Iterator[str]:
    """Yield why a secret key can be guessed. The key itself is never quoted."""
    if key in published:
        yield f"{name} is published in the source code: {KEY_ADVICE}"
    elif len(key) < MIN_KEY_LENGTH:
        yield f"{name} has fewer than {MIN_KEY_LENGTH} characters: {KEY_ADVICE}"
    elif len(set(key)) < MIN_DISTINCT_CHARACTERS or key in (key + key)[1:-1]:
        yield f"{name} repeats few characters: {KEY_ADVICE}"


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.scheme in {"http", "https"} and URL_HOST.fullmatch(parts.hostname or "") else None


def address_faults(address: str) -> Iterator[str]:
    """Yield why BASE_URL cannot be the start of links. A part that may be a password is not quoted."""
    parts = _split(address)
    if parts is None:
        yield "BASE_URL is no web address: set the service's own address, like https://hub.hospital.nhs.uk"
    elif "@" in parts.netloc:
        yield "BASE_URL holds a user name: set the address without it, like https://hub.hospital.nhs.uk"
    elif parts.path not in {"", "/"} or "?" in address or "#" in address:
        yield "BASE_URL has something after the host: set scheme and host alone, like https://hub.hospital.nhs.uk"


def database_faults(url: str) -> Iterator[str]:
    """Yield why DATABASE_URL cannot be used. The URL is not quoted, as it may contain a password."""
    advice = "leave DATABASE_URL out for SQLite, or set postgresql://user:password@host/name"
    try:
        parsed = sa.make_url(url)
        if parsed.get_driver_name() not in DRIVERS.get(parsed.get_backend_name(), ()):
            yield f"DATABASE_URL names a database that is not supported: {advice}"
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError):
        yield f"DATABASE_URL cannot be read: {advice}"


def is_in_memory(url: str) -> bool:
    """Return whether a URL is an in-memory SQLite database, which each process has for itself."""
    try:
        parsed = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        return False
    name = parsed.database or ":memory:"
    return parsed.get_backend_name() == "sqlite" and (":memory:" in name or parsed.query.get("mode") == "memory")


def host_faults(name: str, host: str) -> Iterator[str]:
    """Yield why a setting is not a valid host name or IP address."""
    if not HOST_NAME.fullmatch(host) and not _is_ip_address(host):
        yield f"{name} is no name of a machine: set its name or address alone, like mail.hospital.nhs.uk"


def _is_ip_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def folder_faults(path: str) -> Iterator[str]:
    """Yield why INSTANCE_PATH cannot be a folder."""
    existing = next((part for part in (Path(path), *Path(path).parents) if part.exists()), Path("/"))
    if not existing.is_dir():
        yield f"INSTANCE_PATH is {path}, and a file is in its way: set a folder"


def storage_faults(uri: str) -> Iterator[str]:
    """Yield why RATELIMIT_STORAGE_URI cannot be used."""
    if uri == "database://":
        return
    try:
        storage_from_string(uri)
        is_usable = not uri.lower().startswith("async+")
    except (limits.errors.ConfigurationError, ValueError, TypeError, AssertionError):
        is_usable = False
    if not is_usable:
        yield "RATELIMIT_STORAGE_URI cannot be used: set database://, or redis://host with the package redis installed"


def is_example(address: str) -> bool:
    """Return whether an address belongs to a reserved example domain, which receives no email."""
    return EXAMPLE_DOMAIN.search(address) is not None
