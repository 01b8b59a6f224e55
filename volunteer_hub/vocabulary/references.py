"""What refers to a skill. The areas above register what they know of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.extension_points import ExtensionPoint


@dataclass(frozen=True)
class SkillReferences:
    """How many rows of one kind have a skill, how many of these are live, and where a viewer may list them."""

    label: str
    count: int
    live_count: int
    url: str | None = None


@dataclass(frozen=True)
class MovedReferences:
    """What a merge did: rows that took the new skill, and rows that had both and keep the higher level."""

    moved: int
    merged: int


@dataclass(frozen=True)
class SkillReferenceProvider:
    """How one kind of reference is counted and moved.

    `count(code, viewer)` serves the page of a skill; `move(old, new)` serves merging; `on_renamed(code)` is called when
    the skill's name or synonyms have changed.
    """

    count: Callable[[str, Viewer], SkillReferences]
    move: Callable[[str, str], MovedReferences]
    on_renamed: Callable[[str], None] | None = None


SKILL_REFERENCES: ExtensionPoint[SkillReferenceProvider] = ExtensionPoint("what refers to a skill")
"""Providers by kind of row."""


def count_references(code: str, viewer: Viewer) -> list[SkillReferences]:
    """Count each kind of reference to a skill, one query per kind."""
    return [provider.count(code, viewer) for provider in SKILL_REFERENCES]


def move_references(old: str, new: str) -> Mapping[str, MovedReferences]:
    """Give the skill `new` to everything that has `old`. The caller has locked both rows. Returns the result by kind."""
    return {kind: provider.move(old, new) for kind, provider in SKILL_REFERENCES.items()}


def notify_renamed(code: str) -> None:
    """Tell everything that refers to a skill that its name or synonyms have changed."""
    for provider in SKILL_REFERENCES:
        if provider.on_renamed:
            provider.on_renamed(code)
