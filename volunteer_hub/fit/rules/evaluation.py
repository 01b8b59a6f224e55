"""Evaluation of one volunteer against one request: gates that must all be open, and a score with its contributions."""

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

MIN_LIVE_MINUTES_PER_WEEK = {"live": 60, "mixed": 30, "asynchronous": 0}
"""Minimum minutes of common time in every week, by mode of delivery: below it no live meeting can be held."""
CLINICAL_KINDS = frozenset({"case_discussion"})
"""Kinds of support that only members of a professional register may give remotely (docs/matching.md)."""
NO_END_DAYS = 10_000
"""Days until the end of an availability that has no last day."""


class FailedGate(NamedTuple):
    """A closed gate with the facts that its explanation needs."""

    gate: Gate
    facts: Mapping[str, Any] = MappingProxyType({})


class Contribution(NamedTuple):
    """The points of one factor, of at most `out_of`; `share` is the (numerator, denominator) from which they follow.

    `overridden`: a coordinator has set the share.
    """

    factor: Factor
    points: int
    out_of: int
    facts: Mapping[str, Any] = MappingProxyType({})
    share: tuple[int, int] = (0, 1)
    overridden: bool = False


@dataclass(frozen=True)
class Fit:
    """The evaluation of one pair by one version of the weights.

    `common_minutes`: in an average week; `least_minutes`: in the poorest week; `monday`: of the week in which the
    work could begin; `version`: of the weights.
    """

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
        """The score, 0 to 100: the sum of the contributions."""
        return sum(part.points for part in self.contributions)

    @property
    def is_possible(self) -> bool:
        """Whether every gate is open."""
        return not self.failed_gates

    @cached_property
    def common_intervals(self) -> tuple[tuple[int, int], ...]:
        """The common time in the week of the start, as (first, last) minutes of the UTC week."""
        hospital_spans = times.weekly_utc_intervals(self.request.windows, self.request.zone, self.monday)
        volunteer_spans = times.weekly_utc_intervals(self.volunteer.windows, self.volunteer.zone, self.monday)
        return tuple(times.intersect_intervals(volunteer_spans, hospital_spans))


class _Pair(NamedTuple):
    """A pair with the figures that both the gates and the factors use."""

    volunteer: VolunteerFacts
    request: RequestFacts
    today: dt.date
    least_minutes: int
    average_minutes: int
    weeks: int


def evaluate(
    volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date, weights: Weights = FIRST_WEIGHTS
) -> Fit:
    """Evaluate `volunteer` for `request` on `today`, over the weeks that the request would take."""
    pair = _build_pair(volunteer, request, today)
    return Fit(
        volunteer,
        request,
        tuple(_list_failed_gates(pair)),
        tuple(_contributions(pair, weights)),
        pair.average_minutes,
        pair.least_minutes,
        times.monday_of(request.first_on(today)),
        weights.version,
    )


