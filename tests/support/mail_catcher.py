"""E-mail of a served test: delivered by the scheduler's job over SMTP, read at /dev/mail."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support.browser import BrowserUser
from tests.support.live import LiveServer
from volunteer_hub.mail import catcher


class MailReader:
    """Delivers the outbox and reads the caught e-mails in a browser."""

    def __init__(self, live: LiveServer, reader: BrowserUser) -> None:
        self.live, self.reader = live, reader

    def deliver(self) -> None:
        """Run the delivery job through the command line."""
        with self.live.app.app_context():
            result = self.live.app.test_cli_runner().invoke(args=["scheduler", "run", "deliver_mail"])
        assert result.exit_code == 0, result.output

    def link_for(self, recipient: str) -> str:
        """Deliver, and return the path of the link in the newest e-mail to the recipient."""
        self.deliver()
        self.reader.open("/dev/mail/")
        entry = self.reader.page.locator("li", has_text=recipient).get_by_role("link").first
        self.reader.open(str(entry.get_attribute("href")))
        link = self.reader.page.locator(".app-words a").first.get_attribute("href")
        assert link
        return urlsplit(link).path


@contextmanager
def run_mail_catcher(live: LiveServer, reader: BrowserUser) -> Iterator[MailReader]:
    """Run the project's mail catcher beside the server for the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = catcher.controller(catcher.message_folder(str(live.folder)), "127.0.0.1", port)
    server.start()
    live.app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=port)
    try:
        yield MailReader(live, reader)
    finally:
        server.stop()
