"""A mail server for development: stores every message as a file, which /dev/mail shows.

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

MESSAGE_NAME = re.compile(r"[0-9]{20}-[0-9a-f]{8}")
MAX_MESSAGES = 500


def message_folder(instance_path: str) -> Path:
    """Return the folder of stored messages."""
    return Path(instance_path) / "mail"


def list_names(folder: Path) -> list[str]:
    """Return the names of the stored messages, newest first; a name begins with its timestamp."""
    return sorted((path.stem for path in folder.glob("*.eml") if MESSAGE_NAME.fullmatch(path.stem)), reverse=True)


def find_path(folder: Path, name: str) -> Path | None:
    """Return the file of that name, or None. Only names that match our pattern become a path."""
    path = folder / f"{name}.eml"
    return path if MESSAGE_NAME.fullmatch(name) and path.is_file() else None


class MessageStore:
    """aiosmtpd's handler: one file per message, written atomically."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 -- aiosmtpd's name
        """Store the message, and delete the oldest beyond MAX_MESSAGES."""
        name = f"{time.time_ns():020d}-{secrets.token_hex(4)}"
        unfinished = self.folder / f"{name}.part"
        unfinished.write_bytes(envelope.content)
        unfinished.rename(self.folder / f"{name}.eml")
        for old in list_names(self.folder)[MAX_MESSAGES:]:
            (self.folder / f"{old}.eml").unlink(missing_ok=True)
        return "250 Message kept for /dev/mail"


def controller(folder: Path, host: str, port: int) -> Any:
    """Return the server, not started."""
    return Controller(MessageStore(folder), hostname=host, port=port, ready_timeout=20)


def main() -> None:
    """Run the server until SIGTERM or Ctrl-C."""
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
