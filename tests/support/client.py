"""A browser without JavaScript: it fills in the form that the page shows, hidden fields and all."""

from __future__ import annotations

import html.parser
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from volunteer_hub.core.db import db


def strip_request_id(reply: TestResponse) -> str:
    """A page without the number of its request, so that two answers can be compared."""
    return reply.text.replace(reply.headers["X-Request-ID"], "")


class FormParser(html.parser.HTMLParser):
    """All forms of a page as lists of (name, value), with their action and method."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self._select: str | None = None
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Collect what a browser would send."""
        given = dict(attributes)
        if tag == "form":
            self.forms.append({"action": given.get("action") or "", "method": given.get("method", "get"), "data": {}})
        if not self.forms:
            return
        data, name = self.forms[-1]["data"], given.get("name") or ""
        if tag == "input" and name:
            kind = given.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in given:
                data.setdefault(name, []).append(given.get("value") or "")
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            data.setdefault(self._select, []).append(given.get("value") or "")
        elif tag == "textarea":
            self._area, self._text = name, ""

    def handle_data(self, text: str) -> None:
        """A textarea's content."""
        if self._area is not None:
            self._text += text

    def handle_endtag(self, tag: str) -> None:
        """Close a select, an area or a form."""
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._area is not None:
            self.forms[-1]["data"].setdefault(self._area, []).append(self._text.removeprefix("\n"))
            self._area = None


class Client(FlaskClient):
    """Flask's client with a person's habits."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send one request in a context of its own, as a server would: no `g`, user or session is shared.

        What the test itself has begun is committed first, or the request would wait for it.
        """
        if has_app_context():
            db.session.commit()
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def sign_in(self, email: str, password: str = "volunteer-hub-demo") -> TestResponse:
        """Sign in through the page. Fails unless it works."""
        reply = self.submit("/sign-in", email=email, password=password)
        assert reply.status_code == 303, reply.text
        return reply

    def forms(self, path: str) -> list[dict[str, Any]]:
        """The forms of the page at `path`, which must be there."""
        page = self.get(path)
        assert page.status_code == 200, f"{path}: {page.status_code}"
        reader = FormParser()
        reader.feed(page.text)
        return reader.forms

    def submit(self, path: str, *, action: str | None = None, **answers: Any) -> TestResponse:
        """Open `path`, fill in its form (the one that posts to `action`, or the last that posts) and send it.

        An answer None leaves the field out.
        """
        posting = [f for f in self.forms(path) if f["method"] == "post" and f["action"] != "/sign-out"]
        if action:
            posting = [form for form in posting if form["action"].endswith(action)]
        assert posting, f"no form to {action or 'post'} on {path}"
        form = posting[-1]
        data = dict(form["data"])
        for name, value in answers.items():
            if value is None:
                data.pop(name, None)
            else:
                data[name] = value
        return self.post(form["action"] or path, data=data)
