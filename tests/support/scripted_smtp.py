"""A mail server on plain sockets that records each step of each email, and delays or closes as scripted."""

from __future__ import annotations

import contextlib
import socketserver
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Script:
    """The server's behaviour.

    `close_at` names the command that is answered with 421, or by hanging up (`hang_up`), at most `closes` times and
    after `closes_after` accepted emails. `answer_to_text` is the reply to the final dot, `answers` those to commands.
    """

    seconds_per_mail: float = 0.0
    mails_per_connection: int = 0
    close_at: str = ""
    hang_up: bool = False
    closes: int = 1_000_000
    closes_after: int = 0
    answer_to_text: str = "250 taken"
    extensions: tuple[str, ...] = ()
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Log:
    """Recipients by step: `begun` when DATA was answered with 354, `taken` when the final dot arrived; raw contents."""

    begun: Counter[str] = field(default_factory=Counter)
    taken: Counter[str] = field(default_factory=Counter)
    connections: int = 0
    contents: list[bytes] = field(default_factory=list)


class ScriptedMailServer:
    """A server on a free port of 127.0.0.1; use it as a context manager."""

    def __init__(self, script: Script | None = None) -> None:
        self.script, self.log, self.lock = script or Script(), Log(), threading.Lock()

        class Handler(_Handler):
            owner = self

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> ScriptedMailServer:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()

    def may_close(self, command: str) -> bool:
        """Return whether this command is answered by closing; decrements the closes that are left."""
        with self.lock:
            if self.script.close_at != command or self.script.closes <= 0:
                return False
            if self.log.taken.total() < self.script.closes_after:
                return False
            self.script.closes -= 1
            return True


class _Handler(socketserver.StreamRequestHandler):
    owner: ScriptedMailServer

    def handle(self) -> None:
        with contextlib.suppress(OSError):  # a killed client resets its connection
            self._converse()

    def _converse(self) -> None:
        with self.owner.lock:
            self.owner.log.connections += 1
        self.mails, self.recipient = 0, ""
        if self._closes("CONNECT"):
            return
        self._say("220 ready")
        while line := self.rfile.readline():
            command = line.decode("ascii", "replace").strip().upper()
            if not self._answer(command, line):
                return

    def _answer(self, command: str, line: bytes) -> bool:
        """Answer one command. Returns whether the connection stays open."""
        verb = command.partition(" ")[0]
        if verb == "QUIT":
            self._say("221 bye")
            return False
        limit = self.owner.script.mails_per_connection
        if verb == "MAIL" and limit and self.mails >= limit:
            self._say("421 too many emails on this connection")
            return False
        if self._closes(verb):
            return False
        if verb in self.owner.script.answers:
            self._say(self.owner.script.answers[verb])
            return True
        if verb == "RCPT":
            self.recipient = line.decode("ascii", "replace").split("<", 1)[1].split(">", 1)[0]
        if verb == "DATA":
            return self._take_message()
        if verb == "EHLO":
            for extension in self.owner.script.extensions:
                self._say(f"250-{extension}")
        self._say("250 OK")
        return True

    def _take_message(self) -> bool:
        log, lock = self.owner.log, self.owner.lock
        with lock:
            log.begun[self.recipient] += 1
        self._say("354 go on")
        lines: list[bytes] = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return False
            lines.append(line)
        with lock:
            log.taken[self.recipient] += 1
            log.contents.append(b"".join(lines))
        self.mails += 1
        time.sleep(self.owner.script.seconds_per_mail)
        if self._closes("DOT"):
            return False
        self._say(self.owner.script.answer_to_text)
        return True

    def _closes(self, command: str) -> bool:
        if not self.owner.may_close(command):
            return False
        if not self.owner.script.hang_up:
            self._say("421 closing")
        return True

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")
