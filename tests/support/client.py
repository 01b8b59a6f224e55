"""A test client that submits forms as a browser without JavaScript does, hidden fields included."""

from __future__ import annotations

import html.parser
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from volunteer_hub.core.db import db


def strip_request_id(reply: TestResponse) -> str:
    """Return a page without its request id, so that two replies can be compared."""
    return reply.text.replace(reply.headers["X-Request-ID"], "")


class FormParser(html.parser.HTMLParser):
    """Parses the forms of a page: action, method, and the values of each field."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect the fields that a browser would send."""
        attribute = dict(attributes)
        if tag == "form":
            self.forms.append(
                {"action": attribute.get("action") or "", "method": attribute.get("method", "get"), "data": {}}
            )
        if not self.forms:
            return
        data, name = self.forms[-1]["data"], attribute.get("name") or ""
        if tag == "input" and name:
            kind = attribute.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in attribute:
                data.setdefault(name, []).append(attribute.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in attribute:
            data.setdefault(self._select, []).append(attribute.get("value") or "")
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, text: str) -> None:
        """Collect a textarea's content."""
        if self._area is not None:
            self._text += text

    def handle_endtag(self, tag: str) -> None:
        """End a select or a textarea."""
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area is not None:
            self.forms[-1]["data"].setdefault(self._area, []).append(self._text.removeprefix("\n"))
            self._area = None


class Client(FlaskClient):
    """Flask's client with helpers to sign in and to submit forms."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request in a context of its own, as a server would: no `g`, user or session is shared.

        The test's own transaction is committed first, or the request would wait for its locks.
        """
        if has_app_context():
            db.session.commit()
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def sign_in(self, email: str, password: str = "volunteer-hub-demo") -> TestResponse:
        """Sign in through the page; asserts that it works."""
        reply = self.submit("/sign-in", email=email, password=password)
        assert reply.status_code == 303, reply.text
        return reply

    def forms(self, path: str) -> list[dict[str, Any]]:
        """Return the forms of the page at `path`; asserts that the page exists."""
        page = self.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        reader = FormParser()
        reader.feed(page.text)
        return reader.forms

    def submit(self, path: str, *, action: str | None = None, **answers: Any) -> TestResponse:
        """Open `path`, fill in its form (the one that posts to `action`, or the last that posts) and send it.

        A value of None leaves the field out.
        """
        candidates = [f for f in self.forms(path) if f["method"] == "post" and f["action"] != "/sign-out"]
        if action:
            candidates = [form for form in candidates if form["action"].endswith(action)]
        assert candidates, f"no form to {action or 'post'} on {path}"
        form = candidates[-1]
        data = dict(form["data"])
        for name, value in answers.items():
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        return self.post(form["action"] or path, data=data)
