"""A mail server for development: takes every message and keeps it as a file that /dev/mail shows.

`python -m volunteer_hub.mail.catcher` runs it on SMTP_HOST:SMTP_PORT until stopped.
"""

from __future__ import annotations

import re
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

import config

NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
MAX_MESSAGES = 500


def message_folder(instance_path: str) -> Path:
    """Where caught messages lie."""
    return Path(instance_path) / "mail"


def list_names(folder: Path) -> list[str]:
    """The names of the caught messages, newest first: a name begins with its time."""
    return sorted((path.stem for path in folder.glob("*.eml") if NAME.fullmatch(path.stem)), reverse=True)


def find_path(folder: Path, name: str) -> Path | None:
    """The file of that name, or None. Only names of our own pattern ever become a path."""
    path = folder / f"{name}.eml"
    return path if NAME.fullmatch(name) and path.is_file() else None


class MessageStore:
    """aiosmtpd's handler: one file for each message, complete or not there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Keep the message and forget the oldest beyond KEEP."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(self.folder / f"{name}.eml")
        for old in list_names(self.folder)[MAX_MESSAGES:]:
            (self.folder / f"{old}.eml").unlink(missing_ok=True)
        return "250 Message kept for /dev/mail"


def controller(folder: Path, host: str, port: int) -> Any:
    """The server, not started yet."""
    return Controller(MessageStore(folder), hostname=host, port=port, ready_timeout=20)


def main() -> None:
    """Catch until SIGTERM or Ctrl-C."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    try:
        settings = config.from_environment()
    except config.SettingError as error:
        sys.exit(str(error))
    server = controller(message_folder(settings.INSTANCE_PATH), settings.SMTP_HOST, settings.SMTP_PORT)
    server.start()
    stop.wait()
    server.stop()


if __name__ == "__main__":
    main()
