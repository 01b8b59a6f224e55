"""Read the result of a round back from its rows, and describe it in words."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from volunteer_hub.core.i18n import translate as _
from volunteer_hub.core.i18n import translate_plural as ngettext
from volunteer_hub.fit import counterfactual_text
from volunteer_hub.fit.rules import Contribution, FailedGate, Gate, RequestFacts, VolunteerFacts
from volunteer_hub.fit.rules.counterfactuals import rank_unlocking_changes
from volunteer_hub.fit.rules.evaluation import list_failed_gates
from volunteer_hub.matching.score_snapshot import load_contributions
from volunteer_hub.rounds.models import MatchingRound, UnfilledRequest
from volunteer_hub.rounds.rules import RoundFigures


@dataclass(frozen=True)
class StoredReasons:
    """The stored score breakdown of a pair: enough to list its reasons."""

    contributions: tuple[Contribution, ...]
    failed_gates: tuple[FailedGate, ...] = ()

    @property
    def score(self) -> int:
        """The total, 0 to 100."""
        return sum(part.points for part in self.contributions)


def load_reasons(text: str) -> StoredReasons:
    """Parse a stored score breakdown (`matching.score_snapshot`)."""
    return StoredReasons(load_contributions(text))


def load_failed_gates(text: str) -> tuple[FailedGate, ...]:
    """Parse the stored failed gates of the nearest volunteer; ISO dates become dates again."""
    return tuple(FailedGate(Gate(gate), _with_days(known)) for gate, known in json.loads(text))


def _with_days(known: dict[str, Any]) -> dict[str, Any]:
    return {
        name: dt.date.fromisoformat(value) if value and (name == "on" or name.endswith("_on")) else value
        for name, value in known.items()
    }


def load_figures(round_: MatchingRound) -> RoundFigures | None:
    """Return the figures of a round; None before it is ready."""
    return RoundFigures(**json.loads(round_.summary)) if round_.summary else None


def compare_with_greedy(figures: RoundFigures) -> str:
    """Describe in one sentence what the optimum gains over the greedy assignment. Empty if there were no pairs."""
    if not figures.pairs:
        return ""
    seats, points = figures.filled - figures.greedy_filled, figures.score - figures.greedy_score
    if seats > 0:
        return _(
            "Taking the best pair first each time would have left seats empty that are filled now: %(seats)s.",
            seats=seats,
        )
    if points > 0 and not seats:
        return ngettext(
            "Taking the best pair first each time would have filled as many seats with %(num)s point less.",
            "Taking the best pair first each time would have filled as many seats with %(num)s points less.",
            points,
        )
    if seats < 0:
        return _("Taking the best pair first each time would have filled more seats, with a lower score in all.")
    return _("Taking the best pair first each time would have been as good this time.")


def describe_proof(figures: RoundFigures, *, fill_first: bool) -> str:
    """Describe the optimality gap: how far the choice can be from the optimum over all pairs, pruned ones included."""
    if not figures.pairs:
        return _("No volunteer whom this round may ask fits any request just now, so there was nothing to choose.")
    if figures.most_filled == figures.filled and figures.most_score == figures.score:
        return _("This is proved to be the best there is over all pairs.")
    percent = f"{1000 * figures.score // figures.most_score / 10:.1f}" if figures.most_score else "100.0"
    if fill_first:
        return _(
            "No choice over all pairs, also those not kept, fills more seats than %(filled)s; none that fills as many"
            " scores more than %(score)s. So at least %(percent)s %% of the best possible score is reached.",
            filled=figures.most_filled, score=figures.most_score, percent=percent,
        )  # fmt: skip
    return _(
        "No choice over all pairs, also those not kept, scores more than %(score)s. So at least %(percent)s %% of the best"
        " possible score is reached.",
        score=figures.most_score, percent=percent,
    )  # fmt: skip


def explain_unfilled(unfilled: UnfilledRequest) -> str:
    """Describe why a round left seats of a request unfilled."""
    if unfilled.candidates:
        return _(
            "Volunteers who fit, but are needed elsewhere, have been asked already or have no room just now: %(number)s.",
            number=unfilled.candidates,
        )
    if unfilled.nearest_volunteer_id is None:
        return _("Nobody has the skills that it needs, so nobody came near.")
    if not load_failed_gates(unfilled.failed_gates):
        return _(
            "Nobody could be asked in this round. The volunteer below fits, but has said lately that they have no time,"
            " has no room, or did not answer this proposal before."
        )
    return _("Nobody fits. The nearest is named below, with what stands in the way.")


def suggest_change(volunteer: VolunteerFacts, requests: Sequence[RequestFacts], *, today: dt.date) -> str:
    """Describe the most useful change for a volunteer without a proposal, by evaluating them against open requests."""
    if volunteer.cooldown_until and volunteer.cooldown_until > today:
        return _("Said lately that they have no time; rounds leave them alone for four weeks.")
    evaluated = [
        (partner_request, list_failed_gates(volunteer, partner_request, today=today)) for partner_request in requests
    ]
    eligible_count = sum(not failed_gates for _request, failed_gates in evaluated)
    if eligible_count:
        return ngettext(
            "%(num)s open request fits; others took its seats in this round, or an answer is waited for. They can come"
            " forward themselves.",
            "%(num)s open requests fit; others took their seats in this round, or an answer is waited for. They can come"
            " forward themselves.",
            eligible_count,
        )
    changes = rank_unlocking_changes(volunteer, evaluated, today=today, limit=1)
    if not changes:
        return _("No open request is one step away. New requests may fit; ask what else they would like to do.")
    return counterfactual_text.describe_unlocking_change(changes[0], volunteer.zone)
