"""The adapter without a server: bodies, responses, headers, and clients that are slow or disconnect."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from flask import Flask, Response, request

from volunteer_hub.serving.asgi import ERROR_BODY, LINGER_BYTES, WsgiAdapter, make_environ

FOREVER = 3600.0
Message = dict[str, Any]


def scope(path: bytes = b"/", *, method: str = "POST", headers: Iterable[tuple[bytes, bytes]] = ()) -> dict[str, Any]:
    """A request as an ASGI server describes it."""
    return {
        "type": "http",
        "method": method,
        "path": path.decode("latin-1"),
        "raw_path": path,
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.1", 1),
        "headers": list(headers),
    }


class Client:
    """A fake ASGI server: provides the messages of a body and collects the response."""

    def __init__(self, *body: Message, stalls: bool = False) -> None:
        self.body, self.stalls, self.sent = list(body), stalls, []

    async def receive(self) -> Message:
        """The next part of the body; a client that stalls sends no more."""
        if not self.body and self.stalls:
            await asyncio.sleep(FOREVER)
        return self.body.pop(0) if self.body else {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Take a part of the reply."""
        self.sent.append(message)

    @property
    def status(self) -> int:
        """The reply's status."""
        return int(self.sent[0]["status"])

    @property
    def content(self) -> bytes:
        """The reply's body."""
        return b"".join(message["body"] for message in self.sent[1:])


def part(content: bytes, *, more: bool = False) -> Message:
    """A part of a body."""
    return {"type": "http.request", "body": content, "more_body": more}


def length(number: int) -> list[tuple[bytes, bytes]]:
    """The header that says how long the body will be."""
    return [(b"content-length", str(number).encode())]


def echo() -> Flask:
    """An application that gives back what it was sent."""
    app = Flask("echo")

    @app.route("/", methods=["GET", "POST"])
    def index() -> bytes:
        return request.get_data()

    return app


def ask(
    app: Any, client: Client, request_scope: dict[str, Any], *, seconds: float = FOREVER, max_bytes: int = 100
) -> Client:
    """Let the adapter serve one request."""
    adapter = WsgiAdapter(app, threads=1, seconds=seconds, max_bytes=max_bytes)
    asyncio.run(adapter(request_scope, client.receive, client.send))
    return client


def test_a_body_in_parts_reaches_the_application_whole() -> None:
    client = ask(echo(), Client(part(b"one ", more=True), part(b"two")), scope(headers=length(7)))
    assert (client.status, client.content) == (200, b"one two")


def test_a_body_without_a_length_is_read_too() -> None:
    chunked = [(b"transfer-encoding", b"chunked")]
    client = ask(echo(), Client(part(b"one ", more=True), part(b"two")), scope(headers=chunked))
    assert (client.status, client.content) == (200, b"one two")


def test_a_request_without_a_body_waits_for_none() -> None:
    assert ask(echo(), Client(stalls=True), scope(method="GET")).status == 200


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
def test_a_body_that_says_it_is_too_large_is_not_read(size: int, status: int) -> None:
    client = Client(part(b"x" * size))
    assert ask(echo(), client, scope(headers=length(size))).status == status


@pytest.mark.parametrize(("size", "status"), [(100, 200), (101, 413)])
def test_a_body_that_turns_out_too_large_is_read_no_further(size: int, status: int) -> None:
    client = Client(part(b"x" * 50, more=True), part(b"x" * (size - 50), more=size > 100), stalls=size > 100)
    chunked = scope(headers=[(b"transfer-encoding", b"chunked")])
    assert ask(echo(), client, chunked, seconds=FOREVER if size == 100 else 0.2).status == status


def test_a_body_that_comes_too_late_is_answered_408() -> None:
    client = Client(part(b"x", more=True), stalls=True)
    assert ask(echo(), client, scope(headers=length(50)), seconds=0.05).status == 408


def test_control_a_body_within_the_deadline_is_answered_200() -> None:
    client = Client(part(b"x", more=True), part(b"y"), stalls=True)
    assert ask(echo(), client, scope(headers=length(2)), seconds=30).status == 200


def test_what_comes_after_a_refusal_is_taken_up_to_a_bound() -> None:
    piece = 1024 * 1024
    client = Client(*(part(b"x" * piece, more=True) for _ in range(40)))
    assert ask(echo(), client, scope(headers=length(40 * piece))).status == 413
    assert len(client.body) == 40 - LINGER_BYTES // piece


