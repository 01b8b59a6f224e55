"""The score of a match as it was when the match was made, read from its row without a query."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from volunteer_hub.fit import explain, rules
from volunteer_hub.fit.rules import Contribution, Factor, Weights
from volunteer_hub.matching.models import Match

KNOWN_FACTORS = frozenset(factor.value for factor in Factor)


@dataclass(frozen=True)
class ScoreSnapshot:
    """A match's score with its contributions. `version` of the weights is None for matches older than versions."""

    score: int
    version: int | None
    contributions: tuple[Contribution, ...]

    @property
    def score_from_shares(self) -> int | None:
        """The score that the stored shares give by the weights of that version; None if no shares were stored."""
        if self.version is None:
            return None
        points = dict.fromkeys(Factor, 0) | {part.factor: part.out_of for part in self.contributions}
        return rules.recompute_score(self.contributions, Weights(self.version, points))

    @property
    def is_consistent(self) -> bool:
        """Whether the points add up to the score, and the shares give the same score."""
        total_points = sum(part.points for part in self.contributions)
        return self.score == total_points and self.score_from_shares in {None, self.score}

    def explain(self, part: Contribution) -> str:
        """Return where a factor's points came from; "" if the facts were stored in an older format."""
        try:
            return explain.explain_contribution(part)
        except (KeyError, TypeError, ValueError, IndexError):
            return ""


def load_contributions(score_breakdown: str) -> tuple[Contribution, ...]:
    """Return the contributions of a stored score breakdown. Those older than shares get their points as their share."""
    return tuple(
        Contribution(
            Factor(entry["factor"]),
            entry["points"],
            entry["out_of"],
            entry.get("facts", {}),
            _share(entry),
            bool(entry.get("by_hand", False)),
        )
        for entry in json.loads(score_breakdown)
        if entry["factor"] in KNOWN_FACTORS
    )


def _share(entry: dict[str, Any]) -> tuple[int, int]:
    part, whole = entry.get("share") or (entry["points"], entry["out_of"] or 1)
    return int(part), int(whole)


def load_snapshot(match: Match) -> ScoreSnapshot:
    """Return the stored score of a match."""
    return ScoreSnapshot(match.score, match.weights_id, load_contributions(match.score_breakdown))
