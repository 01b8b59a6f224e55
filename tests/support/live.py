"""The served application: granian with two workers over a database of its own."""

from __future__ import annotations

import copy
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from config import ROOT, TestConfig
from tests.support.client import Client
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db

START_TIMEOUT = 60


class LiveServer:
    """A served database. `app` uses the same one, to prepare and to check rows."""

    def __init__(self, folder: Path, database: Any, name: str, workers: int = 2) -> None:
        self.folder, self.server, self.workers = folder, database.server, workers
        self.name = f"{database.name}_{name}"
        self.url = self._make(database)
        self.app = self._app()
        self.port, self.process = 0, None

    def _make(self, database: Any) -> str:
        """Copy the run's template, which is migrated and has the reference data. Returns its address."""
        if self.server:
            self.server.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')
            self.server.run(f'CREATE DATABASE "{self.name}" TEMPLATE "{database.name}_template"')
            return str(self.server.url(self.name))
        path = self.folder / "live.sqlite3"
        shutil.copy(database.folder / "template.sqlite3", path)
        return f"sqlite:///{path}"

    def _app(self) -> Flask:
        app = create_app(
            TestConfig,
            SQLALCHEMY_DATABASE_URI=self.url,
            INSTANCE_PATH=str(self.folder),
            SQLALCHEMY_ENGINE_OPTIONS={"poolclass": sa.pool.NullPool} if self.server else {},
        )
        app.test_client_class = Client
        return app

    @property
    def address(self) -> str:
        """Return the server's address."""
        return f"http://127.0.0.1:{self.port}"

    def command(self, target: str) -> list[str]:
        """Return the command that docs/operating.md gives."""
        options = ["--port", str(self.port), "--workers", str(self.workers), "--app", target]
        return [sys.executable, "-m", "volunteer_hub.serving", *options]

    def start(self, target: str = "wsgi:app") -> None:
        """Serve `target` until `stop`; returns once it is ready."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        command = self.command(target)
        settings = os.environ | {
            "APP_ENV": "test",
            "DATABASE_URL": self.url,
            "INSTANCE_PATH": str(self.folder),
            "BASE_URL": self.address,
            "PYTHONPATH": str(ROOT),
        }
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=settings, stdout=log, stderr=log, start_new_session=True
            )
        self._wait()

    def _wait(self) -> None:
        until = time.monotonic() + START_TIMEOUT
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz?without=scheduler", timeout=2) as reply:  # noqa: S310 -- our own
                    if reply.status == 200:
                        return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"the server did not start:\n{self.log()}")

    def log(self) -> str:
        """Return the server's output."""
        return (self.folder / "server.log").read_text(errors="replace")

    def stop(self) -> None:
        """End the server and its workers."""
        if self.process is None:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None

    def remove(self) -> None:
        """Stop the server and drop its database."""
        self.stop()
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()
        if self.server:
            self.server.run(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')


@contextmanager
def serve(
    folder: Path, database: Any, *, name: str = "live", target: str = "wsgi:app", workers: int = 2
) -> Iterator[LiveServer]:
    """Run a live server for the block. `database` is the run's, whose template must exist (fixture `shared_app`)."""
    live = LiveServer(folder, database, name, workers)
    try:
        live.start(target)
        yield live
    finally:
        live.remove()


@contextmanager
def serve_beside(live: LiveServer) -> Iterator[LiveServer]:
    """Serve the database of `live` by a second server, on a port of its own, for the block."""
    twin = copy.copy(live)
    twin.process = None
    try:
        twin.start()
        yield twin
    finally:
        twin.stop()
