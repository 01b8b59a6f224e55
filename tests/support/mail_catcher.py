"""The post of a served test: delivered by the scheduler's job over SMTP, read at /dev/mail."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.support.browser import BrowserUser
from tests.support.live import LiveServer
from volunteer_hub.mail import catcher


class MailReader:
    """The way from the outbox to a reader."""

    def __init__(self, live: LiveServer, reader: BrowserUser) -> None:
        self.live, self.reader = live, reader

    def deliver(self) -> None:
        """Run the job that delivers, as the command line does."""
        with self.live.app.app_context():
            done = self.live.app.test_cli_runner().invoke(args=["scheduler", "run", "deliver_mail"])
        assert done.exit_code == 0, done.output

    def link_for(self, recipient: str) -> str:
        """The path to which the newest e-mail to somebody leads, as they find it."""
        self.deliver()
        self.reader.open("/dev/mail/")
        letter = self.reader.page.locator("li", has_text=recipient).get_by_role("link").first
        self.reader.open(str(letter.get_attribute("href")))
        found = self.reader.page.locator(".app-words a").first.get_attribute("href")
        assert found
        return urlsplit(found).path


@contextmanager
def run_mail_catcher(live: LiveServer, reader: BrowserUser) -> Iterator[MailReader]:
    """The project's own mail catcher beside the server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = catcher.controller(catcher.folder_of(str(live.folder)), "127.0.0.1", port)
    server.start()
    live.app.config.update(SMTP_HOST="127.0.0.1", SMTP_PORT=port)
    try:
        yield MailReader(live, reader)
    finally:
        server.stop()