def test_a_client_that_leaves_before_its_body_is_complete_starts_nothing() -> None:
    calls: list[str] = []

    def app(environ: Message, _start: Callable[..., Any]) -> list[bytes]:
        calls.append(environ["PATH_INFO"])
        return []

    client = ask(app, Client(part(b"x", more=True)), scope(headers=length(50)))
    assert (calls, client.sent) == ([], [])


def test_slow_bodies_hold_no_thread() -> None:
    async def serve() -> list[int]:
        adapter = WsgiAdapter(echo(), threads=1, seconds=FOREVER, max_bytes=100)
        slow = [Client(part(b"x", more=True), stalls=True) for _ in range(50)]
        tasks = [asyncio.create_task(adapter(scope(headers=length(9)), client.receive, client.send)) for client in slow]
        await asyncio.sleep(0)
        quick = Client()
        await asyncio.wait_for(adapter(scope(method="GET"), quick.receive, quick.send), 30)
        for task in tasks:
            task.cancel()
        return [quick.status, sum(bool(client.sent) for client in slow)]

    assert asyncio.run(serve()) == [200, 0]


def test_a_health_check_needs_none_of_the_threads_that_wait() -> None:
    gate = threading.Event()

    def app(environ: Message, start: Callable[..., Any]) -> list[bytes]:
        if environ["PATH_INFO"] != "/healthz":
            assert gate.wait(60)
        start("200 OK", [])
        return [b"ok"]

    async def serve() -> tuple[bytes, bool]:
        adapter = WsgiAdapter(app, threads=1, seconds=FOREVER, max_bytes=100)
        stuck, health = Client(), Client()
        task = asyncio.create_task(adapter(scope(method="GET"), stuck.receive, stuck.send))
        await asyncio.sleep(0)
        await asyncio.wait_for(adapter(scope(b"/healthz", method="GET"), health.receive, health.send), 30)
        waited = not stuck.sent
        gate.set()
        await task
        return health.content, waited

    assert asyncio.run(serve()) == (b"ok", True)


def test_a_reader_that_stops_is_given_up_and_holds_no_thread() -> None:
    class Stalled(Client):
        async def send(self, message: Message) -> None:
            if len(self.sent) == 2:
                await asyncio.sleep(FOREVER)
            await super().send(message)

    def app(_environ: Message, start: Callable[..., Any]) -> list[bytes]:
        start("200 OK", [])
        return [b"x" * 50_000] * 20

    assert len(ask(app, Stalled(), scope(method="GET"), seconds=0.05).sent) == 2
    whole = ask(app, Client(), scope(method="GET"))
    assert whole.content == b"x" * 1_000_000


def test_a_reply_that_breaks_off_is_a_500_and_nothing_of_it_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    closed: list[bool] = []

    class Pieces:
        def __iter__(self) -> Any:
            yield b"half of a secret"
            raise RuntimeError("broke off")

        def close(self) -> None:
            closed.append(True)

    def app(_environ: Message, start: Callable[..., Any]) -> Any:
        start("200 OK", [("X-Secret", "1")])
        return Pieces()

    client = ask(app, Client(), scope(method="GET"))
    assert (client.status, client.content, closed) == (500, ERROR_BODY, [True])
    assert b"x-secret" not in dict(client.sent[0]["headers"])
    assert "broke off" in caplog.text


def test_a_header_with_an_underscore_is_dropped() -> None:
    headers = [(b"x_forwarded_for", b"203.0.113.9"), (b"x-forwarded-for", b"192.0.2.7")]
    environ = make_environ(scope(headers=headers), Any)  # type: ignore[arg-type]
    assert environ["HTTP_X_FORWARDED_FOR"] == "192.0.2.7"


def test_headers_and_paths_come_as_wsgi_wants_them() -> None:
    headers = [(b"cookie", b"a=1"), (b"cookie", b"b=2"), (b"accept", b"x"), (b"accept", b"y"), (b"content-type", b"t")]
    environ = make_environ(scope(b"/a%20%C3%A9%FF", headers=headers), Any)  # type: ignore[arg-type]
    assert environ["HTTP_COOKIE"] == "a=1; b=2"
    assert environ["HTTP_ACCEPT"] == "x,y"
    assert environ["CONTENT_TYPE"] == "t"
    assert environ["PATH_INFO"].encode("latin-1") == b"/a \xc3\xa9\xff"
    assert environ["REMOTE_ADDR"] == "192.0.2.1"


def test_the_applications_own_streams_are_sent_whole() -> None:
    app = Flask("stream")
    app.add_url_rule("/", view_func=lambda: Response(str(number) * 10 for number in range(5)))
    assert ask(app, Client(), scope(method="GET")).content == b"".join(str(n).encode() * 10 for n in range(5))
