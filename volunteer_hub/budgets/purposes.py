"""What money was moved for, in words. A purpose such as `placement:12` names a row of an upper area, which registers its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.extension_points import ExtensionPoint

CODE = re.compile(r"([a-z_]+):([0-9]{1,10})")


@dataclass(frozen=True)
class PurposeLabel:
    """A purpose as a viewer may read it; `url` only where they may open it."""

    text: str
    url: str | None = None


PURPOSE_LABELS: ExtensionPoint[Callable[[frozenset[int], Viewer], Mapping[int, PurposeLabel]]] = ExtensionPoint(
    "the words for what money was moved for"
)
"""By kind of purpose: a function from ids and viewer to labels by id."""


def describe_purposes(purposes: Iterable[str], viewer: Viewer) -> dict[str, PurposeLabel]:
    """Return the label of each purpose, at most one query per kind. An unknown purpose is shown as it was written."""
    labels = {purpose: PurposeLabel(purpose) for purpose in purposes}
    codes = {match[0]: (match[1], int(match[2])) for match in map(CODE.fullmatch, labels) if match}
    for kind, label_rows in PURPOSE_LABELS.items():
        known = label_rows(frozenset(row_id for a_kind, row_id in codes.values() if a_kind == kind), viewer)
        labels |= {
            code: known[row_id] for code, (a_kind, row_id) in codes.items() if a_kind == kind and row_id in known
        }
    return labels
