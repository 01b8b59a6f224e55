"""Slow clients, and the time of one reply."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
import time
from collections.abc import Iterator

POST = (
    "POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n"
)
PAUSE = 2.0


@contextlib.contextmanager
def slow_bodies(port: int, number: int, *, length: int = 100_000) -> Iterator[list[socket.socket]]:
    """Keep `number` anonymous posts open for the block, whose bodies arrive at one byte per two seconds."""
    over = threading.Event()
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 10)) for _ in range(number)]
        for client in sockets:
            client.sendall(POST.format(length).encode() + b"a")
        sender = threading.Thread(target=_drip, args=(sockets, over))
        sender.start()
        try:
            yield sockets
        finally:
            over.set()
            sender.join()


def _drip(sockets: list[socket.socket], over: threading.Event) -> None:
    while not over.wait(PAUSE):
        for client in sockets:
            with contextlib.suppress(OSError):  # the server may have ended this one
                client.sendall(b"a")


def measure_reply(port: int, path: str = "/healthz", *, timeout: float = 10) -> float:
    """Return the seconds that one reply takes; `timeout` where none comes."""
    started = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.request("GET", path)
        reply = connection.getresponse()
        reply.read()
        return time.monotonic() - started if reply.status == 200 else timeout
    except (OSError, http.client.HTTPException):
        return timeout
    finally:
        connection.close()
