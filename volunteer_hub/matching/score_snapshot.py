"""The reasons of a match as they were when it was made: read back from its row, without a query."""

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
        """The score that the stored shares give by the weights of then; None where no shares were kept."""
        if self.version is None:
            return None
        points = dict.fromkeys(Factor, 0) | {part.factor: part.out_of for part in self.contributions}
        return rules.recompute_score(self.contributions, Weights(self.version, points))

    @property
    def is_consistent(self) -> bool:
        """Whether the contributions make the score, and the shares make both once more."""
        together = sum(part.points for part in self.contributions)
        return self.score == together and self.score_from_shares in {None, self.score}

    def explain(self, part: Contribution) -> str:
        """What a factor's points came from; nothing where the facts were kept in an older shape."""
        try:
            return explain.explain_contribution(part)
        except (KeyError, TypeError, ValueError, IndexError):
            return ""


def load_contributions(fit: str) -> tuple[Contribution, ...]:
    """The contributions in a match's `fit`. Those kept before shares were have their points as their share."""
    return tuple(
        Contribution(
            Factor(one["factor"]),
            one["points"],
            one["out_of"],
            one.get("facts", {}),
            _share(one),
            bool(one.get("by_hand", False)),
        )
        for one in json.loads(fit)
        if one["factor"] in KNOWN_FACTORS
    )


def _share(one: dict[str, Any]) -> tuple[int, int]:
    part, whole = one.get("share") or (one["points"], one["out_of"] or 1)
    return int(part), int(whole)


def load_snapshot(match: Match) -> ScoreSnapshot:
    """What a match keeps of its score."""
    return ScoreSnapshot(match.score, match.weights_id, load_contributions(match.score_breakdown))
