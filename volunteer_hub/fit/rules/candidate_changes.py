"""What would open each gate, and what would lift each factor: concrete changes to be tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from volunteer_hub.fit.rules import calendars, extra_windows, shares
from volunteer_hub.fit.rules.evaluation import LIVE_SHARE_MINUTES, missing_skills
from volunteer_hub.fit.rules.facts import RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import Gate
from volunteer_hub.fit.rules.profile_changes import Change, Kind
from volunteer_hub.vocabulary.rules import with_parents

BEYOND = frozenset(
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
Way = tuple[Change, ...]
QUARTER = calendars.QUARTER
BEST_LEARNT = 6
"""C2: nobody is told to have grown up with a language."""


def hosts(volunteer: VolunteerFacts, request: RequestFacts, today: dt.date) -> extra_windows.Hosts:
    """The hospital's times on the volunteer's clock over the request's weeks."""
    when = calendars.season(volunteer.zone, request.zone, request.first_on(today), max(1, request.weeks))
    return extra_windows.hosts(request.mask, request.zone, volunteer.zone, when)


def _languages(_v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[Way]:
    for code, level in sorted(r.languages.items()):
        yield (Change(Kind.LANGUAGE, code, level),)


def _skills(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[Way]:
    """The fewest: a narrower skill satisfies those above it, so only the narrowest are added, each as high as it must be."""
    lacking = dict(missing_skills(v, r))
    above = {parent for code in lacking for parent in with_parents(code)[1:]}
    narrowest = {code: level for code, level in lacking.items() if code not in above}
    for code, level in lacking.items():
        below = [one for one in narrowest if code in with_parents(one)]
        if max(narrowest[one] for one in below) < level:
            highest = max(below, key=lambda one: (narrowest[one], one))
            narrowest[highest] = level
    yield tuple(Change(Kind.SKILL, code, level) for code, level in sorted(narrowest.items()))


def _hours(v: VolunteerFacts, r: RequestFacts, _today: dt.date) -> Iterator[Way]:
    yield (_more_hours(v, r.weekly_minutes),)


def _more_hours(v: VolunteerFacts, wanted: int) -> Change:
    """So many more, in whole quarters, that `wanted` minutes a week are free."""
    return Change(Kind.HOURS, number=-(-(wanted + v.promised_minutes - v.weekly_minutes) // QUARTER) * QUARTER)


def _dates(v: VolunteerFacts, r: RequestFacts, today: dt.date) -> Iterator[Way]:
    """There from the first day to the last."""
    first = r.first_on(today)
    last = first + dt.timedelta(weeks=r.weeks) - dt.timedelta(days=1)
    yield (
        Change(
            Kind.DATES,
            from_on=first if v.from_on and v.from_on > first else None,
            until_on=last if v.until_on and v.until_on < last else None,
        ),
    )


def _times(v: VolunteerFacts, r: RequestFacts, today: dt.date) -> Iterator[Way]:
    found = extra_windows.opening(hosts(v, r, today), v.mask, LIVE_SHARE_MINUTES[r.delivery])
    if found:
        yield tuple(Change(Kind.TIMES, number=extra_windows.minutes(one), window=one) for one in found)


def _place(v: VolunteerFacts, _r: RequestFacts, _today: dt.date) -> Iterator[Way]:
    yield (Change(Kind.CAPACITY, number=v.placements + 1),)


def _ready(_v: VolunteerFacts, _r: RequestFacts, _today: dt.date) -> Iterator[Way]:
    yield (Change(Kind.READY),)


OPENING: dict[Gate, Callable[[VolunteerFacts, RequestFacts, dt.date], Iterable[Way]]] = {
    Gate.NOT_READY: _ready,
    Gate.LANGUAGE: _languages,
    Gate.SKILLS: _skills,
    Gate.HOURS: _hours,
    Gate.DATES: _dates,
    Gate.OVERLAP: _times,
    Gate.CAPACITY: _place,
}
"""The ways to open a gate, each of which is enough; none where nothing is."""


def lifting(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[Change]:
    """Single changes that may lift the score of a pair with `average` minutes in common."""
    if r.kind and r.kind not in v.goals:
        yield Change(Kind.GOAL, r.kind)
    for way in _dates(v, r, today):
        yield from (change for change in way if change.from_on or change.until_on)
    room = _more_hours(v, -(-5 * r.weekly_minutes // 4))
    if room.number > 0:
        yield room
    yield from _more_time(v, r, today, average)
    for code, level in sorted({*r.required, *r.welcome}):
        held = v.levels.get(code, 0)
        if held < shares.BEST_SKILL:
            yield Change(Kind.SKILL, code, level if held < level else held + 1)
    for code, level in sorted(r.languages.items()):
        held = v.languages.get(code, 0)
        if held < max(level, BEST_LEARNT):
            yield Change(Kind.LANGUAGE, code, level if held < level else held + 1)


def _more_time(v: VolunteerFacts, r: RequestFacts, today: dt.date, average: int) -> Iterator[Change]:
    """The window that adds most to the time in common, as far as it counts."""
    _part, whole = shares.overlap(average, r.weekly_minutes, r.delivery)
    if r.delivery == "asynchronous" or average >= whole:
        return
    best = extra_windows.richest(hosts(v, r, today), v.mask, (whole - average) * max(1, r.weeks))
    if best:
        yield Change(Kind.TIMES, number=extra_windows.minutes(best), window=best)
