"""The share of its weight that each factor gives, as (numerator, denominator) of whole numbers.

The functions use arithmetic operators only, so that the same lines serve one pair (int, bool) and arrays of pairs
(numpy): the engine and the explanation of a single pair cannot differ. No denominator is 0. A numerator may exceed
its denominator; `points` caps the share at the whole weight.
"""

from __future__ import annotations

from typing import Any

MAX_LANGUAGE_RANK = 7
"""Rank of a mother tongue (vocabulary.states.LANGUAGE_RANK)."""
MAX_SKILL_RANK = 3
"""Highest rank of a skill (vocabulary.states.SKILL_RANK)."""
SKILL_TWELFTHS = 12
"""Twelfths that one requested skill can give."""
FULL_WAIT_DAYS = 56
"""Days after which an open request gets the whole weight of waiting."""
URGENCY_TENTHS = {"routine": 4, "soon": 7, "urgent": 10}
"""Tenths of the weight by urgency."""
Share = tuple[Any, Any]


def minimum(a: Any, b: Any) -> Any:
    """Return the lesser of two numbers, elementwise for arrays."""
    return a - (a - b) * (a > b)


def maximum(a: Any, b: Any) -> Any:
    """Return the greater of two numbers, elementwise for arrays."""
    return a + (b - a) * (b > a)


def points(weight: int, share: Share) -> Any:
    """Return the whole points that a share of `weight` gives, rounded half up."""
    part, whole = share
    return (2 * weight * minimum(part, whole) + whole) // (2 * whole)


def language(rank: Any) -> Share:
    """Use the volunteer's rank in the best requested language, A1 (1) to mother tongue (7)."""
    return rank, MAX_LANGUAGE_RANK


def skill(rank: Any, sibling_rank: Any, requested_rank: int) -> Any:
    """Return the twelfths for one requested skill.

    `rank`: in the skill or below it in the tree; `sibling_rank`: in a skill under the same parent. At the requested
    rank the skill gives ten, above it or at the highest rank twelve, below it a proportional part of ten; a sibling
    at most four.
    """
    own_twelfths = 10 * minimum(rank, requested_rank) // requested_rank + 2 * (
        (rank > requested_rank) + (rank == requested_rank) * (requested_rank == MAX_SKILL_RANK)
    )
    return maximum(own_twelfths, 4 * minimum(sibling_rank, requested_rank) // requested_rank)


def overlap(average_minutes: Any, weekly_minutes: Any, delivery: str) -> Share:
    """Compare the common minutes of an average week with the live part of the work; asynchronous work needs none."""
    if delivery == "asynchronous":
        return 1, 1
    return average_minutes, max(60, weekly_minutes if delivery == "live" else weekly_minutes // 2)


def specialty(exact: Any, group: Any, not_mine: Any) -> Share:
    """Give the whole for the requested specialty, half for another of its group, nothing for one declined as not
    theirs.
    """
    return (2 * exact + group * (1 - exact)) * (1 - not_mine), 2


def hours(free_minutes: Any, weekly_minutes: Any) -> Share:
    """Give the whole if the free time exceeds the requested time by a quarter, which leaves room for a busy week."""
    return 4 * free_minutes + (weekly_minutes == 0), 5 * weekly_minutes + (weekly_minutes == 0)


def duration(weeks_covered: Any, weeks: Any) -> Share:
    """Compare the weeks covered with the weeks requested."""
    return weeks_covered, weeks


def experience(twinned: Any, completed: Any) -> Share:
    """Give half for an employer twinned with the hospital, a quarter for each of up to two completed placements."""
    return 2 * twinned + minimum(completed, 2), 4


def goals(is_goal: Any) -> Share:
    """Give the whole if the kind of support is among the volunteer's learning goals."""
    return is_goal * 1, 1


def urgency(name: str) -> Share:
    """Give urgent requests more."""
    return URGENCY_TENTHS[name], 10


def wait(days: Any) -> Share:
    """Compare the days for which the request has been open with FULL_WAIT_DAYS."""
    return days, FULL_WAIT_DAYS


def fairness(was_ever_placed: Any, approved_count: Any) -> Share:
    """Give half for a volunteer without a match so far, and half to a hospital without one, less per match it has
    had.
    """
    return (1 - was_ever_placed) * (1 + approved_count) + 1, 2 * (1 + approved_count)


def weeks_covered(late_days: Any, days_until_end: Any, weeks: Any) -> Any:
    """Return how many whole weeks of `weeks` lie between the volunteer's first day (`late_days` after the start) and
    last.
    """
    late_weeks = (maximum(late_days, 0) + 6) // 7
    weeks_until_end = minimum((maximum(days_until_end, -1) + 1) // 7, weeks)
    return maximum(weeks_until_end - late_weeks, 0)
