"""The cost of the first and of the next visit: bytes on the wire, requests, queries."""

from __future__ import annotations

import gzip
import html.parser
from typing import Any

import brotli
import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_request
from tests.support.query_count import page_queries
from volunteer_hub.core.access import Role

FIRST_VISIT = 30 * 1024
NEXT_VISIT = 4 * 1024
A_YEAR = "max-age=31536000"
UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress}
SCOPED = {Role.PARTNER, Role.DIRECTOR}


class Loaded(html.parser.HTMLParser):
    """Collects what a browser fetches by itself after the page."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        """Style sheets, icons, pictures, scripts, frames."""
        values = dict(attributes)
        if tag == "link" and values.get("href"):
            self.addresses.append(str(values["href"]))
        if tag in {"script", "img", "iframe", "object", "embed", "video", "audio", "source"}:
            self.addresses.append(str(values.get("src") or values.get("srcset") or tag))


def fetch(client: Any, path: str, coding: str) -> Any:
    """A reply as it goes over the wire."""
    reply = client.get(path, headers={"Accept-Encoding": coding})
    assert reply.status_code == 200, path
    reply.get_data()
    reply.close()
    return reply


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_a_first_visit_is_small_and_needs_no_script_or_font(client: Any, path: str, coding: str) -> None:
    page = fetch(client, path, coding)
    assert page.headers["Content-Encoding"] == coding
    reader = Loaded()
    reader.feed(client.get(path).text)
    assert 1 + len(reader.addresses) <= 3
    parts = [page, *(fetch(client, address, coding) for address in reader.addresses)]
    assert sum(len(part.data) for part in parts) <= FIRST_VISIT
    assert {part.mimetype for part in parts} <= {"text/html", "text/css", "image/svg+xml"}
    style = next(part for part in parts if part.mimetype == "text/css")
    text = UNPACK[coding](style.data).decode()
    assert "@font-face" not in text
    assert "@import" not in text


@pytest.mark.parametrize("coding", ["br", "gzip"])
@pytest.mark.parametrize("path", ["/", "/sign-in"])
def test_the_next_visit_is_the_page_alone(client: Any, path: str, coding: str) -> None:
    page = fetch(client, path, coding)
    assert len(page.data) <= NEXT_VISIT
    reader = Loaded()
    reader.feed(client.get(path).text)
    for address in reader.addresses:
        cache_control = fetch(client, address, coding).headers["Cache-Control"]
        assert A_YEAR in cache_control, address
        assert "immutable" in cache_control, address


@pytest.mark.parametrize("role", list(Role))
def test_a_landing_page_costs_ten_queries_at_most_whatever_there_is(app: Flask, client: Any, role: Role) -> None:
    hospital = make_institution("UG")
    place = {"institution_id": hospital.id} if role in SCOPED else {}
    person = make_account(role, email="one@example.org", **place)
    make_request(institution=hospital)
    client.sign_in(person.email)
    with_one = page_queries(client, "/start")
    for _ in range(29):
        make_request(institution=hospital)
    with_thirty = page_queries(client, "/start")
    assert len(with_one) <= 10, with_one
    assert len(with_thirty) == len(with_one), with_thirty
