"""What a person still holds, and who could take it over. Upper areas teach it here, as they may not be asked.

A holding stands for one place: the requests of one hospital, its placements. Each names its own successors,
because a contact of one hospital cannot answer for another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Viewer


@dataclass(frozen=True)
class Item:
    """One thing that is held; `url` only where the viewer may open it."""

    words: str
    url: str | None = None


@dataclass(frozen=True)
class Holding:
    """Things of one `kind` at one `place`; `successors` are (id, name), none where nobody can take them over."""

    kind: str
    place: int
    title: str
    items: Sequence[Item]
    successors: Sequence[tuple[str, str]] = ()
    stays: str = ""
    row_ids: Sequence[int] = ()

    @property
    def key(self) -> str:
        """What names it in a form."""
        return f"{self.kind}_{self.place}"

    @property
    def field(self) -> str:
        """The name of the form's field that chooses its successor."""
        return f"successor_{self.key}"


Teller = Callable[[Account, Viewer], Sequence[Holding]]
HandOver = Callable[..., None]
_tellers: dict[str, tuple[Teller, HandOver | None]] = {}


def teach(kind: str, teller: Teller, hand_over: HandOver | None = None) -> None:
    """Let `teller` say what somebody holds of this kind, and `hand_over` pass it on.

    `hand_over(row_ids, to_id, actor=, now=)` changes and records each row; the e-mails are sent here.
    """
    _tellers[kind] = (teller, hand_over)


def told(account: Account, viewer: Viewer) -> list[Holding]:
    """Everything that somebody holds, kind by kind."""
    return [holding for teller, _ in _tellers.values() for holding in teller(account, viewer) if holding.items]


def hand_over(holding: Holding, to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    """Pass a holding on to one of its successors."""
    act = _tellers[holding.kind][1]
    if act is None:
        raise RuntimeError(f"{holding.kind} cannot be handed over")
    act(holding.row_ids, to_id, actor=actor, now=now)
