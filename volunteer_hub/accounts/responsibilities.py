"""What a person is still responsible for, and who could take it over. The areas above register what they know of.

A responsibility stands for one place: the requests of one hospital, its placements. Each names its own successors,
because a contact of one hospital cannot answer for another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.extension_points import ExtensionPoint


@dataclass(frozen=True)
class ResponsibilityItem:
    """One request, match or placement; `url` only where the viewer may open it."""

    title: str
    url: str | None = None


@dataclass(frozen=True)
class Responsibility:
    """Items of one `kind` at one place; `successors` are (id, name), none where nobody can take them over."""

    kind: str
    place_id: int
    title: str
    items: Sequence[ResponsibilityItem]
    successors: Sequence[tuple[str, str]] = ()
    stays: str = ""
    row_ids: Sequence[int] = ()

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.kind}_{self.place_id}"

    @property
    def field(self) -> str:
        """The name of the form's field that chooses its successor."""
        return f"successor_{self.key}"


@dataclass(frozen=True)
class ResponsibilityProvider:
    """How one kind is listed and handed over.

    `hand_over(row_ids, to_id, actor=, now=)` changes and records each row and queues the emails; None where nobody can take
    this kind over.
    """

    list_for: Callable[[Account, Viewer], Sequence[Responsibility]]
    hand_over: Callable[..., None] | None = None


RESPONSIBILITIES: ExtensionPoint[ResponsibilityProvider] = ExtensionPoint("what a person is still responsible for")
"""Providers by kind of responsibility."""


def list_responsibilities(account: Account, viewer: Viewer) -> list[Responsibility]:
    """List everything that a person is responsible for, kind by kind, without what has no items."""
    return [one for provider in RESPONSIBILITIES for one in provider.list_for(account, viewer) if one.items]


def hand_over(responsibility: Responsibility, to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Hand a responsibility over to one of its successors. Raises RuntimeError for a kind that cannot be handed over."""
    act = RESPONSIBILITIES[responsibility.kind].hand_over
    if act is None:
        raise RuntimeError(f"{responsibility.kind} cannot be handed over")
    act(responsibility.row_ids, to_id, actor=actor, now=now)
