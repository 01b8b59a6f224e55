"""Every page of the demonstration on a phone: axe, one heading, no sideways scrolling, little weight."""

from __future__ import annotations

import collections
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from tests.support.browser import BrowserUser, page_kind, typography_faults
from tests.support.live import LiveServer

ROLES = ("volunteer", "partner", "director", "coordinator", "finance", "funder", "admin")
MAX_PAGES = 70
MAX_OF_A_KIND = 2
FILES = (".csv", ".json")


def crawl(person: BrowserUser, first: tuple[str, ...]) -> set[str]:
    """Read the linked pages, MAX_OF_A_KIND of each kind. Returns the kinds."""
    waiting, known = collections.deque(first), set(first)
    read: collections.Counter[str] = collections.Counter()
    while waiting and read.total() < MAX_PAGES:
        path = waiting.popleft()
        if read[page_kind(path)] >= MAX_OF_A_KIND:
            continue
        read[page_kind(path)] += 1
        person.open(path)
        for link in person.page.eval_on_selector_all("a[href]", "all => all.map(a => a.href)"):
            parts = urlsplit(link)
            target = parts.path + (f"?{parts.query}" if parts.query else "")
            if target in known or parts.path.endswith(FILES):
                continue
            if link.startswith(person.page.url.rsplit("/", person.page.url.count("/") - 2)[0]):
                known.add(target)
                waiting.append(target)
    return set(read)


@pytest.fixture
def demonstration(live: LiveServer) -> LiveServer:
    """The served database with the demonstration programme in it."""
    with live.app.app_context():
        done = live.app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 0, done.output
    return live


@pytest.mark.once
@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("html {font-family: arial, sans-serif} h1 {font-size: 36px}", []),
        ("html {font-family: 'Times New Roman'} h1 {font-size: 36px}", ["typeface times new roman"]),
        ("html {font-family: arial} h1 {font-size: 48px}", ["a first heading of 48px"]),
        ("html {font-family: arial} h1 {font-size: 36px} button {font-family: serif}", ["typeface serif"]),
    ],
)
def test_another_typeface_or_size_is_noticed(browser: Browser, style: str, expected: list[str]) -> None:
    page = browser.new_page()
    page.set_content(
        f"<style>button {{font: inherit}} {style}</style><h1>Help</h1><p>Text <code>code</code></p><button>Save</button>"
    )
    faults = typography_faults(page)
    page.close()
    assert faults == expected


@pytest.mark.once
def test_every_page_of_the_demonstration_is_accessible_on_a_phone(browser: Browser, demonstration: LiveServer) -> None:
    faults, kinds, seen = [], set(), set()
    for role in ("", *ROLES):
        seen.discard("/start")  # one address, and for each role another page
        person = BrowserUser(browser, demonstration.address, seen=seen)
        if role:
            person.sign_in(f"{role}@example.org")
        kinds |= crawl(person, ("/start", "/account") if role else ("/", "/sign-in", "/dev/mail"))
        faults += [f"{role or 'anonymous'} {fault}" for fault in person.faults]
        person.close()
    assert not faults, "\n".join(dict.fromkeys(faults))
    assert len(kinds) > 40, sorted(kinds)
