"""How well one volunteer fits one request: gates that must all be open, and a score with its reasons."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from volunteer_hub.core import times
from volunteer_hub.fit.rules import calendars, shares
from volunteer_hub.fit.rules.facts import RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.names import Factor, Gate, PriorOutcome, RestrictionKind
from volunteer_hub.fit.rules.weights import FIRST_WEIGHTS, Weights

LIVE_SHARE_MINUTES = {"live": 60, "mixed": 30, "asynchronous": 0}
"""Common minutes in every week without which a live meeting cannot be held."""
CLINICAL_KINDS = frozenset({"case_discussion"})
"""Kinds of support that only somebody on a professional register gives remotely (field.md 1.5)."""
NO_END_DAYS = 10_000
"""Days: no end in sight."""


class FailedGate(NamedTuple):
    """A gate that is closed, with what its sentence needs."""

    gate: Gate
    facts: Mapping[str, Any] = MappingProxyType({})


class Contribution(NamedTuple):
    """What one factor gives, of what it can give; `share` is (part, whole), from which the points follow.

    `overridden`: a coordinator set the share by hand.
    """

    factor: Factor
    points: int
    out_of: int
    facts: Mapping[str, Any] = MappingProxyType({})
    share: tuple[int, int] = (0, 1)
    overridden: bool = False


@dataclass(frozen=True)
class Fit:
    """The whole answer for one pair, by one version of the weights. `least_minutes`: in the poorest week."""

    volunteer: VolunteerFacts
    request: RequestFacts
    failed_gates: tuple[FailedGate, ...]
    contributions: tuple[Contribution, ...]
    common_minutes: int
    least_minutes: int
    monday: dt.date
    version: int = 1

    @property
    def score(self) -> int:
        """0 to 100: exactly the sum of the contributions."""
        return sum(part.points for part in self.contributions)

    @property
    def is_possible(self) -> bool:
        """Whether every gate is open."""
        return not self.failed_gates

    @cached_property
    def common(self) -> tuple[tuple[int, int], ...]:
        """The time both have in the week of the start, as UTC pieces of the week."""
        theirs = times.weekly_utc_intervals(self.request.windows, self.request.zone, self.monday)
        mine = times.weekly_utc_intervals(self.volunteer.windows, self.volunteer.zone, self.monday)
        return tuple(times.intersect_intervals(mine, theirs))


class _Pair(NamedTuple):
    """What is worked out once for both the gates and the score."""

    volunteer: VolunteerFacts
    request: RequestFacts
    today: dt.date
    least_minutes: int
    average_minutes: int
    weeks: int


def evaluate(
    volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date, weights: Weights = FIRST_WEIGHTS
) -> Fit:
    """How `volunteer` fits `request` on `today`, over the weeks that it would take."""
    pair = _pair(volunteer, request, today)
    return Fit(
        volunteer,
        request,
        tuple(_closed_gates(pair)),
        tuple(_contributions(pair, weights)),
        pair.average_minutes,
        pair.least_minutes,
        times.monday_of(request.first_on(today)),
        weights.version,
    )


def list_failed_gates(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> tuple[FailedGate, ...]:
    """The gates of a fit alone, for who looks through many requests."""
    return tuple(_closed_gates(_pair(volunteer, request, today)))


def _pair(volunteer: VolunteerFacts, request: RequestFacts, today: dt.date) -> _Pair:
    least, average = common_minutes(volunteer, request, today=today)
    return _Pair(volunteer, request, today, least, average, count_covered_weeks(volunteer, request, today=today))


def common_minutes(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> tuple[int, int]:
    """(in the poorest week, in an average week) of the weeks that the request would take."""
    if not volunteer.mask or not request.mask:
        return 0, 0
    when = calendars.group_weeks(volunteer.zone, request.zone, request.first_on(today), max(1, request.weeks))
    return calendars.overlap_minutes(volunteer.mask, volunteer.zone, request.mask, request.zone, when)


def count_covered_weeks(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> int:
    """Whole weeks of the request for which the volunteer is there."""
    start = request.first_on(today)
    late = (volunteer.from_on - start).days if volunteer.from_on else 0
    left = (volunteer.until_on - start).days if volunteer.until_on else NO_END_DAYS
    return int(shares.weeks_covered(late, left, request.weeks))


def _closed_gates(pair: _Pair) -> Iterable[FailedGate]:
    yield from _about_the_two(pair)
    yield from _about_the_work(pair)


def _about_the_two(pair: _Pair) -> Iterable[FailedGate]:
    volunteer, request = pair.volunteer, pair.request
    bar, before = volunteer.restrictions.get(request.institution_id), volunteer.prior_matches.get(request.id)
    if not request.is_open:
        yield FailedGate(Gate.NOT_OPEN)
    if not volunteer.is_ready:
        yield FailedGate(Gate.NOT_READY)
    if not request.has_agreement:
        yield FailedGate(Gate.AGREEMENT)
    if bar is RestrictionKind.CONFLICT or (request.contact_id and request.contact_id == volunteer.account_id):
        yield FailedGate(Gate.CONFLICT)
    if bar is RestrictionKind.EXCLUSION:
        yield FailedGate(Gate.EXCLUDED)
    if not request.is_allowed_remotely or (request.kind in CLINICAL_KINDS and not volunteer.is_regulated):
        yield FailedGate(
            Gate.ROLE, {"kind": request.kind, "regulated": volunteer.is_regulated or request.kind not in CLINICAL_KINDS}
        )
    if before and before.outcome is PriorOutcome.DECLINED:
        yield FailedGate(Gate.DECLINED_BEFORE, {"reason": before.reason, "on": before.on})
    if before and before.outcome is PriorOutcome.RELEASED:
        yield FailedGate(Gate.RELEASED_BEFORE, {"on": before.on})


def _about_the_work(pair: _Pair) -> Iterable[FailedGate]:
    volunteer, request = pair.volunteer, pair.request
    if request.languages and not list_spoken_languages(volunteer, request):
        yield FailedGate(Gate.LANGUAGE, {"languages": dict(request.languages)})
    lacking = list_missing_skills(volunteer, request)
    if lacking:
        yield FailedGate(Gate.SKILLS, {"skills": lacking})
    if volunteer.free_minutes < request.weekly_minutes:
        yield FailedGate(
            Gate.HOURS,
            {
                "asked": request.weekly_minutes,
                "given": volunteer.weekly_minutes,
                "promised": volunteer.promised_minutes,
            },
        )
    if 2 * pair.weeks < request.weeks:
        yield FailedGate(Gate.DATES, {"from_on": volunteer.from_on, "until_on": volunteer.until_on,
                                  "start_on": request.first_on(pair.today), "weeks": request.weeks})  # fmt: skip
    if pair.least_minutes < LIVE_SHARE_MINUTES[request.delivery]:
        yield FailedGate(Gate.OVERLAP, {"needed": LIVE_SHARE_MINUTES[request.delivery], "common": pair.least_minutes})
    if volunteer.placements >= volunteer.capacity:
        yield FailedGate(Gate.CAPACITY, {"capacity": volunteer.capacity})


def list_spoken_languages(volunteer: VolunteerFacts, request: RequestFacts) -> list[str]:
    """The asked languages that the volunteer speaks well enough."""
    return [code for code, level in request.languages.items() if volunteer.languages.get(code, 0) >= level]


def list_missing_skills(volunteer: VolunteerFacts, request: RequestFacts) -> list[tuple[str, int]]:
    """(code, level asked) of each required skill that the volunteer has not at that level."""
    return [(code, level) for code, level in request.required if volunteer.levels.get(code, 0) < level]


def _contributions(pair: _Pair, weights: Weights) -> Iterable[Contribution]:
    """One for each factor, in the order of Factor."""
    for factor, (share, facts) in zip(Factor, _shares(pair), strict=True):
        by_hand = pair.volunteer.overrides.get((pair.request.id, factor))
        chosen = share if by_hand is None else (by_hand, 100)
        out_of = weights[factor]
        yield Contribution(factor, shares.points(out_of, chosen), out_of, facts, chosen, by_hand is not None)


def _shares(pair: _Pair) -> Iterable[tuple[shares.Share, dict[str, Any]]]:
    volunteer, request = pair.volunteer, pair.request
    yield _language(volunteer, request)
    yield _skills(volunteer, request)
    own_time = request.delivery == "asynchronous"
    yield (
        shares.overlap(pair.average_minutes, request.weekly_minutes, request.delivery),
        {} if own_time else {"minutes": pair.average_minutes},
    )
    yield _specialty(volunteer, request)
    free = volunteer.free_minutes
    yield shares.hours(free, request.weekly_minutes), {"given": free, "asked": request.weekly_minutes}
    yield shares.duration(pair.weeks, request.weeks), {"weeks": pair.weeks, "asked": request.weeks}
    twinned = volunteer.employer_id in request.partners
    yield shares.experience(twinned, volunteer.completed), {"twinned": twinned, "completed": volunteer.completed}
    met = request.kind in volunteer.goals
    yield shares.goals(met), {"met": met}
    yield shares.urgency(request.urgency), {"urgency": request.urgency}
    days = (pair.today - request.opened_on).days if request.opened_on else 0
    yield shares.wait(max(0, days)), {"days": max(0, days)}
    yield (
        shares.fairness(volunteer.was_ever_placed, request.approved_count),
        {"first": not volunteer.was_ever_placed, "placed": request.approved_count},
    )


def _language(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """The best asked language."""
    if not request.languages:
        return (1, 1), {}
    best = max(request.languages, key=lambda code: (volunteer.languages.get(code, 0), code))
    rank = volunteer.languages.get(best, 0)
    return shares.language(rank), {"language": best, "rank": rank}


def _skills(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """Required skills count twice, welcome ones once."""
    asked = [(code, level, 2) for code, level in request.required] + [(c, lv, 1) for c, lv in request.welcome]
    if not asked:
        return (1, 1), {}
    levels = volunteer.levels
    got = sum(
        weight * shares.skill(levels.get(code, 0), levels.get(code.rpartition(".")[0], 0), level)
        for code, level, weight in asked
    )
    met = sum(levels.get(code, 0) >= level for code, level, _weight in asked)
    return (got, shares.SKILL_TWELFTHS * sum(weight for *_, weight in asked)), {"met": met, "asked": len(asked)}


def _specialty(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """The request's specialty, or none asked."""
    if request.specialty is None:
        return (1, 1), {"met": True}
    exact = request.specialty in volunteer.specialties
    group = request.specialty_group in volunteer.specialty_groups
    declined = request.specialty in volunteer.not_my_field
    return shares.specialty(exact, group, declined), {"met": exact, "group": group, "declined": declined}


def recompute_score(contributions: Iterable[Contribution], weights: Weights) -> int:
    """The score that stored shares give by these weights; by their own version it is the one stored."""
    return sum(shares.points(weights[part.factor], part.share) for part in contributions)
