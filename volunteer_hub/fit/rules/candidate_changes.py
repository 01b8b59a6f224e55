"""Candidate changes of a profile: what could open a gate or raise a factor. `counterfactuals` evaluates each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from volunteer_hub.fit.rules import calendars, extra_windows, shares
from volunteer_hub.fit.rules.evaluation import MIN_LIVE_MINUTES_PER_WEEK, list_missing_skills
from volunteer_hub.fit.rules.facts import RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import Gate
from volunteer_hub.fit.rules.profile_changes import ChangeKind, ProfileChange
from volunteer_hub.vocabulary.rules import self_and_ancestors

GATES_NO_PROFILE_OPENS = frozenset(
    {
        Gate.NOT_OPEN,
        Gate.AGREEMENT,
        Gate.CONFLICT,
        Gate.EXCLUDED,
        Gate.ROLE,
        Gate.DECLINED_BEFORE,
        Gate.RELEASED_BEFORE,
    }
)
"""Gates that no change of a profile can open."""
ChangeSet = tuple[ProfileChange, ...]
QUARTER_MINUTES = calendars.QUARTER_MINUTES
MAX_LEARNABLE_RANK = 6
"""C2: a mother tongue cannot be learnt."""


def build_hospital_hours(
    volunteer: VolunteerFacts, request: RequestFacts, today: dt.date
) -> extra_windows.HospitalHours:
    """Return the hospital's times on the volunteer's clock over the weeks of the request."""
    week_groups = calendars.group_weeks(volunteer.zone, request.zone, request.first_on(today), max(1, request.weeks))
    return extra_windows.build_hospital_hours(request.mask, request.zone, volunteer.zone, week_groups)


def _languages(_v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    for code, level in sorted(r.languages.items()):
        yield (ProfileChange(ChangeKind.LANGUAGE, code, level),)


def _skills(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    """Yield the smallest set of skills: a narrower skill satisfies its parents, so only the narrowest are added, each
    at the highest level required of it or of its parents.
    """
    missing = dict(list_missing_skills(v, r))
    above = {parent for code in missing for parent in self_and_ancestors(code)[1:]}
    narrowest = {code: level for code, level in missing.items() if code not in above}
    for code, level in missing.items():
        narrower = [skill for skill in narrowest if code in self_and_ancestors(skill)]
        if max(narrowest[skill] for skill in narrower) < level:
            highest = max(narrower, key=lambda skill: (narrowest[skill], skill))
            narrowest[highest] = level
    yield tuple(ProfileChange(ChangeKind.SKILL, code, level) for code, level in sorted(narrowest.items()))


def _hours(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    yield (_more_hours(v, r.weekly_minutes),)


def _more_hours(v: VolunteerFacts, free_minutes: int) -> ProfileChange:
    """Return the increase, in whole quarters of an hour, after which `free_minutes` minutes a week are free."""
    return ProfileChange(
        ChangeKind.HOURS,
        number=-(-(free_minutes + v.promised_minutes - v.weekly_minutes) // QUARTER_MINUTES) * QUARTER_MINUTES,
    )


def _dates(v: VolunteerFacts, r: RequestFacts, today: dt.date) -> Iterator[ChangeSet]:
    """Yield dates that cover the request from its first day to its last."""
    first = r.first_on(today)
    last = first + dt.timedelta(weeks=r.weeks) - dt.timedelta(days=1)
    yield (
        ProfileChange(
            ChangeKind.DATES,
            from_on=first if v.from_on and v.from_on > first else None,
            until_on=last if v.until_on and v.until_on < last else None,
        ),
    )


def _times(v: VolunteerFacts, r: RequestFacts, today: dt.date) -> Iterator[ChangeSet]:
    windows = extra_windows.find_smallest_windows(
        build_hospital_hours(v, r, today), v.mask, MIN_LIVE_MINUTES_PER_WEEK[r.delivery]
    )
    if windows:
        yield tuple(
            ProfileChange(ChangeKind.TIMES, number=extra_windows.window_minutes(window), window=window)
            for window in windows
        )


def _capacity(v: VolunteerFacts, _r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    yield (ProfileChange(ChangeKind.CAPACITY, number=v.placements + 1),)


def _ready(_v: VolunteerFacts, _r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    yield (ProfileChange(ChangeKind.READY),)


CHANGES_BY_GATE: dict[Gate, Callable[[VolunteerFacts, RequestFacts, dt.date], Iterable[ChangeSet]]] = {
    Gate.NOT_READY: _ready,
    Gate.LANGUAGE: _languages,
    Gate.SKILLS: _skills,
    Gate.HOURS: _hours,
    Gate.DATES: _dates,
    Gate.OVERLAP: _times,
    Gate.CAPACITY: _capacity,
}
"""For each gate the alternative sets of changes that open it; a gate may have none."""


def list_score_changes(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[ProfileChange]:
    """Yield single changes that may raise the score of a pair with `average` minutes a week in common."""
    if r.kind and r.kind not in v.goals:
        yield ProfileChange(ChangeKind.GOAL, r.kind)
    for change_set in _dates(v, r, today):
        yield from (change for change in change_set if change.from_on or change.until_on)
    extra_hours = _more_hours(v, -(-5 * r.weekly_minutes // 4))
    if extra_hours.number > 0:
        yield extra_hours
    yield from _extra_window(v, r, today, average)
    for code, level in sorted({*r.required, *r.welcome}):
        rank = v.levels.get(code, 0)
        if rank < shares.MAX_SKILL_RANK:
            yield ProfileChange(ChangeKind.SKILL, code, level if rank < level else rank + 1)
    for code, level in sorted(r.languages.items()):
        rank = v.languages.get(code, 0)
        if rank < max(level, MAX_LEARNABLE_RANK):
            yield ProfileChange(ChangeKind.LANGUAGE, code, level if rank < level else rank + 1)


def _extra_window(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[ProfileChange]:
    """Yield the window that adds most to the common time, up to the amount that still counts."""
    _part, full_minutes = shares.overlap(average, r.weekly_minutes, r.delivery)
    if r.delivery == "asynchronous" or average >= full_minutes:
        return
    best = extra_windows.find_richest_window(
        build_hospital_hours(v, r, today), v.mask, (full_minutes - average) * max(1, r.weeks)
    )
    if best:
        yield ProfileChange(ChangeKind.TIMES, number=extra_windows.window_minutes(best), window=best)
