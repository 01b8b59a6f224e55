"""A keyboard user: no mouse, no touch, and the focus must be visible on every element."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

from playwright.sync_api import Locator

from tests.support.browser import BrowserUser

MAX_KEY_PRESSES = 120
# The look of each element without the focus; radio buttons and checkboxes are drawn by their label.
PLAIN = r"""() => {
  window.marks = at => {
    const drawn = getComputedStyle(at).opacity === '0' && at.labels?.length;
    const s = drawn ? getComputedStyle(at.labels[0], '::before') : getComputedStyle(at);
    const none = s.outlineStyle === 'none' || /^rgba.*, 0\)$/.test(s.outlineColor);
    const line = none ? '' : s.outlineColor + s.outlineWidth;
    return [s.boxShadow, s.backgroundColor, s.borderTopColor, s.borderTopWidth, line].join();
  };
  const all = document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex]');
  window.plain = new Map([...all].filter(at => at !== document.activeElement).map(at => [at, marks(at)]));
}"""
# Where the focus is on the way to `it`, and the fault of its look there.
STOP = """it => {
  const at = document.activeElement, group = it.type === 'radio' && at.type === 'radio' && at.form === it.form;
  const box = at.getClientRects()[0] ?? new DOMRect(-1, -1);
  const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
  const shows = at.contains(top) || [...at.labels ?? []].some(label => label.contains(top));
  const fault = !shows ? 'is out of view or covered' : plain.get(at) === marks(at) ? 'cannot be seen' : '';
  return {
    here: at === it || (group && at.name === it.name),
    nowhere: at === document.body,
    skips: at.matches('.nhsuk-skip-link') && !!it.closest('main'),
    back: !!(at.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING),
    fault: fault && `the focus on ${at.outerHTML.slice(0, 120)} ${fault}`,
  };
}"""


def day_keys(text: str) -> list[str]:
    """Return what to type for a date in each order of a browser's locale: month first, day first, year first."""
    year, month, day = text.split("-")
    return [month + day + year, day + month + year, year + month + day]


def time_keys(text: str) -> list[str]:
    """Return what to type for a time, on a 24-hour and on a 12-hour clock."""
    hour, minute = text.split(":")
    half = "PM" if int(hour) >= 12 else "AM"
    return [hour + minute, f"{(int(hour) - 1) % 12 + 1:02d}{minute}{half}"]


class KeyboardUser(BrowserUser):
    """A user without a mouse: Tab, Shift+Tab, arrows, Space, Enter, letters."""

    def read(self) -> None:
        """Check the page, and record the look of its elements without the focus."""
        super().read()
        self.page.evaluate(PLAIN)

    def keys(self, *names: str) -> None:
        """Press one key after the other."""
        for name in names:
            self.page.keyboard.press(name)

    def reach(self, target: Locator) -> None:
        """Press Tab or Shift+Tab until `target`, or another button of its group, has the focus."""
        it = target.element_handle()
        stop = it.evaluate(STOP)
        for _ in range(MAX_KEY_PRESSES):
            if stop["here"]:
                return
            if stop["skips"]:
                with self.page.expect_navigation():
                    self.keys("Enter")
            self.keys("Shift+Tab" if stop["back"] else "Tab")
            stop = self._stop(it)
        raise AssertionError(f"{self.path}: the keyboard does not reach {target}")

    def _stop(self, it: Any) -> Any:
        stop = it.evaluate(STOP)
        if stop["fault"] and not stop["nowhere"]:
            self.faults.append(f"{self.path}: {stop['fault']}")
        return stop

    def _go(self, target: Locator) -> None:
        # The skip link navigates too, so the target must be reached before the navigation is awaited.
        self.reach(target)
        with self.page.expect_navigation():
            self.keys("Enter")
        self.read()

    def _unfold(self, button: Locator) -> None:
        self.reach(button)
        self.keys("Enter")

    def _write(self, field: Locator, text: str) -> None:
        self.reach(field)
        key_variants = {"date": day_keys, "time": time_keys}.get(field.get_attribute("type") or "")
        for keys in key_variants(text) if key_variants else [text]:
            self.keys(*(["ArrowLeft"] * 3 if key_variants else ["Control+A"]))
            self.page.keyboard.type(keys)
            if field.input_value() == text:
                return
        raise AssertionError(f"{self.path}: {field} says {field.input_value()} and not {text}")

    def _select(self, field: Locator, option: str) -> None:
        """Type the option's first word, then press arrows until it is selected."""
        self.reach(field)
        self.keys("Home")
        self.page.keyboard.type("".join(takewhile(str.isascii, option.split()[0])))
        chosen = "it => it.selectedOptions[0].text.trim()"
        for _ in range(MAX_KEY_PRESSES):
            if field.evaluate(chosen) == option:
                return
            self.keys("ArrowDown")
        raise AssertionError(f"{self.path}: the keyboard does not choose {option}")

    def _mark(self, field: Locator) -> None:
        """Press Space, or arrows within a group of radio buttons; Space starts a group without a selection."""
        self.reach(field)
        it = field.element_handle()
        for _ in range(MAX_KEY_PRESSES):
            if field.is_checked():
                return
            self.keys("Space" if it.evaluate("it => it === document.activeElement") else "ArrowDown")
            self._stop(it)
        raise AssertionError(f"{self.path}: the keyboard does not mark {field}")
