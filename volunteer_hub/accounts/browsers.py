"""Name a browser from its User-Agent header: a guess, good enough for people to recognise their own browsers."""

from __future__ import annotations

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
"""(mark in the header, name). The first match wins: most browsers also send the marks of those they imitate."""


def describe_user_agent(agent: str) -> tuple[str, str]:
    """Return (browser, operating system); each is empty if unknown."""

    def first_match(known: tuple[tuple[str, str], ...]) -> str:
        return next((name for mark, name in known if mark in agent), "")

    return first_match(BROWSERS), first_match(SYSTEMS)
