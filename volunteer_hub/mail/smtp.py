"""The SMTP conversation with the mail server. It does not use the database.

All errors of smtplib are OSErrors. What an interruption means depends on the step it interrupts, so the steps are separate
here (`smtplib.SMTP.send_message` combines them): before the content was sent nothing was handed over; after that the
server may have accepted the email and failed before it replied.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from volunteer_hub.mail.bounce_reports import STATUS, is_hard
from volunteer_hub.mail.message import Letter

COMMAND_TIMEOUT_SECONDS = 20
REPLY_TIMEOUT_SECONDS = 60
"""The wait for the reply to the content: servers scan for spam and viruses first."""
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
COMPLETED, CONTINUE, TEMPORARY, PERMANENT = 2, 3, 4, 5
"""The first digit of a reply code determines its meaning (RFC 5321, 4.2.1)."""
SERVICE_CLOSING, TOO_LARGE = 421, 552
NO_SUCH_MAILBOX = frozenset({550, 551, 553})


class ServerAway(Exception):
    """No connection could be opened, or the server refuses this service. No email was attempted."""


class ConnectionClosed(Exception):
    """The server closed the connection before the content was sent. Nothing was handed over."""


class ReplyLost(Exception):
    """The content was sent and no reply came: the server may have accepted the email (RFC 1047)."""


class Refused(Exception):
    """The server refused the email. `of_address` is True if the refusal is about the recipient's address.

    Other refusals are about the sender, the message or the server, and say nothing about the address.
    """

    def __init__(self, code: int, reply: bytes, *, at_recipient: bool = False) -> None:
        super().__init__(f"{code}")
        status = STATUS.match(reply.decode("ascii", "replace"))
        self.code, self.status = code, status[0] if status else str(code)
        self.of_address = at_recipient and (is_hard(self.status) if status else code in NO_SUCH_MAILBOX)

    @property
    def is_final(self) -> bool:
        """Whether the refusal is permanent."""
        return 500 <= self.code < 600


@dataclass(frozen=True)
class Server:
    """Address and credentials of the mail server."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    starttls: bool = False


class Connection:
    """One connection to the server, opened when first needed and reopened after the server has closed it.

    `is_fresh` says that no email was handed over on it.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_fresh = True
        self._client: smtplib.SMTP | None = None

    def hand_over(self, letter: Letter, *, claim: Callable[[], bool]) -> bool:
        """Hand one letter over. Returns False, with nothing sent, if `claim` returns False.

        `claim` is called when the server is ready for the content, just before it is sent. Raises ServerAway,
        ConnectionClosed, ReplyLost or Refused.
        """
        client = self.open()
        try:
            self._open_envelope(client, letter)
        except OSError as error:
            self.drop()
            raise ConnectionClosed(_summary(error)) from error
        claimed = False
        try:
            claimed = claim()
        finally:
            if not claimed:  # the server waits for content that will not come: only a new connection helps
                self.drop()
        if claimed:
            self._send_content(client, letter.content)
            self.is_fresh = False
        return claimed

    def open(self) -> smtplib.SMTP:
        """Connect, start TLS and sign in, unless connected already. Raises ServerAway."""
        self._client = self._client or self._connect()
        return self._client

    def close(self) -> None:
        """Close the connection with QUIT."""
        if self._client:
            try:
                self._client.quit()
            except OSError:
                self._client.close()
            self._client = None

    def drop(self) -> None:
        """Close the connection at once; the next letter opens another."""
        if self._client:
            self._client.close()
        self._client, self.is_fresh = None, True

    def _connect(self) -> smtplib.SMTP:
        try:
            client = smtplib.SMTP(self.server.host, self.server.port, timeout=COMMAND_TIMEOUT_SECONDS)
            with contextlib.ExitStack() as on_failure:
                on_failure.callback(client.close)
                self._sign_in(client)
                on_failure.pop_all()
        except (
            OSError,
            UnicodeError,
        ) as error:  # a host or password that cannot be encoded is not the fault of an email
            raise ServerAway(_summary(error)) from error
        self.is_fresh = True
        return client

    def _sign_in(self, client: smtplib.SMTP) -> None:
        if self.server.starttls:
            client.starttls(context=ssl.create_default_context())
        if self.server.username:
            client.login(self.server.username, self.server.password)
        client.ehlo_or_helo_if_needed()

    def _open_envelope(self, client: smtplib.SMTP, letter: Letter) -> None:
        size = [f"size={len(letter.content)}"] if client.has_extn("size") else []
        reply = client.mail(letter.sender, size)
        if reply[0] // 100 == PERMANENT and reply[0] != TOO_LARGE:  # all emails have the same sender
            self.drop()
            raise ServerAway(f"The mail server takes no emails from this service ({reply[0]}).")
        self._expect(reply, COMPLETED)
        self._expect(client.rcpt(letter.recipient), COMPLETED, at_recipient=True)
        self._expect(client.docmd("DATA"), CONTINUE)

    def _send_content(self, client: smtplib.SMTP, content: bytes) -> None:
        """Send the content and read the reply. Content that was cut off lacks its end mark, so no server accepts it."""
        try:
            client.send(LEADING_DOT.sub(b"..", content) + b".\r\n")
        except OSError as error:
            self.drop()
            raise ConnectionClosed(_summary(error)) from error
        try:
            if client.sock:
                client.sock.settimeout(REPLY_TIMEOUT_SECONDS)
            reply = client.getreply()
            if client.sock:
                client.sock.settimeout(COMMAND_TIMEOUT_SECONDS)
        except OSError as error:
            self.drop()
            raise ReplyLost(_summary(error)) from error
        if reply[0] // 100 not in {COMPLETED, TEMPORARY, PERMANENT}:
            self.drop()
            raise ReplyLost(f"The answer of the mail server made no sense ({reply[0]}).")
        self._expect(reply, COMPLETED)

    def _expect(self, reply: tuple[int, bytes], expected: int, *, at_recipient: bool = False) -> None:
        """Raise ConnectionClosed or Refused unless the reply code begins with `expected`; after Refused the connection stays."""
        code, text = reply
        if code // 100 == expected:
            return
        if code == SERVICE_CLOSING or code // 100 not in {TEMPORARY, PERMANENT}:
            self.drop()
            raise ConnectionClosed(f"The mail server closed the connection ({code}).")
        if self._client:
            self.is_fresh = False
            self._reset(self._client)
        raise Refused(code, text, at_recipient=at_recipient)

    def _reset(self, client: smtplib.SMTP) -> None:
        try:
            client.rset()
        except OSError:
            self.drop()


def _summary(error: OSError | UnicodeError) -> str:
    """Describe an error without the server's reply, which may quote an address."""
    if isinstance(error, UnicodeError):
        return "The mail server’s name or password holds a character that cannot be sent."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server refused the connection ({error.smtp_code})."
    return f"{type(error).__name__}: {error.strerror or error}"
