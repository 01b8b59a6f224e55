"""Weights of the score: preview of a change, change, and revert. A version is never updated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

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

MAX_MATCHES, MAX_REQUESTS, MAX_VOLUNTEERS, MAX_NAMED_CHANGES = 2_000, 20, 100, 10
"""Size of the samples on which a change is previewed, and how many of the largest score changes are listed."""
WEIGHTS_CHANGED_MEANWHILE = _l(
    "Somebody else changed the weights while you were looking. See which points count now, then decide once more."
)


class ScoreChange(NamedTuple):
    """A pair whose score would change."""

    name: str
    title: str
    old: int
    new: int


class WeightsEffect(NamedTuple):
    """The effect of new weights on a sample of pairs: `matches` are live, `candidates` possible pairs of open
    requests.
    """

    matches: int
    candidates: int
    rising: int
    falling: int
    largest_changes: tuple[ScoreChange, ...]
    requests: int
    changed_best_count: int


def check_weights(points: Mapping[Factor, int], *, before: Weights) -> None:
    """Raise DomainError for invalid points, or for points equal to the current ones."""
    validate(points)
    if all(points[factor] == before[factor] for factor in Factor):
        raise DomainError(
            _("These are the points that count already. Change some of them first."), code="weights_unchanged"
        )


def preview_effect(points: Mapping[Factor, int], *, now: dt.datetime) -> WeightsEffect:
    """Return the effect that these points would have on live matches and on a sample of possible pairs."""
    old, new = weights.get_latest(), Weights(0, points)
    live_pairs = list(_iter_live_changes(old, new))
    candidate_pairs, requests, changed_best = _list_candidate_changes(old, new, today=now.date())
    pairs = live_pairs + candidate_pairs
    score_changes = sorted(
        (change for change in pairs if change.old != change.new),
        key=lambda change: (-abs(change.new - change.old), change),
    )
    return WeightsEffect(
        matches=len(live_pairs),
        candidates=len(candidate_pairs),
        rising=sum(change.new > change.old for change in pairs),
        falling=sum(change.new < change.old for change in pairs),
        largest_changes=tuple(score_changes[:MAX_NAMED_CHANGES]),
        requests=requests,
        changed_best_count=changed_best,
    )


def _iter_live_changes(old: Weights, new: Weights) -> Iterator[ScoreChange]:
    """Recompute live matches from the shares stored in their rows; no pair is evaluated again."""
    for name, title, score_breakdown in weight_effects.list_live_scores(limit=MAX_MATCHES):
        contributions = load_contributions(score_breakdown)
        yield ScoreChange(
            name, title, rules.recompute_score(contributions, old), rules.recompute_score(contributions, new)
        )


def _list_candidate_changes(old: Weights, new: Weights, *, today: dt.date) -> tuple[list[ScoreChange], int, int]:
    """Return (pairs, requests with a candidate, requests whose best candidate would change)."""
    volunteers = weight_effects.list_ready_volunteers(limit=MAX_VOLUNTEERS, today=today)
    pairs: list[ScoreChange] = []
    request_count = changed_best_count = 0
    for request in weight_effects.list_open_requests(limit=MAX_REQUESTS, today=today):
        changes = []
        for position, volunteer in enumerate(volunteers):
            fit = rules.evaluate(volunteer.facts, request.facts, today=today, weights=old)
            if fit.is_possible:
                new_score = rules.recompute_score(fit.contributions, new)
                changes.append((position, ScoreChange(volunteer.name, request.title, fit.score, new_score)))
        if changes:
            request_count += 1
            best_before = min(changes, key=lambda entry: (-entry[1].old, entry[0]))
            best_after = min(changes, key=lambda entry: (-entry[1].new, entry[0]))
            changed_best_count += best_before is not best_after
        pairs += [change for _position, change in changes]
    return pairs, request_count, changed_best_count


def change_weights(
    points: Mapping[Factor, int], *, began_from: int, reason: str, actor: Viewer, now: dt.datetime
) -> WeightSet:
    """Make these points the current ones, as a new version. Matches keep the score of their own version.

    `began_from` is the version that the actor saw. Raises Conflict if it is no longer current, DomainError for
    invalid points, Forbidden for any actor but staff.
    """
    if not actor.is_staff:
        raise Forbidden(_("Only a coordinator sets the weights."), code="weights_not_permitted")
    before = weights.lock_latest()
    if before.version != began_from:
        raise Conflict(WEIGHTS_CHANGED_MEANWHILE, code="weights_changed_meanwhile")
    check_weights(points, before=before)
    row = WeightSet(
        points=weights.dump_points(Weights(0, points)), reason=reason, created_by_id=actor.account_id, created_at=now
    )
    db.session.add(row)
    db.session.flush()
    weights.cached_weights.mark_changed()
    audit_note = "\n".join([*describe_changes(before, Weights(row.id, points)), f"Why: {reason}"])
    audit.record("weights.changed", row, actor=actor, now=now, note=audit_note, version=row.id, before=before.version)
    return row


def revert_weights(number: int, *, began_from: int, reason: str, actor: Viewer, now: dt.datetime) -> WeightSet:
    """Make the points of an earlier version the current ones, as a new version. Raises as `change_weights` does."""
    return change_weights(
        weights.get_version(number).points, began_from=began_from, reason=reason, actor=actor, now=now
    )


def describe_changes(before: Weights, after: Weights) -> list[str]:
    """Return one line per factor that differs between two versions."""
    return [
        f"{LABELS[factor]}: {before[factor]} → {after[factor]}" for factor in Factor if before[factor] != after[factor]
    ]
