"""What share of its weight each factor gives, as (numerator, denominator) of whole numbers.

Written with arithmetic alone, so that the same lines serve one pair (int, bool) and a hundred thousand
(numpy arrays of them): the engine and the explanation cannot come apart. None of the denominators is 0;
a numerator may exceed its denominator: `points` stops at the whole weight.
"""

from __future__ import annotations

from typing import Any

MAX_LANGUAGE_RANK = 7
"""The rank of a mother tongue (vocabulary.states.LANGUAGE_RANK)."""
MAX_SKILL_RANK = 3
SKILL_TWELFTHS = 12
"""Twelfths of one asked skill."""
FULL_WAIT_DAYS = 56
"""Days after which a request has waited long enough for the whole weight."""
URGENCY_TENTHS = {"routine": 4, "soon": 7, "urgent": 10}
Share = tuple[Any, Any]


def minimum(one: Any, other: Any) -> Any:
    """The lesser of two numbers, or of each pair of two arrays."""
    return one - (one - other) * (one > other)


def maximum(one: Any, other: Any) -> Any:
    """The greater of two numbers, or of each pair of two arrays."""
    return one + (other - one) * (other > one)


def points(weight: int, share: Share) -> Any:
    """Whole points of `weight` for a share, rounded half up."""
    part, whole = share
    return (2 * weight * minimum(part, whole) + whole) // (2 * whole)


def language(rank: Any) -> Share:
    """By the volunteer's level in the best of the asked languages, A1 (1) to mother tongue (7)."""
    return rank, MAX_LANGUAGE_RANK


def skill(held: Any, near: Any, asked: int) -> Any:
    """Twelfths for one asked skill. `held`: level in it or below it in the tree; `near`: under the same parent.

    At the level asked ten; above it, or at the highest, twelve; below it in proportion of ten. A neighbour in the tree at most four.
    """
    own = 10 * minimum(held, asked) // asked + 2 * ((held > asked) + (held == asked) * (asked == MAX_SKILL_RANK))
    return maximum(own, 4 * minimum(near, asked) // asked)


def overlap(average_minutes: Any, weekly_minutes: Any, delivery: str) -> Share:
    """Common time in an average week against what is done live in one; work in one's own time needs none."""
    if delivery == "asynchronous":
        return 1, 1
    return average_minutes, max(60, weekly_minutes if delivery == "live" else weekly_minutes // 2)


def specialty(exact: Any, group: Any, not_mine: Any) -> Share:
    """The specialty asked for counts whole, another of its group half, one that was declined as not theirs nothing."""
    return (2 * exact + group * (1 - exact)) * (1 - not_mine), 2


def hours(free_minutes: Any, weekly_minutes: Any) -> Share:
    """A quarter more than what is asked leaves room for a hard week and counts whole."""
    return 4 * free_minutes + (weekly_minutes == 0), 5 * weekly_minutes + (weekly_minutes == 0)


def duration(weeks_covered: Any, weeks: Any) -> Share:
    """The weeks that the volunteer is there for, of those asked for."""
    return weeks_covered, weeks


def experience(twinned: Any, completed: Any) -> Share:
    """Half for an employer that is twinned with the hospital, a quarter for each of two placements seen through."""
    return 2 * twinned + minimum(completed, 2), 4


def goals(met: Any) -> Share:
    """Whether the kind of support is one in which the volunteer wants to grow."""
    return met * 1, 1


def urgency(name: str) -> Share:
    """An urgent request is worth more to fill."""
    return URGENCY_TENTHS[name], 10


def wait(days: Any) -> Share:
    """How long the request has been open."""
    return days, FULL_WAIT_DAYS


def fairness(ever_placed: Any, placed: Any) -> Share:
    """Half for a volunteer without a match yet; half for a hospital without one, less for each that it has had."""
    return (1 - ever_placed) * (1 + placed) + 1, 2 * (1 + placed)


def weeks_covered(late_days: Any, days_until_end: Any, weeks: Any) -> Any:
    """Whole weeks of `weeks` between the volunteer's first day, so many days after the start, and the last."""
    late = (maximum(late_days, 0) + 6) // 7
    stays = minimum((maximum(days_until_end, -1) + 1) // 7, weeks)
    return maximum(stays - late, 0)
