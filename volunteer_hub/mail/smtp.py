"""The conversation with the mail server. It knows nothing of the database, so no transaction can be open because of it.

All errors of smtplib are OSErrors. What an interruption means depends on how far the conversation had come, so each step is spoken here by itself
(`smtplib.SMTP.send_message` speaks them all): before the text has gone out nothing was handed over, after it the server may
have taken the email and died before it said so.
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
"""Seconds for the answer to a whole message: servers look for spam and viruses before they give it."""
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)
DONE, CONTINUE, NOT_NOW, NEVER = 2, 3, 4, 5
"""The first digit of an answer decides what it means, whatever follows (RFC 5321 4.2.1)."""
SERVICE_CLOSING, TOO_LARGE = 421, 552
NO_SUCH_MAILBOX = frozenset({550, 551, 553})


class ServerAway(Exception):
    """No conversation could begin, or the server refuses this service. No email was tried."""


class ConnectionClosed(Exception):
    """The server ended the conversation before the text had gone out. Nothing was handed over."""


class ReplyLost(Exception):
    """The text has gone out and no answer came: the server may have taken it or not (RFC 1047)."""


class Refused(Exception):
    """The server said no. `of_address` is True where it says so of the recipient's address, whoever writes to it.

    Other refusals are about the sender, the message or the server: one that takes nothing from us refuses each recipient.
    """

    def __init__(self, code: int, reply: bytes, *, at_recipient: bool = False) -> None:
        super().__init__(f"{code}")
        found = STATUS.match(reply.decode("ascii", "replace"))
        self.code, self.status = code, found[0] if found else str(code)
        self.of_address = at_recipient and (is_hard(self.status) if found else code in NO_SUCH_MAILBOX)

    @property
    def is_final(self) -> bool:
        """Whether another try would be refused too."""
        return 500 <= self.code < 600


@dataclass(frozen=True)
class Server:
    """Where the mail server is and how to sign in to it."""

    host: str
    port: int
    username: str = ""
    password: str = ""
    starttls: bool = False


class Connection:
    """One conversation at a time: opened when first needed, opened anew after the server has closed it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.is_fresh = True
        self._client: smtplib.SMTP | None = None

    def hand_over(self, letter: Letter, *, claim: Callable[[], bool]) -> bool:
        """Hand one letter over. Returns False, with nothing sent, when `claim` did.

        `claim` is called when the server is ready for the text, just before it goes out. Raises ServerAway,
        ConnectionClosed, AnswerLost or Refused.
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
            if not claimed:  # the server waits for a text that does not come: only a new conversation helps
                self.drop()
        if claimed:
            self._send_content(client, letter.content)
            self.is_fresh = False
        return claimed

    def open(self) -> smtplib.SMTP:
        """Connect, encrypt and sign in where that has not been done. Raises ServerAway."""
        self._client = self._client or self._connect()
        return self._client

    def close(self) -> None:
        """End the conversation politely."""
        if self._client:
            try:
                self._client.quit()
            except OSError:
                self._client.close()
            self._client = None

    def drop(self) -> None:
        """End the conversation at once; the next letter opens another."""
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
        except (OSError, UnicodeError) as error:  # a host or a password that cannot be spoken is no email's fault
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
        answer = client.mail(letter.sender, size)
        if answer[0] // 100 == NEVER and answer[0] != TOO_LARGE:  # the sender is the same for all emails
            self.drop()
            raise ServerAway(f"The mail server takes no emails from this service ({answer[0]}).")
        self._expect(answer, DONE)
        self._expect(client.rcpt(letter.recipient), DONE, at_recipient=True)
        self._expect(client.docmd("DATA"), CONTINUE)

    def _send_content(self, client: smtplib.SMTP, content: bytes) -> None:
        """Send the text and hear the answer. What could not be sent whole lacks its end, so no server takes it."""
        try:
            client.send(LEADING_DOT.sub(b"..", content) + b".\r\n")
        except OSError as error:
            self.drop()
            raise ConnectionClosed(_summary(error)) from error
        try:
            if client.sock:
                client.sock.settimeout(REPLY_TIMEOUT_SECONDS)
            answer = client.getreply()
            if client.sock:
                client.sock.settimeout(COMMAND_TIMEOUT_SECONDS)
        except OSError as error:
            self.drop()
            raise ReplyLost(_summary(error)) from error
        if answer[0] // 100 not in {DONE, NOT_NOW, NEVER}:
            self.drop()
            raise ReplyLost(f"The answer of the mail server made no sense ({answer[0]}).")
        self._expect(answer, DONE)

    def _expect(self, answer: tuple[int, bytes], expected: int, *, at_recipient: bool = False) -> None:
        """Raise ConnectionClosed or Refused unless the answer begins with `expected`; after a refusal the conversation goes on."""
        code, reply = answer
        if code // 100 == expected:
            return
        if code == SERVICE_CLOSING or code // 100 not in {NOT_NOW, NEVER}:
            self.drop()
            raise ConnectionClosed(f"The mail server closed the connection ({code}).")
        if self._client:
            self.is_fresh = False
            self._reset(self._client)
        raise Refused(code, reply, at_recipient=at_recipient)

    def _reset(self, client: smtplib.SMTP) -> None:
        try:
            client.rset()
        except OSError:
            self.drop()


def _summary(error: OSError | UnicodeError) -> str:
    """What went wrong in a few words. Replies of servers are left out: they may quote an address."""
    if isinstance(error, UnicodeError):
        return "The mail server’s name or password holds a character that cannot be sent."
    if isinstance(error, smtplib.SMTPResponseException):
        return f"The mail server refused the connection ({error.smtp_code})."
    return f"{type(error).__name__}: {error.strerror or error}"
