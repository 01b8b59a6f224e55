"""Requests of a signed-in user to a live server, by the standard library only."""

from __future__ import annotations

import http.client
import re
import threading
import urllib.parse
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from tests.factories.accounts import PASSWORD

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class HttpUser:
    """A session cookie and its CSRF token."""

    def __init__(self, port: int) -> None:
        self.port, self.cookie, self.token = port, "", ""

    def send(self, method: str, path: str, answers: dict[str, str] | None = None) -> tuple[int, str]:
        """Send one request. Returns (status, text). New cookies are ignored, so that threads may share one user."""
        status, text, _cookie = self._send(method, path, answers)
        return status, text

    def _send(self, method: str, path: str, answers: dict[str, str] | None) -> tuple[int, str, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": self.cookie, "Sec-Fetch-Site": "same-origin"}
        body = None
        if answers is not None:
            body = urllib.parse.urlencode({"csrf_token": self.token} | answers)
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            text = reply.read().decode("utf-8", "replace")
            cookie = (reply.getheader("Set-Cookie") or "").split(";")[0]
            return reply.status, text, cookie
        finally:
            connection.close()

    def sign_in(self, email: str, password: str = PASSWORD) -> HttpUser:
        """Sign in through the page. Returns the user itself."""
        _status, text, self.cookie = self._send("GET", "/sign-in", None)
        self.token = TOKEN.findall(text)[-1]
        status, text, cookie = self._send("POST", "/sign-in", {"email": email, "password": password})
        assert status == 303, text
        self.cookie = cookie
        _status, text, cookie = self._send("GET", "/account", None)
        self.cookie, self.token = cookie or self.cookie, TOKEN.findall(text)[-1]
        return self


def post_at_once(person: HttpUser, posts: Sequence[tuple[str, dict[str, str]]]) -> list[tuple[int, str]]:
    """Send all posts at the same instant, each on a connection of its own. Returns (status, text) of each."""
    gate = threading.Barrier(len(posts))

    def run(post: tuple[str, dict[str, str]]) -> tuple[int, str]:
        gate.wait(30)
        return person.send("POST", *post)

    with ThreadPoolExecutor(len(posts)) as pool:
        return list(pool.map(run, posts))
