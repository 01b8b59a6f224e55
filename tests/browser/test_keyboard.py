"""Keyboard use: a form, the menu on a phone, and controls where the focus is invisible or unreachable."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.factories.accounts import make_account
from tests.support.browser import PHONE
from tests.support.keyboard import KeyboardUser, day_keys, time_keys
from tests.support.live import LiveServer
from volunteer_hub.core.access import Role

PAGE = """<!doctype html><html lang="en"><title>A page</title>
<style>* {{ font: 27px arial }} input:focus-within {{ outline: 2px solid }} {style}</style>
<main><h1>A page</h1><a href="#one">One</a>
<label for="two">Two</label> <input id="two">
<label for="kind">Kind</label>
<select id="kind"><option></option><option>Riverside – east</option><option>Riverside – west</option></select>
<label><input type="radio" name="drink">Tea</label> <label><input type="radio" name="drink">Coffee</label>
<label for="when">When</label> <input type="time" id="when">
<label for="day">Day</label> <input type="date" id="day"></main></html>"""


@pytest.fixture
def person(browser: Browser) -> Iterator[KeyboardUser]:
    """A keyboard user; axe is not run."""
    user = KeyboardUser(browser, "http://form.test", size=PHONE, seen={"/form"})
    yield user
    user.close()


def fill_form(person: KeyboardUser, style: str = "") -> list[str]:
    """Fill in the page, to its end and back. Returns the faults."""
    page = PAGE.format(style=style)
    person.page.route("**/*", lambda route: route.fulfill(body=page, content_type="text/html; charset=utf-8"))
    person.open("/form")
    person.choose("Kind", "west")
    person.tick("Coffee")
    person.fill("When", "22:05")
    person.fill("Day", "2027-03-28")
    person.fill("Two", "words")
    return person.faults


def test_a_form_is_filled_in_by_keys(person: KeyboardUser) -> None:
    assert fill_form(person) == []
    assert person.page.locator("select").evaluate("it => it.selectedIndex") == 2
    assert [radio.is_checked() for radio in person.page.get_by_role("radio").all()] == [False, True]


@pytest.mark.parametrize(
    ("style", "fault"),
    [
        ("a:focus { outline: none; }", "cannot be seen"),
        ("a:focus { outline: 4px solid transparent; }", "cannot be seen"),
        ("a { position: absolute; left: -999px; }", "is out of view or covered"),
        ("h1 { position: fixed; inset: 0; margin: 0; background: #fff; }", "is out of view or covered"),
    ],
)
def test_an_invisible_focus_is_a_fault(person: KeyboardUser, style: str, fault: str) -> None:
    faults = fill_form(person, style)
    assert any(fault in text and "#one" in text for text in faults), faults


def test_an_unreachable_field_is_refused(person: KeyboardUser) -> None:
    with pytest.raises(AssertionError, match="does not reach"):
        fill_form(person, "input[type=date] { visibility: hidden; }")


def test_days_and_times_are_typed_as_the_browser_asks() -> None:
    assert day_keys("2027-03-28") == ["03282027", "28032027", "20270328"]
    assert time_keys("00:30") == ["0030", "1230AM"]
    assert time_keys("12:00") == ["1200", "1200PM"]
    assert time_keys("22:05") == ["2205", "1005PM"]


@pytest.mark.once
def test_the_menu_of_a_phone_opens_by_keys(browser: Browser, live: LiveServer) -> None:
    with live.app.app_context():
        make_account(Role.COORDINATOR, email="cora@example.org")
    coordinator = KeyboardUser(browser, live.address, size=PHONE)
    coordinator.sign_in("cora@example.org")
    coordinator.menu("Programmes")
    assert coordinator.path == "/programmes/"
    assert coordinator.faults == []
    coordinator.close()
