"""A real browser, people who use it, and what every page must keep: axe, width, one heading, weight."""

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
# Only what is wrong is worked out and handed over: a third less time.
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
"""Of the one `h1`: on a wide window and on a phone."""
PASSWORD = "volunteer-hub-demo"
NUMBER = re.compile(r"/[0-9]+(?=/|$)")
TOKEN = re.compile(r"/(invitation|confirm|reset|release)/[^/?]+|/dev/mail/.+")


def chromium() -> str | None:
    """Where the browser is, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@contextmanager
def launch_browser(program: str) -> Iterator[Browser]:
    """A running browser for the block."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def page_kind(path: str) -> str:
    """A page's address without what differs from row to row."""
    return TOKEN.sub("/…", NUMBER.sub("/N", path.split("?")[0]))


def layout_faults(page: Page) -> list[str]:
    """What is wrong with a page as a browser without scripts shows it."""
    wide, room, headings, ids = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth,"
        " document.querySelectorAll('h1').length, [...document.querySelectorAll('[id]')].map(it => it.id)]"
    )
    found = [f"the id {one} stands {count} times" for one, count in Counter(ids).items() if count > 1]
    if wide > room:
        found.append(f"{wide} px wide in a window of {room} px")
    if headings != 1:
        found.append(f"{headings} first headings")
    return found + typography_faults(page)


def typography_faults(page: Page) -> list[str]:
    """Which typefaces and which size of the first heading are not the design's."""
    found = [f"typeface {one}" for one in page.evaluate(TYPEFACES) if one != "arial"]
    sizes = page.eval_on_selector_all("h1", "all => all.map(it => getComputedStyle(it).fontSize)")
    return found + [f"a first heading of {one}" for one in sizes if one not in HEADING_SIZES]


def axe_violations(page: Page) -> list[str]:
    """axe's serious and critical findings: rule, where, why."""
    page.evaluate(AXE.read_text())
    violations = page.evaluate(AXE_RUN, TAGS)
    return [
        f"{one['id']} ({one['impact']}): {node['html'][:160]}"
        for one in violations
        if one["impact"] in {"serious", "critical"} or one["id"] == "region"
        for node in one["nodes"]
    ]


class BrowserUser:
    """Somebody with a browser window of their own, who reads every page that they come to."""

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
        # The browser logs every answer of 400 and more; what a form refuses is no fault.
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"{self.path}: console says {message.text}")

    @property
    def path(self) -> str:
        """Where they are; not how far down the page."""
        return "/" + self.page.url.split("#")[0].split("/", 3)[3]

    def open(self, path: str) -> Response:
        """Go to an address by typing it."""
        reply = self.page.goto(path)
        assert reply is not None, path
        if reply.status >= 400:
            self.faults.append(f"{path}: answers {reply.status}")
        if len(reply.body()) > MAX_PAGE_BYTES:
            self.faults.append(f"{path}: {len(reply.body())} bytes")
        self.read()
        return reply

    def read(self) -> None:
        """Note what is wrong with the page before them; axe looks at each kind of page once."""
        self.faults += [f"{self.path}: {one}" for one in layout_faults(self.page)]
        kind = page_kind(self.path)
        if self.scripts and kind not in self.seen:
            self.seen.add(kind)
            self.faults += [f"{self.path}: {one}" for one in axe_violations(self.page)]

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        """Sign in through the page."""
        self.open("/sign-in")
        self.fill("E-mail address", email)
        self.fill("Password", password)
        self.press("Sign in")
        assert self.path == "/start", self.path

    def follow(self, words: str | re.Pattern[str], *, exact: bool = True) -> None:
        """Follow a link of the page's content, or the one back."""
        self._go(self.page.locator("#maincontent, .app-back").get_by_role("link", name=words, exact=exact).first)

    def menu(self, words: str) -> None:
        """Open the menu, as one must on a phone, and follow one of its links."""
        button = self.page.locator("header summary")
        if button.is_visible():
            self._unfold(button)
        self._go(self.page.locator("header").get_by_role("link", name=words, exact=True))

    def press(self, words: str, *, exact: bool = True) -> None:
        """Press a button of the page's content."""
        self._go(self.page.locator("main").get_by_role("button", name=words, exact=exact).first)

    def fill(self, label: str, text: str) -> None:
        """Write into a field, over what stands there."""
        self._write(self.field(label), text)

    def choose(self, label: str, words: str) -> None:
        """Choose from a list: the option of these words, or the only one that has them."""
        field = self.field(label)
        options = [text.strip() for text in field.locator("option").all_text_contents()]
        found = [text for text in options if text == words] or [text for text in options if words in text]
        assert len(found) == 1, f"{label}: {words} stands for {found}"
        self._select(field, found[0])

    def tick(self, *labels: str) -> None:
        """Mark radio buttons or checkboxes."""
        for label in labels:
            self._mark(self.field(label))

    def _go(self, there: Locator) -> None:
        with self.page.expect_navigation():
            there.click()
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
        """The field of that label."""
        named = re.compile(rf"^\s*{re.escape(label)}(?: \(optional\))?\s*$")
        return self.page.locator("main").get_by_label(named).first

    def expect_text(self, *words: str) -> None:
        """The page says all that."""
        for each in words:
            expect(self.page.locator("body")).to_contain_text(each)

    def close(self) -> None:
        """Shut the window."""
        self.context.close()