def list_failed_gates(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> tuple[FailedGate, ...]:
    """Return the closed gates alone, for callers that scan many requests and need no score."""
    return tuple(_list_failed_gates(_build_pair(volunteer, request, today)))


def _build_pair(volunteer: VolunteerFacts, request: RequestFacts, today: dt.date) -> _Pair:
    least, average = measure_common_time(volunteer, request, today=today)
    return _Pair(volunteer, request, today, least, average, count_covered_weeks(volunteer, request, today=today))


def measure_common_time(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> tuple[int, int]:
    """Return the common minutes (in the poorest week, in an average week) over the weeks of the request."""
    if not volunteer.mask or not request.mask:
        return 0, 0
    week_groups = calendars.group_weeks(volunteer.zone, request.zone, request.first_on(today), max(1, request.weeks))
    return calendars.overlap_minutes(volunteer.mask, volunteer.zone, request.mask, request.zone, week_groups)


def count_covered_weeks(volunteer: VolunteerFacts, request: RequestFacts, *, today: dt.date) -> int:
    """Return the number of whole weeks of the request within the volunteer's dates."""
    start = request.first_on(today)
    days_late = (volunteer.from_on - start).days if volunteer.from_on else 0
    days_until_end = (volunteer.until_on - start).days if volunteer.until_on else NO_END_DAYS
    return int(shares.weeks_covered(days_late, days_until_end, request.weeks))


def _list_failed_gates(pair: _Pair) -> Iterable[FailedGate]:
    yield from _list_failed_admission_gates(pair)
    yield from _list_failed_work_gates(pair)


def _list_failed_admission_gates(pair: _Pair) -> Iterable[FailedGate]:
    volunteer, request = pair.volunteer, pair.request
    restriction, prior_match = (
        volunteer.restrictions.get(request.institution_id),
        volunteer.prior_matches.get(request.id),
    )
    if not request.is_open:
        yield FailedGate(Gate.NOT_OPEN)
    if not volunteer.is_ready:
        yield FailedGate(Gate.NOT_READY)
    if not request.has_agreement:
        yield FailedGate(Gate.AGREEMENT)
    if restriction is RestrictionKind.CONFLICT or (request.contact_id and request.contact_id == volunteer.account_id):
        yield FailedGate(Gate.CONFLICT)
    if restriction is RestrictionKind.EXCLUSION:
        yield FailedGate(Gate.EXCLUDED)
    if not request.is_allowed_remotely or (request.kind in CLINICAL_KINDS and not volunteer.is_regulated):
        yield FailedGate(
            Gate.ROLE, {"kind": request.kind, "regulated": volunteer.is_regulated or request.kind not in CLINICAL_KINDS}
        )
    if prior_match and prior_match.outcome is PriorOutcome.DECLINED:
        yield FailedGate(Gate.DECLINED_BEFORE, {"reason": prior_match.reason, "on": prior_match.on})
    if prior_match and prior_match.outcome is PriorOutcome.RELEASED:
        yield FailedGate(Gate.RELEASED_BEFORE, {"on": prior_match.on})


def _list_failed_work_gates(pair: _Pair) -> Iterable[FailedGate]:
    volunteer, request = pair.volunteer, pair.request
    if request.languages and not list_spoken_languages(volunteer, request):
        yield FailedGate(Gate.LANGUAGE, {"languages": dict(request.languages)})
    missing_skills = list_missing_skills(volunteer, request)
    if missing_skills:
        yield FailedGate(Gate.SKILLS, {"skills": missing_skills})
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
    if pair.least_minutes < MIN_LIVE_MINUTES_PER_WEEK[request.delivery]:
        yield FailedGate(
            Gate.OVERLAP, {"needed": MIN_LIVE_MINUTES_PER_WEEK[request.delivery], "common": pair.least_minutes}
        )
    if volunteer.placements >= volunteer.capacity:
        yield FailedGate(Gate.CAPACITY, {"capacity": volunteer.capacity})


def list_spoken_languages(volunteer: VolunteerFacts, request: RequestFacts) -> list[str]:
    """Return the requested languages that the volunteer speaks at the requested level or better."""
    return [code for code, level in request.languages.items() if volunteer.languages.get(code, 0) >= level]


def list_missing_skills(volunteer: VolunteerFacts, request: RequestFacts) -> list[tuple[str, int]]:
    """Return (code, requested level) of each required skill that the volunteer lacks at that level."""
    return [(code, level) for code, level in request.required if volunteer.levels.get(code, 0) < level]


def _contributions(pair: _Pair, weights: Weights) -> Iterable[Contribution]:
    """Yield one contribution per factor, in the order of Factor."""
    for factor, (share, facts) in zip(Factor, _shares(pair), strict=True):
        override = pair.volunteer.overrides.get((pair.request.id, factor))
        effective_share = share if override is None else (override, 100)
        out_of = weights[factor]
        yield Contribution(
            factor, shares.points(out_of, effective_share), out_of, facts, effective_share, override is not None
        )


def _shares(pair: _Pair) -> Iterable[tuple[shares.Share, dict[str, Any]]]:
    """Yield (share, facts for the explanation) per factor, in the order of Factor."""
    volunteer, request = pair.volunteer, pair.request
    yield _language(volunteer, request)
    yield _skills(volunteer, request)
    is_asynchronous = request.delivery == "asynchronous"
    yield (
        shares.overlap(pair.average_minutes, request.weekly_minutes, request.delivery),
        {} if is_asynchronous else {"minutes": pair.average_minutes},
    )
    yield _specialty(volunteer, request)
    free_minutes = volunteer.free_minutes
    yield shares.hours(free_minutes, request.weekly_minutes), {"given": free_minutes, "asked": request.weekly_minutes}
    yield shares.duration(pair.weeks, request.weeks), {"weeks": pair.weeks, "asked": request.weeks}
    twinned = volunteer.employer_id in request.twinned_institution_ids
    yield shares.experience(twinned, volunteer.completed), {"twinned": twinned, "completed": volunteer.completed}
    is_goal = request.kind in volunteer.goals
    yield shares.goals(is_goal), {"met": is_goal}
    yield shares.urgency(request.urgency), {"urgency": request.urgency}
    days_open = (pair.today - request.opened_on).days if request.opened_on else 0
    yield shares.wait(max(0, days_open)), {"days": max(0, days_open)}
    yield (
        shares.fairness(volunteer.was_ever_placed, request.approved_count),
        {"first": not volunteer.was_ever_placed, "placed": request.approved_count},
    )


def _language(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """Use the volunteer's best requested language."""
    if not request.languages:
        return (1, 1), {}
    best = max(request.languages, key=lambda code: (volunteer.languages.get(code, 0), code))
    rank = volunteer.languages.get(best, 0)
    return shares.language(rank), {"language": best, "rank": rank}


def _skills(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """Weight required skills twice, welcome skills once."""
    weighted_skills = [(code, level, 2) for code, level in request.required] + [
        (c, level, 1) for c, level in request.welcome
    ]
    if not weighted_skills:
        return (1, 1), {}
    levels = volunteer.levels
    earned = sum(
        weight * shares.skill(levels.get(code, 0), levels.get(code.rpartition(".")[0], 0), level)
        for code, level, weight in weighted_skills
    )
    met_count = sum(levels.get(code, 0) >= level for code, level, _weight in weighted_skills)
    return (earned, shares.SKILL_TWELFTHS * sum(weight for *_, weight in weighted_skills)), {
        "met": met_count,
        "asked": len(weighted_skills),
    }


def _specialty(volunteer: VolunteerFacts, request: RequestFacts) -> tuple[shares.Share, dict[str, Any]]:
    """Give the whole share if no specialty is requested."""
    if request.specialty is None:
        return (1, 1), {"met": True}
    exact = request.specialty in volunteer.specialties
    group = request.specialty_group in volunteer.specialty_groups
    declined = request.specialty in volunteer.not_my_field
    return shares.specialty(exact, group, declined), {"met": exact, "group": group, "declined": declined}


def recompute_score(contributions: Iterable[Contribution], weights: Weights) -> int:
    """Return the score that stored shares give by these weights; by their own version it is the stored score."""
    return sum(shares.points(weights[part.factor], part.share) for part in contributions)
