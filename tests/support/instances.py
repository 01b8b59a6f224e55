"""Generated instances for the solver, from a seed: skewed skills, widely suitable volunteers, scores from 0 to 100."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SKILLS, CANDIDATES_PER_REQUEST, CELLS = 60, 400, 2_000_000
PASSES = 0.45
"""Probability that a pair with the right skill passes the other gates: language, hours, dates."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Allowed pairs with their limits, and the best pruned score of each request and of each volunteer (-1: none)."""

    volunteer: Ints
    request: Ints
    score: Ints
    capacity: Ints
    seats: Ints
    dropped_of_request: Ints
    dropped_of_volunteer: Ints

    @property
    def columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """Return the arguments of `assign`."""
        return self.volunteer, self.request, self.score, self.capacity, self.seats


def make_instance(volunteers: int, requests: int, *, keep: int | None = 50, seed: int = 1) -> Instance:
    """Return an instance with at most the `keep` best pairs of each request; None keeps all candidate pairs.

    The same seed gives the same volunteers, requests and scores for any `keep`.
    """
    rng = np.random.default_rng(seed)
    skills = min(SKILLS, max(2, requests // 10))
    skill_weights = (1 / np.arange(1, skills + 1)) / (1 / np.arange(1, skills + 1)).sum()
    volunteer_skills = rng.choice(skills, (volunteers, 4), p=skill_weights)
    volunteer_skills[np.arange(4) >= rng.integers(1, 5, volunteers)[:, None]] = -1
    request_skills = rng.choice(skills, requests, p=skill_weights)
    suitability, ease = rng.normal(0, 9, volunteers), rng.normal(0, 5, requests)
    dropped = np.full(requests, -1, dtype=np.int64), np.full(volunteers, -1, dtype=np.int64)
    parts = []
    for skill in range(skills):
        members, requests_of_skill = (
            np.flatnonzero((volunteer_skills == skill).any(axis=1)),
            np.flatnonzero(request_skills == skill),
        )
        step = max(1, CELLS // max(1, min(len(members), CANDIDATES_PER_REQUEST)))
        for start in range(0, len(requests_of_skill), step):
            rows = requests_of_skill[start : start + step]
            people, score = _score_candidates(rng, members, rows, suitability, ease)
            parts.append(_best(people, score, rows, keep, dropped))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    capacity, seats = rng.integers(1, 4, volunteers), rng.integers(1, 5, requests)
    return Instance(columns[0], columns[1], columns[2], capacity, seats, *dropped)


def _score_candidates(
    rng: np.random.Generator, members: Ints, rows: Ints, suitability: NDArray[np.float64], ease: NDArray[np.float64]
) -> tuple[Ints, Ints]:
    """Return one row of volunteers and of scores per request; -1 where a gate is closed or a volunteer is repeated."""
    if len(members) > CANDIDATES_PER_REQUEST:
        people = np.sort(members[rng.integers(0, len(members), (len(rows), CANDIDATES_PER_REQUEST))], axis=1)
    else:
        people = np.broadcast_to(members, (len(rows), len(members))).copy()
    score = 55 + suitability[people] + ease[rows][:, None] + rng.normal(0, 12, people.shape)
    score = np.clip(np.rint(score), 0, 100).astype(np.int64)
    score[rng.random(people.shape) > PASSES] = -1
    score[:, 1:][people[:, 1:] == people[:, :-1]] = -1
    return people, score


def _best(
    people: Ints, score: Ints, rows: Ints, keep: int | None, dropped: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """Return the allowed pairs, at most `keep` per request; write the best scores of the others into `dropped`."""
    if keep is not None and keep < score.shape[1]:
        ranked = np.argsort(-score, axis=1, kind="stable")
        people, score = np.take_along_axis(people, ranked, 1), np.take_along_axis(score, ranked, 1)
        dropped[0][rows] = score[:, keep]
        np.maximum.at(dropped[1], people[:, keep:], score[:, keep:])
        people, score = people[:, :keep], score[:, :keep]
    allowed = score >= 0
    return people[allowed], np.broadcast_to(rows[:, None], score.shape)[allowed], score[allowed]
