"""A mailbox over IMAP that supports the commands needed to collect bounces."""

from __future__ import annotations

import re
import socketserver
import threading
from typing import Any


class ScriptedMailbox:
    """Serves messages; use it as a context manager.

    With `searches_say_nothing`, a search without a hit has no SEARCH line at all.
    """

    def __init__(self, *messages: bytes, searches_say_nothing: bool = False) -> None:
        self.messages, self.seen = list(messages), set[int]()
        self.searches_say_nothing = searches_say_nothing
        self.most_bytes = 0

        class Handler(_Handler):
            owner = self

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> ScriptedMailbox:
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(socketserver.StreamRequestHandler):
    owner: ScriptedMailbox

    def handle(self) -> None:
        self._say(b"* PREAUTH ready")
        while line := self.rfile.readline():
            tag, command, *arguments = line.decode("ascii").split()
            getattr(self, f"_{command.lower()}", self._ignore)(arguments, line.decode("ascii"))
            self._say(f"{tag} OK done".encode())
            if command == "LOGOUT":
                return

    def _ignore(self, arguments: list[str], line: str) -> None:
        self._say(b"* OK go on")

    def _capability(self, arguments: list[str], line: str) -> None:
        self._say(b"* CAPABILITY IMAP4rev1")

    def _search(self, arguments: list[str], line: str) -> None:
        unseen = [str(number) for number in range(1, len(self.owner.messages) + 1) if number not in self.owner.seen]
        if unseen or not self.owner.searches_say_nothing:
            self._say(b"* SEARCH " + " ".join(unseen).encode())

    def _fetch(self, arguments: list[str], line: str) -> None:
        for number in map(int, arguments[0].split(",")):
            raw = self.owner.messages[number - 1]
            limit = re.search(r"<0\.(\d+)>", line)
            if "HEADER.FIELDS" in line:
                raw = (
                    b"".join(re.findall(rb"(?im)^content-type:.*\n(?:[ \t].*\n)*", raw.partition(b"\n\n")[0] + b"\n"))
                    + b"\n"
                )
            elif limit:
                raw = raw[: int(limit[1])]
            self.owner.most_bytes = max(self.owner.most_bytes, len(raw))
            self._say(f"* {number} FETCH (BODY[] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")")

    def _store(self, arguments: list[str], line: str) -> None:
        self.owner.seen.add(int(arguments[0]))

    def _say(self, text: bytes) -> None:
        self.wfile.write(text + b"\r\n")
