"""What would open each gate, and what would lift each factor: concrete changes to be tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from volunteer_hub.fit.rules import calendars, extra_windows, shares
from volunteer_hub.fit.rules.evaluation import LIVE_SHARE_MINUTES, list_missing_skills
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
"""Gates that nothing in a profile opens."""
ChangeSet = tuple[ProfileChange, ...]
QUARTER_MINUTES = calendars.QUARTER_MINUTES
MAX_LEARNABLE_RANK = 6
"""C2: nobody is told to have grown up with a language."""


def hospital_hours(volunteer: VolunteerFacts, request: RequestFacts, today: dt.date) -> extra_windows.HospitalHours:
    """The hospital's times on the volunteer's clock over the request's weeks."""
    when = calendars.group_weeks(volunteer.zone, request.zone, request.first_on(today), max(1, request.weeks))
    return extra_windows.hospital_hours(request.mask, request.zone, volunteer.zone, when)


def _languages(_v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    for code, level in sorted(r.languages.items()):
        yield (ProfileChange(ChangeKind.LANGUAGE, code, level),)


def _skills(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    """The fewest: a narrower skill satisfies those above it, so only the narrowest are added, each as high as it must be."""
    lacking = dict(list_missing_skills(v, r))
    above = {parent for code in lacking for parent in self_and_ancestors(code)[1:]}
    narrowest = {code: level for code, level in lacking.items() if code not in above}
    for code, level in lacking.items():
        below = [one for one in narrowest if code in self_and_ancestors(one)]
        if max(narrowest[one] for one in below) < level:
            highest = max(below, key=lambda one: (narrowest[one], one))
            narrowest[highest] = level
    yield tuple(ProfileChange(ChangeKind.SKILL, code, level) for code, level in sorted(narrowest.items()))


def _hours(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
    yield (_more_hours(v, r.weekly_minutes),)


def _more_hours(v: VolunteerFacts, wanted: int) -> ProfileChange:
    """So many more, in whole quarters, that `wanted` minutes a week are free."""
    return ProfileChange(
        ChangeKind.HOURS,
        number=-(-(wanted + v.promised_minutes - v.weekly_minutes) // QUARTER_MINUTES) * QUARTER_MINUTES,
    )


def _dates(v: VolunteerFacts, r: RequestFacts, today: dt.date) -> Iterator[ChangeSet]:
    """There from the first day to the last."""
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
    found = extra_windows.find_smallest_windows(hospital_hours(v, r, today), v.mask, LIVE_SHARE_MINUTES[r.delivery])
    if found:
        yield tuple(
            ProfileChange(ChangeKind.TIMES, number=extra_windows.window_minutes(one), window=one) for one in found
        )


def _place(v: VolunteerFacts, _r: RequestFacts, _today: dt.date) -> Iterator[ChangeSet]:
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
    Gate.CAPACITY: _place,
}
"""The ways to open a gate, each of which is enough; none where nothing is."""


def list_score_changes(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[ProfileChange]:
    """Single changes that may lift the score of a pair with `average` minutes in common."""
    if r.kind and r.kind not in v.goals:
        yield ProfileChange(ChangeKind.GOAL, r.kind)
    for way in _dates(v, r, today):
        yield from (change for change in way if change.from_on or change.until_on)
    room = _more_hours(v, -(-5 * r.weekly_minutes // 4))
    if room.number > 0:
        yield room
    yield from _more_time(v, r, today, average)
    for code, level in sorted({*r.required, *r.welcome}):
        held = v.levels.get(code, 0)
        if held < shares.MAX_SKILL_RANK:
            yield ProfileChange(ChangeKind.SKILL, code, level if held < level else held + 1)
    for code, level in sorted(r.languages.items()):
        held = v.languages.get(code, 0)
        if held < max(level, MAX_LEARNABLE_RANK):
            yield ProfileChange(ChangeKind.LANGUAGE, code, level if held < level else held + 1)


def _more_time(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[ProfileChange]:
    """The window that adds most to the time in common, as far as it counts."""
    _part, whole = shares.overlap(average, r.weekly_minutes, r.delivery)
    if r.delivery == "asynchronous" or average >= whole:
        return
    best = extra_windows.find_richest_window(hospital_hours(v, r, today), v.mask, (whole - average) * max(1, r.weeks))
    if best:
        yield ProfileChange(ChangeKind.TIMES, number=extra_windows.window_minutes(best), window=best)
