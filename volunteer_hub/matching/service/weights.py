"""The weights of the score: trying a change out, making it, and taking one back. No version is ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Factor, Weights
from volunteer_hub.fit.rules.weights import validate
from volunteer_hub.matching.labels import LABELS
from volunteer_hub.matching.models import WeightSet
from volunteer_hub.matching.queries import weight_effects, weights
from volunteer_hub.matching.score_snapshot import load_contributions

MATCHES, REQUESTS, VOLUNTEERS, MOVERS = 2_000, 20, 100, 10
"""How much a change is tried on before it is made, and how many of those that move most are named."""
WEIGHTS_CHANGED_MEANWHILE = (
    "Somebody else changed the weights while you were looking. See which points count now, then decide once more."
)


class ScoreChange(NamedTuple):
    """A pair whose score a change would move."""

    name: str
    title: str
    old: int
    new: int


class WeightsEffect(NamedTuple):
    """What new weights would do to the pairs looked at: `matches` that are on, `candidates` of open requests."""

    matches: int
    candidates: int
    rising: int
    falling: int
    largest_changes: tuple[ScoreChange, ...]
    requests: int
    changed_best_count: int


def check_weights(points: Mapping[Factor, int], *, before: Weights) -> None:
    """Raises DomainError for points that cannot be meant, or that are those that count already."""
    validate(points)
    if all(points[factor] == before[factor] for factor in Factor):
        raise DomainError("These are the points that count already. Change some of them first.")


def preview_effect(points: Mapping[Factor, int], *, now: dt.datetime) -> WeightsEffect:
    """What these points would do, without doing it: on all that is on, and on a sample of what could be."""
    old, new = weights.get_latest(), Weights(0, points)
    matched = list(_matches(old, new))
    candidates, requests, changed_best = _candidates(old, new, today=now.date())
    pairs = matched + candidates
    moving = sorted((one for one in pairs if one.old != one.new), key=lambda one: (-abs(one.new - one.old), one))
    return WeightsEffect(
        matches=len(matched),
        candidates=len(candidates),
        rising=sum(one.new > one.old for one in pairs),
        falling=sum(one.new < one.old for one in pairs),
        largest_changes=tuple(moving[:MOVERS]),
        requests=requests,
        changed_best_count=changed_best,
    )


def _matches(old: Weights, new: Weights) -> Iterator[ScoreChange]:
    """Their shares are kept in their rows, so nothing is judged anew."""
    for name, title, fit in weight_effects.list_live_scores(limit=MATCHES):
        parts = load_contributions(fit)
        yield ScoreChange(name, title, rules.recompute_score(parts, old), rules.recompute_score(parts, new))


def _candidates(old: Weights, new: Weights, *, today: dt.date) -> tuple[list[ScoreChange], int, int]:
    """(pairs, requests with a candidate, requests whose best candidate would be another one)."""
    people = weight_effects.list_ready_volunteers(limit=VOLUNTEERS, today=today)
    pairs: list[ScoreChange] = []
    requests = changed = 0
    for asked in weight_effects.list_open_requests(limit=REQUESTS, today=today):
        found = []
        for number, person in enumerate(people):
            fit = rules.evaluate(person.facts, asked.facts, today=today, weights=old)
            if fit.is_possible:
                after = rules.recompute_score(fit.contributions, new)
                found.append((number, ScoreChange(person.name, asked.title, fit.score, after)))
        if found:
            requests += 1
            best_now = min(found, key=lambda one: (-one[1].old, one[0]))
            best_then = min(found, key=lambda one: (-one[1].new, one[0]))
            changed += best_now is not best_then
        pairs += [mover for _number, mover in found]
    return pairs, requests, changed


def change_weights(
    points: Mapping[Factor, int], *, began_from: int, reason: str, actor: Viewer, now: dt.datetime
) -> WeightSet:
    """Let these points count from now on, as a new version. Matches keep the score of their own version.

    `began_from` is the version that the actor saw. Raises Conflict when another one counts by now,
    DomainError for points that cannot be meant, Forbidden for anybody but staff.
    """
    if not actor.is_staff:
        raise Forbidden("Only a coordinator sets the weights.")
    before = weights.lock_latest()
    if before.version != began_from:
        raise Conflict(WEIGHTS_CHANGED_MEANWHILE)
    check_weights(points, before=before)
    row = WeightSet(
        points=weights.dump_points(Weights(0, points)), reason=reason, created_by_id=actor.account_id, created_at=now
    )
    db.session.add(row)
    db.session.flush()
    weights.cached_weights.mark_changed()
    words = "\n".join([*describe_changes(before, Weights(row.id, points)), f"Why: {reason}"])
    audit.record("weights.changed", row, actor=actor, now=now, note=words, version=row.id, before=before.version)
    return row


def revert_weights(number: int, *, began_from: int, reason: str, actor: Viewer, now: dt.datetime) -> WeightSet:
    """Let the points of an earlier version count again, as a new version. Raises as `change_weights` does."""
    return change_weights(
        weights.get_version(number).points, began_from=began_from, reason=reason, actor=actor, now=now
    )


def describe_changes(before: Weights, after: Weights) -> list[str]:
    """What differs between two versions, in words."""
    return [f"{LABELS[one]}: {before[one]} → {after[one]}" for one in Factor if before[one] != after[one]]
