"""How the rounds of a programme go: limits on proposals, what comes first, how often, what is not given remotely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from volunteer_hub.audit import service as audit
from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.partner_requests.states import SupportKind
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds.queries import round_settings

MAX_PER_VOLUNTEER, MAX_PER_SEAT, MAX_DAYS_BETWEEN = 10, 5, 90


@dataclass(frozen=True)
class RoundSettingValues:
    """What a coordinator sets. `every_days` None: nobody but people starts a round."""

    proposals_per_volunteer: int
    proposals_per_seat: int
    fill_first: bool
    every_days: int | None
    next_on: dt.date | None
    excluded_support_kinds: tuple[SupportKind, ...]


def to_values(row: RoundSetting) -> RoundSettingValues:
    """A row as what a coordinator sets."""
    return RoundSettingValues(
        row.proposals_per_volunteer,
        row.proposals_per_seat,
        row.fill_first,
        row.every_days,
        row.next_on,
        sort_support_kinds(SupportKind(kind) for kind in row.excluded_support_kinds.split()),
    )


def sort_support_kinds(kinds: Iterable[SupportKind]) -> tuple[SupportKind, ...]:
    """Kinds of support, each once, in the order in which they are shown."""
    chosen = set(kinds)
    return tuple(kind for kind in SupportKind if kind in chosen)


def change_round_settings(
    programme: Programme, choices: RoundSettingValues, *, actor: Viewer, now: dt.datetime
) -> None:
    """Change how the rounds of a programme go; rounds that have begun end as they began.

    Raises Forbidden for anybody but a coordinator, DomainError for a closed programme and impossible choices.
    """
    if not actor.has(Role.COORDINATOR):
        raise Forbidden("Only a coordinator sets how rounds go.")
    row = round_settings.get_settings(programme.id)
    before = to_values(row)
    choices = replace(choices, next_on=choices.next_on if choices.every_days else None)
    _check(programme, before, choices, today=now.date())
    if before == choices:
        return
    if not row.version:
        db.session.add(row)
    _write(row, choices)
    db.session.flush()
    words = "\n".join(f"{name}: {old} → {new}" for name, old, new in _told(before, choices) if old != new)
    audit.record("round_setting.changed", programme, actor=actor, now=now, note=words)


def _check(programme: Programme, before: RoundSettingValues, choices: RoundSettingValues, *, today: dt.date) -> None:
    if programme.state is ProgrammeState.CLOSED:
        raise DomainError("This programme is closed. Reopen it before you change its rounds.")
    limits = {
        "proposals_per_volunteer": (choices.proposals_per_volunteer, MAX_PER_VOLUNTEER),
        "proposals_per_seat": (choices.proposals_per_seat, MAX_PER_SEAT),
        "every_days": (choices.every_days or 1, MAX_DAYS_BETWEEN),
    }
    for name, (value, most) in limits.items():
        if not 1 <= value <= most:
            raise DomainError(f"Enter a whole number between 1 and {most}.", field=name)
    if choices.every_days and choices.next_on is None:
        raise DomainError("Enter the day of the next round.", field="next_on")
    if choices.next_on and choices.next_on < today and choices.next_on != before.next_on:
        raise DomainError("The day of the next round cannot be in the past.", field="next_on")


def _write(row: RoundSetting, choices: RoundSettingValues) -> None:
    for name in ("proposals_per_volunteer", "proposals_per_seat", "fill_first", "every_days", "next_on"):
        setattr(row, name, getattr(choices, name))
    row.excluded_support_kinds = " ".join(sort_support_kinds(choices.excluded_support_kinds))


def _told(before: RoundSettingValues, after: RoundSettingValues) -> list[tuple[str, Any, Any]]:
    names = ("Open proposals for one volunteer", "People asked at once for a seat", "Seats first",
             "Days between rounds", "Next round on", "Not given remotely")  # fmt: skip
    return list(zip(names, _words(before), _words(after), strict=True))


def _words(choices: RoundSettingValues) -> tuple[str, ...]:
    return (
        str(choices.proposals_per_volunteer),
        str(choices.proposals_per_seat),
        "yes" if choices.fill_first else "no",
        str(choices.every_days or "never"),
        str(choices.next_on or "—"),
        ", ".join(template_filters.label(kind) for kind in choices.excluded_support_kinds) or "—",
    )
