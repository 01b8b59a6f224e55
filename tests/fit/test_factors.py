"""The score: whole points that add up by any weights; offering more never costs a point; an override affects one
factor.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fit.pairs import (
    ABLE,
    EASY,
    KINDS,
    LANGUAGES,
    SKILLS,
    SPECIALTIES,
    TODAY,
    any_weights,
    days,
    gates,
    requests,
    volunteers,
)
from volunteer_hub.core.times import Window
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Factor, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.shares import FULL_WAIT_DAYS

V, R = VolunteerFacts, RequestFacts
replace = dataclasses.replace


@settings(max_examples=300, deadline=None)
@given(volunteers, requests, days, any_weights())
def test_score_is_the_sum_of_its_contributions_by_any_weights(v: V, r: R, today: dt.date, weights: Any) -> None:
    fit = rules.evaluate(v, r, today=today, weights=weights)
    assert fit.score == sum(part.points for part in fit.contributions)
    assert 0 <= fit.score <= 100
    assert [part.factor for part in fit.contributions] == list(Factor)
    assert all(0 <= part.points <= part.out_of == weights[part.factor] for part in fit.contributions)
    assert fit.version == weights.version
    assert len(gates(fit)) == len(fit.failed_gates)
    assert fit.is_possible is not bool(fit.failed_gates)


@settings(max_examples=200, deadline=None)
@given(volunteers, requests, any_weights(), any_weights())
def test_stored_shares_give_the_score_again_and_that_of_another_version(v: V, r: R, own: Any, other: Any) -> None:
    fit = rules.evaluate(v, r, today=TODAY, weights=own)
    assert rules.recompute_score(fit.contributions, own) == fit.score
    assert rules.recompute_score(fit.contributions, other) == rules.evaluate(v, r, today=TODAY, weights=other).score


def _more_languages(v: V, n: int) -> V:
    code = LANGUAGES[n % 5]
    return replace(v, languages={**v.languages, code: min(7, v.languages.get(code, 0) + 1 + n % 7)})


def _later(day: dt.date | None, n: int) -> dt.date | None:
    return day and day + dt.timedelta(days=n)


MORE: dict[str, Callable[[V, int], V]] = {
    "hours": lambda v, n: replace(v, weekly_minutes=v.weekly_minutes + n * 15),
    "fewer promised": lambda v, n: replace(v, promised_minutes=max(0, v.promised_minutes - n * 15)),
    "capacity": lambda v, n: replace(v, capacity=v.capacity + n),
    "fewer placements": lambda v, n: replace(v, placements=max(0, v.placements - n)),
    "language": _more_languages,
    "skill, or a neighbour in the tree": lambda v, n: replace(v, skills=(*v.skills, (SKILLS[n % 8], 1 + n % 3))),
    "higher levels": lambda v, _n: replace(v, skills=tuple((code, min(3, level + 1)) for code, level in v.skills)),
    "specialty": lambda v, n: replace(v, specialties=v.specialties | {SPECIALTIES[n % 3]}),
    "specialty group": lambda v, n: replace(v, specialty_groups=v.specialty_groups | {SPECIALTIES[n % 3]}),
    "fields declined": lambda v, _n: replace(v, not_my_field=frozenset()),
    "window": lambda v, n: replace(v, windows=(*v.windows, Window(n % 7, n * 15, n * 15 + 60 + n * 15))),
    "ready": lambda v, _n: replace(v, is_ready=True),
    "stays longer": lambda v, n: replace(v, until_on=_later(v.until_on, n * 7)),
    "no end": lambda v, _n: replace(v, until_on=None),
    "begins earlier": lambda v, n: replace(v, from_on=_later(v.from_on, -n * 7)),
    "goal": lambda v, n: replace(v, goals=v.goals | {KINDS[n % len(KINDS)]}),
    "completed": lambda v, n: replace(v, completed=v.completed + n),
    "register": lambda v, _n: replace(v, is_regulated=True),
    "never placed": lambda v, _n: replace(v, was_ever_placed=False),
    "bars lifted": lambda v, _n: replace(v, restrictions={}),
    "nothing before": lambda v, _n: replace(v, prior_matches={}),
}
EASIER: dict[str, Callable[[V, R, int], R]] = {
    "twinned employer": lambda v, r, _n: replace(
        r, twinned_institution_ids=r.twinned_institution_ids | {v.employer_id or 99}
    ),
    "urgency": lambda _v, r, n: replace(r, urgency=("soon", "urgent")[n % 2] if r.urgency == "routine" else "urgent"),
    "waiting": lambda _v, r, n: replace(r, opened_on=(r.opened_on or TODAY) - dt.timedelta(days=n)),
    "fewer matches": lambda _v, r, n: replace(r, approved_count=max(0, r.approved_count - n)),
    "hospital's times": lambda _v, r, n: replace(r, windows=(*r.windows, Window(n % 7, n * 15, n * 15 + 120))),
    "agreement": lambda _v, r, _n: replace(r, has_agreement=True),
    "remote": lambda _v, r, _n: replace(r, is_allowed_remotely=True),
    "open": lambda _v, r, _n: replace(r, is_open=True),
    "fewer skills required": lambda _v, r, _n: replace(r, required=(), welcome=()),
}


def is_at_least_as_good(before: rules.Fit, after: rules.Fit) -> bool:
    pairs = zip(before.contributions, after.contributions, strict=True)
    return gates(after) <= gates(before) and all(now.points >= was.points for was, now in pairs)


@settings(max_examples=600, deadline=None)
@given(volunteers, requests, st.sampled_from(sorted(MORE)), st.integers(1, 40), any_weights())
def test_offering_more_never_closes_a_gate_nor_costs_a_point(v: V, r: R, what: str, n: int, weights: Any) -> None:
    before = rules.evaluate(v, r, today=TODAY, weights=weights)
    after = rules.evaluate(MORE[what](v, n), r, today=TODAY, weights=weights)
    assert is_at_least_as_good(before, after)
    assert after.common_minutes >= before.common_minutes
    assert after.least_minutes >= before.least_minutes


@settings(max_examples=300, deadline=None)
@given(volunteers, requests, st.sampled_from(sorted(EASIER)), st.integers(1, 40), any_weights())
def test_a_better_request_never_closes_a_gate_nor_costs_a_point(v: V, r: R, what: str, n: int, weights: Any) -> None:
    before = rules.evaluate(v, r, today=TODAY, weights=weights)
    assert is_at_least_as_good(before, rules.evaluate(v, EASIER[what](v, r, n), today=TODAY, weights=weights))


@settings(max_examples=200, deadline=None)
@given(volunteers, requests, st.randoms(use_true_random=False))
def test_order_of_lists_does_not_matter(v: V, r: R, random: Any) -> None:
    def shuffle(rows: Any) -> Any:
        items = list(rows.items()) if isinstance(rows, dict) else list(rows)
        random.shuffle(items)
        return dict(items) if isinstance(rows, dict) else tuple(items)

    w = replace(v, **{name: shuffle(getattr(v, name)) for name in ("windows", "skills", "languages", "overrides")})
    names = ("windows", "required", "welcome", "languages")
    s = replace(r, **{name: shuffle(getattr(r, name)) for name in names})
    fit, shuffled_fit = rules.evaluate(v, r, today=TODAY), rules.evaluate(w, s, today=TODAY)
    assert (gates(fit), fit.contributions, fit.common_intervals) == (
        gates(shuffled_fit),
        shuffled_fit.contributions,
        shuffled_fit.common_intervals,
    )


@settings(max_examples=300, deadline=None)
@given(volunteers, requests, st.sampled_from(Factor), st.integers(0, 100), any_weights())
def test_an_override_changes_its_factor_and_never_a_gate(v: V, r: R, factor: Factor, share: int, weights: Any) -> None:
    before = rules.evaluate(replace(v, overrides={(r.id + 1, factor): share}), r, today=TODAY, weights=weights)
    after = rules.evaluate(replace(v, overrides={(r.id, factor): share}), r, today=TODAY, weights=weights)
    assert after.failed_gates == before.failed_gates
    for was, now in zip(before.contributions, after.contributions, strict=True):
        assert not was.overridden
        assert now.overridden is (now.factor is factor)
        if now.factor is factor:
            assert now.points == (2 * weights[factor] * share + 100) // 200
        else:
            assert now == was


def share_of(factor: Factor, volunteer: dict[str, Any], request: dict[str, Any]) -> float:
    fit = rules.evaluate(replace(ABLE, **volunteer), replace(EASY, **request), today=TODAY)
    part, whole = next(contribution.share for contribution in fit.contributions if contribution.factor is factor)
    return float(min(part, whole) / whole)


@pytest.mark.parametrize(
    ("factor", "volunteer", "request_", "expected"),
    [
        (Factor.LANGUAGE, {"languages": {"en": 7}}, {}, 1),
        (Factor.LANGUAGE, {"languages": {}}, {}, 0),
        (Factor.LANGUAGE, {"languages": {}}, {"languages": {}}, 1),
        (Factor.SKILLS, {}, {"required": ()}, 1),
        (Factor.SKILLS, {"skills": (("IPC", 2),)}, {"required": (("IPC", 2),)}, 10 / 12),
        (Factor.SKILLS, {"skills": (("IPC", 3),)}, {"required": (("IPC", 2),)}, 1),
        (Factor.SKILLS, {"skills": (("IPC", 3),)}, {"required": (("IPC", 3),)}, 1),
        (Factor.SKILLS, {"skills": (("IPC.WASTE", 3),)}, {"required": (("IPC.HAND", 2),)}, 4 / 12),
        (Factor.SKILLS, {"skills": (("IPC", 3),)}, {"required": (("IPC", 2),), "welcome": (("AMR", 1),)}, 24 / 36),
        (Factor.OVERLAP, {}, {"delivery": "asynchronous"}, 1),
        (Factor.OVERLAP, {"windows": (Window(0, 660, 720),)}, {}, 0.5),
        (Factor.OVERLAP, {"windows": (Window(0, 660, 720),)}, {"delivery": "mixed"}, 1),
        (Factor.SPECIALTY, {}, {"specialty": None}, 1),
        (Factor.SPECIALTY, {"specialties": frozenset({"300"})}, {"specialty": "300"}, 1),
        (Factor.SPECIALTY, {"specialty_groups": frozenset({"30"})}, {"specialty": "300", "specialty_group": "30"}, 0.5),
        (Factor.SPECIALTY, {"specialties": frozenset({"300"}), "not_my_field": frozenset({"300"})},
         {"specialty": "300"}, 0),
        (Factor.HOURS, {"weekly_minutes": 150}, {}, 1),
        (Factor.HOURS, {"weekly_minutes": 150, "promised_minutes": 75}, {}, 0.5),
        (Factor.HOURS, {"weekly_minutes": 0}, {"weekly_minutes": 0}, 1),
        (Factor.DURATION, {"until_on": dt.date(2027, 1, 31)}, {}, 0.5),
        (Factor.EXPERIENCE, {"employer_id": 3, "completed": 1}, {"twinned_institution_ids": frozenset({3})}, 0.75),
        (Factor.EXPERIENCE, {"employer_id": 3, "completed": 9}, {"twinned_institution_ids": frozenset({4})}, 0.5),
        (Factor.GOALS, {"goals": frozenset({"teaching"})}, {}, 1),
        (Factor.GOALS, {"goals": frozenset({"teaching"})}, {"kind": None}, 0),
        (Factor.URGENCY, {}, {"urgency": "soon"}, 0.7),
        (Factor.WAITING, {}, {"opened_on": TODAY - dt.timedelta(days=FULL_WAIT_DAYS // 2)}, 0.5),
        (Factor.WAITING, {}, {"opened_on": TODAY + dt.timedelta(days=3)}, 0),
        (Factor.FAIRNESS, {}, {}, 1),
        (Factor.FAIRNESS, {"was_ever_placed": True}, {}, 0.5),
        (Factor.FAIRNESS, {"was_ever_placed": True}, {"approved_count": 3}, 0.125),
    ],
)  # fmt: skip
def test_share_of_a_factor(
    factor: Factor, volunteer: dict[str, Any], request_: dict[str, Any], expected: float
) -> None:
    assert share_of(factor, volunteer, request_) == pytest.approx(expected)
