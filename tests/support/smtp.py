"""A mail server whose replies a test sets by recipient: accept, refuse temporarily or permanently, hang up."""

from __future__ import annotations

import email
import email.policy
import socket
import ssl
import threading
from collections import Counter
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller


class MailServer:
    """The server and its handler. `answers` maps a recipient to a reply, or to "drop": hang up after the final dot."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.tls = tls
        self.answers: dict[str, str] = {}
        self.recipient_answers: dict[str, str] = {}
        self.messages: list[EmailMessage] = []
        self.tries: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._controller: Any = None
        self.port = 0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        """Answer to a recipient's address."""
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        else:
            self.tries[address] += 1
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """Answer to a message."""
        recipient = envelope.rcpt_tos[0]
        answer = self.answers.get(recipient, "250 Taken")
        with self._lock:
            self.tries[recipient] += 1
            if answer.startswith("250") or answer == "drop":
                self.messages.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        if answer == "drop":
            server.transport.abort()
        return answer

    def start(self) -> None:
        """Listen on a free port."""
        # aiosmtpd checks that it is up by connecting to its own port, which must be known: take a free one.
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._controller = Controller(
            self, hostname="127.0.0.1", port=self.port, ready_timeout=20, tls_context=self.tls
        )
        self._controller.start()

    def stop(self) -> None:
        """Stop listening."""
        if self._controller:
            self._controller.stop()
            self._controller = None
