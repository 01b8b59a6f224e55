"""What money was moved for, in words. A purpose such as `placement:12` names a row of an upper area.

This area may not know the upper ones, so each that sets money aside teaches its words here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from volunteer_hub.core.access import Viewer

CODE = re.compile(r"([a-z_]+):([0-9]{1,10})")


@dataclass(frozen=True)
class Told:
    """A purpose as a viewer may read it; `url` only where they may open it."""

    words: str
    url: str | None = None


Teller = Callable[[frozenset[int], Viewer], Mapping[int, Told]]
_tellers: dict[str, Teller] = {}


def teach(kind: str, teller: Teller) -> None:
    """Let `teller` give the words for every purpose `kind:<id>`."""
    _tellers[kind] = teller


def told(purposes: Iterable[str], viewer: Viewer) -> dict[str, Told]:
    """Each purpose in words, at most one query a kind. What nobody knows is shown as it was written."""
    found = {purpose: Told(purpose) for purpose in purposes}
    codes = {match[0]: (match[1], int(match[2])) for match in map(CODE.fullmatch, found) if match}
    for kind, teller in _tellers.items():
        known = teller(frozenset(row_id for a_kind, row_id in codes.values() if a_kind == kind), viewer)
        found |= {code: known[row_id] for code, (a_kind, row_id) in codes.items() if a_kind == kind and row_id in known}
    return found
