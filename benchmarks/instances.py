"""Made-up instances for the solver, from a seed: skewed skills, people who suit many, scores from 0 to 100."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SKILLS, CANDIDATES_PER_REQUEST, CELLS = 60, 400, 2_000_000
PASSES = 0.45
"""How likely a pair of the right skill passes the other hard rules: language, hours, dates."""


@dataclass(frozen=True, slots=True)
class Instance:
    """Allowed pairs with their limits, and the best score that was left out at each request and of each volunteer (-1: none)."""

    volunteer: Ints
    request: Ints
    score: Ints
    capacity: Ints
    seats: Ints
    dropped_of_request: Ints
    dropped_of_volunteer: Ints

    @property
    def columns(self) -> tuple[Ints, Ints, Ints, Ints, Ints]:
        """The arguments of `assign`."""
        return self.volunteer, self.request, self.score, self.capacity, self.seats


def make_instance(volunteers: int, requests: int, *, keep: int | None = 50, seed: int = 1) -> Instance:
    """An instance with at most the `keep` best pairs of each request; none keeps all that were looked at.

    One seed is one world: with different `keep` it is the same people, requests and scores.
    """
    chance = np.random.default_rng(seed)
    skills = min(SKILLS, max(2, requests // 10))
    wanted = (1 / np.arange(1, skills + 1)) / (1 / np.arange(1, skills + 1)).sum()
    held = chance.choice(skills, (volunteers, 4), p=wanted)
    held[np.arange(4) >= chance.integers(1, 5, volunteers)[:, None]] = -1
    asked = chance.choice(skills, requests, p=wanted)
    suits, easy = chance.normal(0, 9, volunteers), chance.normal(0, 5, requests)
    dropped = np.full(requests, -1, dtype=np.int64), np.full(volunteers, -1, dtype=np.int64)
    parts = []
    for skill in range(skills):
        members, wanting = np.flatnonzero((held == skill).any(axis=1)), np.flatnonzero(asked == skill)
        step = max(1, CELLS // max(1, min(len(members), CANDIDATES_PER_REQUEST)))
        for start in range(0, len(wanting), step):
            rows = wanting[start : start + step]
            people, score = _looked_at(chance, members, rows, suits, easy)
            parts.append(_best(people, score, rows, keep, dropped))
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    capacity, seats = chance.integers(1, 4, volunteers), chance.integers(1, 5, requests)
    return Instance(columns[0], columns[1], columns[2], capacity, seats, *dropped)


def _looked_at(
    chance: np.random.Generator, members: Ints, rows: Ints, suits: NDArray[np.float64], easy: NDArray[np.float64]
) -> tuple[Ints, Ints]:
    """A row of people and of scores for each request; -1 where a hard rule stands in the way or somebody comes twice."""
    if len(members) > CANDIDATES_PER_REQUEST:
        people = np.sort(members[chance.integers(0, len(members), (len(rows), CANDIDATES_PER_REQUEST))], axis=1)
    else:
        people = np.broadcast_to(members, (len(rows), len(members))).copy()
    score = 55 + suits[people] + easy[rows][:, None] + chance.normal(0, 12, people.shape)
    score = np.clip(np.rint(score), 0, 100).astype(np.int64)
    score[chance.random(people.shape) > PASSES] = -1
    score[:, 1:][people[:, 1:] == people[:, :-1]] = -1
    return people, score


def _best(
    people: Ints, score: Ints, rows: Ints, keep: int | None, dropped: tuple[Ints, Ints]
) -> tuple[Ints, Ints, Ints]:
    """The allowed pairs, at most `keep` a request; notes in `dropped` the best scores of the others."""
    if keep is not None and keep < score.shape[1]:
        ranked = np.argsort(-score, axis=1, kind="stable")
        people, score = np.take_along_axis(people, ranked, 1), np.take_along_axis(score, ranked, 1)
        dropped[0][rows] = score[:, keep]
        np.maximum.at(dropped[1], people[:, keep:], score[:, keep:])
        people, score = people[:, :keep], score[:, :keep]
    allowed = score >= 0
    return people[allowed], np.broadcast_to(rows[:, None], score.shape)[allowed], score[allowed]
