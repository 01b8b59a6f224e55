"""A real browser, its users, and the checks of every page: axe, width, one heading, weight."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import axe_playwright_python
from playwright.sync_api import Browser, Locator, Page, Response, expect, sync_playwright

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
AXE = Path(axe_playwright_python.__file__).with_name("axe.min.js")
TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
# Only violations are computed and returned, which takes a third less time.
AXE_RUN = """tags => axe.run(document, {
  runOnly: {type: 'tag', values: tags}, resultTypes: ['violations'], selectors: false, preload: false
}).then(found => found.violations)"""
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}
MAX_PAGE_BYTES = 60 * 1024
TYPEFACES = """[...new Set([...document.querySelectorAll('body, body *')]
  .filter(it => !it.closest('code, kbd, pre, .nhsuk-input--code'))
  .map(it => getComputedStyle(it).fontFamily.split(',')[0].replaceAll('"', '').toLowerCase()))]"""
HEADING_SIZES = {"36px", "27px"}
"""Allowed font sizes of `h1`: in a wide window and on a phone."""
PASSWORD = "volunteer-hub-demo"
NUMBER = re.compile(r"/[0-9]+(?=/|$)")
TOKEN = re.compile(r"/(invitation|confirm|reset|release)/[^/?]+|/dev/mail/.+")


def chromium() -> str | None:
    """Return the path of an installed browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launch_browser(program: str) -> Iterator[Browser]:
    """Run a browser for the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def page_kind(path: str) -> str:
    """Return a page's path with ids and tokens replaced."""
    return TOKEN.sub("/…", NUMBER.sub("/N", path.split("?")[0]))


def layout_faults(page: Page) -> list[str]:
    """Return the faults of a page's layout: duplicate ids, overflow, headings, typography."""
    wide, room, headings, ids = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth,"
        " document.querySelectorAll('h1').length, [...document.querySelectorAll('[id]')].map(it => it.id)]"
    )
    faults = [f"the id {name} stands {count} times" for name, count in Counter(ids).items() if count > 1]
    if wide > room:
        faults.append(f"{wide} px wide in a window of {room} px")
    if headings != 1:
        faults.append(f"{headings} first headings")
    return faults + typography_faults(page)


def typography_faults(page: Page) -> list[str]:
    """Return typefaces and heading sizes that are not the design's."""
    faults = [f"typeface {name}" for name in page.evaluate(TYPEFACES) if name != "arial"]
    sizes = page.eval_on_selector_all("h1", "all => all.map(it => getComputedStyle(it).fontSize)")
    return faults + [f"a first heading of {size}" for size in sizes if size not in HEADING_SIZES]


def axe_violations(page: Page) -> list[str]:
    """Return axe's serious and critical violations: rule, impact, element."""
    page.evaluate(AXE.read_text())
    violations = page.evaluate(AXE_RUN, TAGS)
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:160]}"
        for violation in violations
        if violation["impact"] in {"serious", "critical"} or violation["id"] == "region"
        for node in violation["nodes"]
    ]


class BrowserUser:
    """A user with a browser window of their own; every page that they open is checked."""

    def __init__(
        self, browser: Browser, address: str, *, scripts: bool = True, size: Any = None, seen: set[str] | None = None
    ) -> None:
        self.context = browser.new_context(
            base_url=address, java_script_enabled=scripts, viewport=size or PHONE, reduced_motion="reduce"
        )
        self.context.set_default_timeout(10_000)
        self.page = self.context.new_page()
        self.scripts = scripts
        self.faults: list[str] = []
        self.seen = set() if seen is None else seen
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.faults.append(f"{self.path}: script error {error}"))

    def _console(self, message: Any) -> None:
        # The browser logs every status from 400 on; a form that is refused is no fault.
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"{self.path}: console says {message.text}")

    @property
    def path(self) -> str:
        """Return the current path and query, without the fragment."""
        return "/" + self.page.url.split("#")[0].split("/", 3)[3]

    def open(self, path: str) -> Response:
        """Go to an address and check the page."""
        reply = self.page.goto(path)
        assert reply is not None, path
        if reply.status >= 400:
            self.faults.append(f"{path}: answers {reply.status}")
        if len(reply.body()) > MAX_PAGE_BYTES:
            self.faults.append(f"{path}: {len(reply.body())} bytes")
        self.read()
        return reply

    def read(self) -> None:
        """Record the faults of the current page; axe runs once per kind of page."""
        self.faults += [f"{self.path}: {fault}" for fault in layout_faults(self.page)]
        kind = page_kind(self.path)
        if self.scripts and kind not in self.seen:
            self.seen.add(kind)
            self.faults += [f"{self.path}: {violation}" for violation in axe_violations(self.page)]

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in through the page."""
        self.open("/sign-in")
        self.fill("E-mail address", email)
        self.fill("Password", password)
        self.press("Sign in")
        assert self.path == "/start", self.path

    def follow(self, text: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Follow a link of the page's content, or the back link."""
        self._go(self.page.locator("#maincontent, .app-back").get_by_role("link", name=text, exact=exact).first)

    def menu(self, text: str) -> None:
        """Follow a link of the menu, which is opened first where it is folded."""
        button = self.page.locator("header summary")
        if button.is_visible():
            self._unfold(button)
        self._go(self.page.locator("header").get_by_role("link", name=text, exact=True))

    def press(self, text: str, *, exact: bool = True) -> None:
        """Press a button of the page's content."""
        self._go(self.page.locator("main").get_by_role("button", name=text, exact=exact).first)

    def fill(self, label: str, text: str) -> None:
        """Replace the content of a text field."""
        self._write(self.field(label), text)

    def choose(self, label: str, text: str) -> None:
        """Choose from a list: the option with this text, or the only one that contains it."""
        field = self.field(label)
        options = [option.strip() for option in field.locator("option").all_text_contents()]
        matches = [option for option in options if option == text] or [option for option in options if text in option]
        assert len(matches) == 1, f"{label}: {text} stands for {matches}"
        self._select(field, matches[0])

    def tick(self, *labels: str) -> None:
        """Check radio buttons or checkboxes."""
        for label in labels:
            self._mark(self.field(label))

    def _go(self, target: Locator) -> None:
        with self.page.expect_navigation():
            target.click()
        self.read()

    def _unfold(self, button: Locator) -> None:
        button.click()

    def _write(self, field: Locator, text: str) -> None:
        field.fill(text)

    def _select(self, field: Locator, option: str) -> None:
        field.select_option(label=option)

    def _mark(self, field: Locator) -> None:
        field.check()

    def field(self, label: str) -> Locator:
        """Return the field with that label."""
        pattern = re.compile(rf"^\s*{re.escape(label)}(?: \(optional\))?\s*$")
        return self.page.locator("main").get_by_label(pattern).first

    def expect_text(self, *texts: str) -> None:
        """Assert that the page contains each text."""
        for text in texts:
            expect(self.page.locator("body")).to_contain_text(text)

    def close(self) -> None:
        """Close the window."""
        self.context.close()
