"""Rules of a programme's settings and state. Pure: plain values in, value out."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import plain_text
from volunteer_hub.core.errors import DomainError
from volunteer_hub.programmes.states import MOVES, ProgrammeState

CLOSED_MESSAGE = _l(
    "The programme of this request is closed, so nothing new begins in it. Ask the coordinator to reopen it."
)
MAX_ANSWER_DAYS = 60
MAX_AMOUNT_MINOR = 2**31 - 1
"""The largest amount accepted, in minor units."""


@dataclasses.dataclass(frozen=True)
class ProgrammeSettings:
    """The settings that staff may change while the programme runs."""

    name: str
    funder: str
    starts_on: dt.date
    ends_on: dt.date
    target_volunteers: int
    default_allocation_minor: int
    needs_release: bool
    volunteer_days: int
    director_days: int
    release_days: int


SETTING_NAMES = tuple(field.name for field in dataclasses.fields(ProgrammeSettings))


def settings_of(row: Any) -> ProgrammeSettings:
    """Return the settings of a programme's row."""
    return ProgrammeSettings(**{name: getattr(row, name) for name in SETTING_NAMES})


def settings_version(settings: ProgrammeSettings) -> str:
    """Return a short digest of the settings, by which a form detects a concurrent change."""
    return hashlib.sha256(repr(settings).encode()).hexdigest()[:16]


def list_changed_settings(before: ProgrammeSettings, after: ProgrammeSettings) -> list[str]:
    """Return the names of the settings that differ, in order of definition."""
    return [name for name in SETTING_NAMES if getattr(before, name) != getattr(after, name)]


def check_settings(settings: ProgrammeSettings) -> None:
    """Raise DomainError for impossible settings."""
    if settings.ends_on < settings.starts_on:
        raise DomainError(_("The last day cannot be before the first."), field="ends_on", code="last_day_before_first")
    if settings.target_volunteers < 1:
        raise DomainError(_("Aim for one volunteer at least."), field="target_volunteers", code="target_too_low")
    if not 0 <= settings.default_allocation_minor <= MAX_AMOUNT_MINOR:
        raise DomainError(
            _("The usual allocation is too large."), field="allocation", code="usual_allocation_too_large"
        )
    for name in ("volunteer_days", "director_days", "release_days"):
        if not 1 <= getattr(settings, name) <= MAX_ANSWER_DAYS:
            raise DomainError(
                _("Give people between 1 and %(most)s days to answer.", most=MAX_ANSWER_DAYS),
                field=name,
                code="answer_days_out_of_range",
            )


def is_same_name(first: str, second: str) -> bool:
    """Return whether two names are equal apart from case and accents."""
    return plain_text.fold(first) == plain_text.fold(second)


def can_add_institution(state: ProgrammeState) -> bool:
    """Return whether an institution can be added to the programme."""
    return state is not ProgrammeState.CLOSED


def can_close(state: ProgrammeState) -> bool:
    """Return whether the programme can be closed."""
    return ProgrammeState.CLOSED in MOVES[state]


def can_reopen(state: ProgrammeState) -> bool:
    """Return whether the programme can be opened, for the first time or again."""
    return ProgrammeState.ACTIVE in MOVES[state]


def require_not_closed(state: ProgrammeState) -> None:
    """Raise DomainError if the programme is closed, so that no new commitment begins in it."""
    if state is ProgrammeState.CLOSED:
        raise DomainError(CLOSED_MESSAGE, code="programme_closed")
