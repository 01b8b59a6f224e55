"""Settings of a programme's rounds: limits on proposals, what is maximised, schedule, support kinds not given remotely."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

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

MAX_PER_VOLUNTEER, MAX_PER_SEAT, MAX_DAYS_BETWEEN_ROUNDS = 10, 5, 90


@dataclass(frozen=True)
class RoundSettingValues:
    """The settings that a coordinator edits. `every_days` None: rounds are only started by hand."""

    proposals_per_volunteer: int
    proposals_per_seat: int
    fill_first: bool
    every_days: int | None
    next_on: dt.date | None
    excluded_support_kinds: tuple[SupportKind, ...]


def to_values(row: RoundSetting) -> RoundSettingValues:
    """Return the editable settings of a row."""
    return RoundSettingValues(
        row.proposals_per_volunteer,
        row.proposals_per_seat,
        row.fill_first,
        row.every_days,
        row.next_on,
        sort_support_kinds(SupportKind(kind) for kind in row.excluded_support_kinds.split()),
    )


def sort_support_kinds(kinds: Iterable[SupportKind]) -> tuple[SupportKind, ...]:
    """Return distinct kinds of support in display order."""
    distinct = set(kinds)
    return tuple(kind for kind in SupportKind if kind in distinct)


def change_round_settings(
    programme: Programme, choices: RoundSettingValues, *, actor: Viewer, now: dt.datetime
) -> None:
    """Change the settings of a programme's rounds. Rounds that are running already are not affected.

    Raises Forbidden unless the actor is a coordinator, DomainError for a closed programme or invalid choices.
    """
    if not actor.has(Role.COORDINATOR):
        raise Forbidden(_("Only a coordinator sets how rounds go."), code="round_settings_not_permitted")
    row = round_settings.get_settings(programme.id)
    previous = to_values(row)
    choices = replace(choices, next_on=choices.next_on if choices.every_days else None)
    _validate_choices(programme, previous, choices, today=now.date())
    if previous == choices:
        return
    if not row.version:
        db.session.add(row)
    _assign_choices(row, choices)
    db.session.flush()
    change_text = "\n".join(
        f"{name}: {old} → {new}" for name, old, new in _list_values(previous, choices) if old != new
    )
    audit.record("round_setting.changed", programme, actor=actor, now=now, note=change_text)


def _validate_choices(
    programme: Programme, previous: RoundSettingValues, choices: RoundSettingValues, *, today: dt.date
) -> None:
    if programme.state is ProgrammeState.CLOSED:
        raise DomainError(
            _("This programme is closed. Reopen it before you change its rounds."), code="programme_closed"
        )
    limits = {
        "proposals_per_volunteer": (choices.proposals_per_volunteer, MAX_PER_VOLUNTEER),
        "proposals_per_seat": (choices.proposals_per_seat, MAX_PER_SEAT),
        "every_days": (choices.every_days or 1, MAX_DAYS_BETWEEN_ROUNDS),
    }
    for name, (value, maximum) in limits.items():
        if not 1 <= value <= maximum:
            raise DomainError(
                _("Enter a whole number between 1 and %(most)s.", most=maximum),
                field=name,
                code="whole_number_out_of_range",
            )
    if choices.every_days and choices.next_on is None:
        raise DomainError(_("Enter the day of the next round."), field="next_on", code="next_round_day_missing")
    if choices.next_on and choices.next_on < today and choices.next_on != previous.next_on:
        raise DomainError(
            _("The day of the next round cannot be in the past."), field="next_on", code="next_round_day_past"
        )


def _assign_choices(row: RoundSetting, choices: RoundSettingValues) -> None:
    for name in ("proposals_per_volunteer", "proposals_per_seat", "fill_first", "every_days", "next_on"):
        setattr(row, name, getattr(choices, name))
    row.excluded_support_kinds = " ".join(sort_support_kinds(choices.excluded_support_kinds))


def _list_values(before: RoundSettingValues, after: RoundSettingValues) -> list[tuple[str, Any, Any]]:
    names = ("Open proposals for one volunteer", "People asked at once for a seat", "Seats first",
             "Days between rounds", "Next round on", "Not given remotely")  # fmt: skip
    return list(zip(names, _value_texts(before), _value_texts(after), strict=True))


def _value_texts(choices: RoundSettingValues) -> tuple[str, ...]:
    return (
        str(choices.proposals_per_volunteer),
        str(choices.proposals_per_seat),
        "yes" if choices.fill_first else "no",
        str(choices.every_days or "never"),
        str(choices.next_on or "—"),
        ", ".join(template_filters.label(kind) for kind in choices.excluded_support_kinds) or "—",
    )
