"""The maintainers' pages point at what is there: each `file.py` exists, and so does each name behind it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config import ROOT
from tests.support.source import PACKAGE

PAGES = [*sorted(path for path in (ROOT / "docs").glob("*.md")), ROOT / "README.md"]
POINTER = re.compile(r"`((?:[a-z_]+/)+[a-z0-9_]+\.(?:py|md|html|toml))(?:: ((?:[A-Za-z_.]+(?:, )?)+))?`")


def find_file(pointer: str) -> Path | None:
    """Return the file of a pointer: from the root of the repository, of the package, or of an area."""
    areas = sorted(path for path in PACKAGE.glob(f"*/{pointer}"))
    return next((path for path in (ROOT / pointer, PACKAGE / pointer, *areas) if path.exists()), None)


def broken_pointers(text: str) -> list[str]:
    """Return the pointers of a page that lead nowhere."""
    broken = []
    for pointer, names in POINTER.findall(text):
        path = find_file(pointer)
        if path is None:
            broken.append(pointer)
            continue
        source = path.read_text()
        broken += [
            f"{pointer}: {name}"
            for name in filter(None, names.split(", "))
            if not re.search(rf"\b{re.escape(name.split('.')[0])}\b", source)
        ]
    return broken


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_pointers_of_a_page_lead_somewhere(page: Path) -> None:
    assert broken_pointers(page.read_text()) == []


def test_control_broken_pointers_are_found() -> None:
    assert broken_pointers("`core/nothing.py`, `core/db.py: snapshot, gone`, `core/db.py: snapshot`") == [
        "core/nothing.py",
        "core/db.py: gone",
    ]
