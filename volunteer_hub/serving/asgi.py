"""Adapter that runs a WSGI application behind an ASGI server; slow clients occupy a connection, never a thread.

The event loop reads the body, up to a deadline and a size; a thread then runs the application and collects its response;
the event loop sends the response at the client's pace.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import RawIOBase
from tempfile import SpooledTemporaryFile
from typing import IO, Any
from urllib.parse import unquote_to_bytes

from werkzeug.exceptions import HTTPException, RequestEntityTooLarge, RequestTimeout

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

MEMORY_BYTES = 64 * 1024
"""A larger body is spooled to a temporary file."""
CHUNK_BYTES = 32 * 1024
LINGER_SECONDS, LINGER_BYTES = 10, 16 * 1024 * 1024
RESERVED_PATHS = ("/healthz", "/static/")
"""Served by a reserved thread: these paths need no database, so they respond while all other threads wait for it."""
ERROR_BODY = b"Internal Server Error"

logger = logging.getLogger(__name__)


class UnreadableBody(RawIOBase):
    """A body that was not read completely. Reading it raises the HTTP error, so that the application renders its page."""

    def __init__(self, error: type[HTTPException]) -> None:
        self.error = error

    def readable(self) -> bool:
        """Return True: the error is raised by the first read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Raise the HTTP error."""
        raise self.error

    def readinto(self, _buffer: Any) -> int:
        """Raise the HTTP error."""
        raise self.error


class Disconnected(Exception):
    """The client disconnected before its request was complete."""


class AppResponse:
    """The application's response, collected completely before the first byte is sent."""

    def __init__(self) -> None:
        self.status, self.headers = 500, [(b"content-type", b"text/plain")]
        self.body: IO[bytes] = SpooledTemporaryFile(MEMORY_BYTES)  # noqa: SIM115 -- closed after sending

    def start(self, status: str, headers: list[tuple[str, str]], _exc_info: Any = None) -> Callable[[bytes], Any]:
        """Implement WSGI's `start_response`. A second call replaces the first, as nothing has been sent yet."""
        self.status = int(status.split(" ", 1)[0])
        self.headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        return self.body.write

    def fail(self) -> None:
        """Replace the response by a plain 500."""
        self.body.seek(0)
        self.body.truncate()
        self.start("500 Internal Server Error", [("Content-Type", "text/plain")])
        self.body.write(ERROR_BODY)


class WsgiAdapter:
    """The ASGI application.

    `threads` requests run in `app` at once. A body must arrive within `seconds` and have at most `max_bytes`; a client
    must accept each chunk of the response within `seconds`.
    """

    def __init__(self, app: WsgiApp, *, threads: int, seconds: float, max_bytes: int) -> None:
        self.app, self.seconds, self.max_bytes = app, seconds, max_bytes
        self.pool = ThreadPoolExecutor(threads, "web")
        self.reserved = ThreadPoolExecutor(1, "reserved")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        with SpooledTemporaryFile(MEMORY_BYTES) as body:
            environ = make_environ(scope, body)
            try:
                await self._read(environ, receive, body)
            except Disconnected:
                return
            pool = self.reserved if environ["PATH_INFO"].startswith(RESERVED_PATHS) else self.pool
            response = await asyncio.get_running_loop().run_in_executor(pool, self._run, environ)
        with response.body:
            await self._send(response, send)
        if environ["wsgi.input"] is not body:
            await self._linger(receive)

    async def _read(self, environ: dict[str, Any], receive: Receive, body: IO[bytes]) -> None:
        """Read the body; replace one that is too large or too late by an UnreadableBody."""
        # From here on the body has a known length, even if it was sent chunked.
        chunked = environ.pop("HTTP_TRANSFER_ENCODING", None)
        if chunked is None and "CONTENT_LENGTH" not in environ:
            return
        environ["wsgi.input_terminated"] = True
        try:
            async with asyncio.timeout(self.seconds):
                environ["CONTENT_LENGTH"] = str(await self._receive(environ, receive, body))
        except TimeoutError:
            environ["wsgi.input"] = UnreadableBody(RequestTimeout)
        except RequestEntityTooLarge:
            environ["wsgi.input"] = UnreadableBody(RequestEntityTooLarge)

    async def _receive(self, environ: dict[str, Any], receive: Receive, body: IO[bytes]) -> int:
        """Return the number of bytes. Raises RequestEntityTooLarge or Disconnected."""
        if int(environ.get("CONTENT_LENGTH") or 0) > self.max_bytes:
            raise RequestEntityTooLarge
        size, more = 0, True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                raise Disconnected
            chunk, more = message.get("body", b""), message.get("more_body", False)
            size += len(chunk)
            if size > self.max_bytes:
                raise RequestEntityTooLarge
            body.write(chunk)
        body.seek(0)
        return size

    async def _linger(self, receive: Receive) -> None:
        """Read the rest of a refused body: a browser reads the response only after it has sent everything."""
        size = 0
        message: dict[str, Any] = {"more_body": True}
        with suppress(TimeoutError):
            async with asyncio.timeout(min(self.seconds, LINGER_SECONDS)):
                while message.get("more_body") and size < LINGER_BYTES:
                    message = await receive()
                    size += len(message.get("body", b""))

    def _run(self, environ: dict[str, Any]) -> AppResponse:
        """Run the application in a thread. A response that fails halfway becomes a plain 500."""
        response = AppResponse()
        try:
            chunks = self.app(environ, response.start)
            try:
                for chunk in chunks:
                    response.body.write(chunk)
            finally:
                if hasattr(chunks, "close"):
                    chunks.close()
        except Exception:
            logger.exception("fault outside of the application's own handlers")
            response.fail()
        response.body.seek(0)
        return response

    async def _send(self, response: AppResponse, send: Send) -> None:
        """Send the response at the client's pace. Gives up if the client accepts nothing for `seconds`."""
        try:
            await send({"type": "http.response.start", "status": response.status, "headers": response.headers})
            chunk, more = response.body.read(CHUNK_BYTES), True
            while more:
                following = response.body.read(CHUNK_BYTES)
                more = bool(following)
                async with asyncio.timeout(self.seconds):
                    await send({"type": "http.response.body", "body": chunk, "more_body": more})
                chunk = following
        except (TimeoutError, OSError):
            logger.info("a client stopped reading its reply")


def make_environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """Return the WSGI environ. A header whose name has an underscore is dropped: it would pass for one with a hyphen."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    path = scope.get("raw_path") or scope["path"].encode()
    environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        _add_header(environ, name.decode("latin-1"), value.decode("latin-1"))
    return environ


def _add_header(environ: dict[str, Any], name: str, value: str) -> None:
    if "_" in name:
        return
    key = name.upper().replace("-", "_")
    if key not in {"CONTENT_LENGTH", "CONTENT_TYPE"}:
        key = f"HTTP_{key}"
    if key in environ:
        value = f"{environ[key]}{'; ' if key == 'HTTP_COOKIE' else ','}{value}"
    environ[key] = value
