"""The best pairs of each request and of each volunteer, kept while requests go by; the best of the others is remembered."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.engine.asking import Numbers, runs
from volunteer_hub.matching.engine.people import Places

Keys = NDArray[np.uint64]
BELOW = np.uint64(32)
HIGHEST = np.uint64(2**40 - 1)
ELSEWHERE = -1
"""In a volunteer's own list: a place that is free, or a pair that its request keeps anyway."""


class Kept:
    """At most `most` pairs of each request (None: all), and beside them `of_each` of each volunteer."""

    def __init__(self, requests: int, people: int, *, most: int | None, of_each: int) -> None:
        self.most, self.of_each = most, of_each if most else 0
        self.parts: list[tuple[Places, Numbers, Keys, Numbers]] = []
        self.found, self.dropped = np.zeros(requests, np.int32), np.full(requests, -1, np.int32)
        self.dropped_of = np.full(people, -1, np.int32)
        self.key = np.zeros((people, self.of_each), np.uint64)
        self.request = np.full((people, self.of_each), ELSEWHERE, np.int32)
        self.average = np.zeros((people, self.of_each), np.int32)
        self.lowest = np.zeros(people, np.uint64)

    def take(self, who: Places, rows: Numbers, key: Keys, average: Numbers) -> None:
        """Pairs of requests that were not here before; those of one request stand together. Keys: score, then lot."""
        best = self._best(rows, key)
        self.parts.append((who[best], rows[best], key[best], average[best]))
        if len(best) == len(who) and not self.of_each:
            return
        request = rows.copy()
        request[best] = ELSEWHERE
        entering = key > self.lowest[who] if self.of_each else np.zeros(len(who), np.bool_)
        self._drop(who, request, key, np.flatnonzero(~entering))
        self._enter(who, request, key, average, np.flatnonzero(entering))

    def _best(self, rows: Numbers, key: Keys) -> NDArray[np.int64]:
        """The best pairs of each request."""
        chosen = [np.empty(0, np.int64)]
        for row, first, last in runs(rows):
            self.found[row] = last - first
            if self.most is None or last - first <= self.most:
                chosen.append(np.arange(first, last))
            else:
                others = last - first - self.most
                chosen.append(first + np.argpartition(key[first:last], others)[others:])
        return np.concatenate(chosen)

    def _enter(self, who: Places, request: Numbers, key: Keys, average: Numbers, at: NDArray[np.int64]) -> None:
        """Put pairs into their volunteers' lists; each time the least makes room. A volunteer's best of them come first."""
        at = at[grouped(who[at], key[at])]
        while len(at):
            person = who[at]
            first = np.r_[True, person[1:] != person[:-1]]
            better = key[at] > self.lowest[person]
            self._drop(who, request, key, at[~better])
            now, at = at[first & better], at[~first & better]
            one = who[now]
            slot = self.key[one].argmin(axis=1)
            self._drop(one, self.request[one, slot], self.key[one, slot], np.arange(len(one)))
            self.key[one, slot], self.request[one, slot], self.average[one, slot] = key[now], request[now], average[now]
            self.lowest[one] = self.key[one].min(axis=1)

    def _drop(self, who: Places, request: Numbers, key: Keys, at: NDArray[np.int64]) -> None:
        """Remember the best score that is lost at a request and of a volunteer, unless the request keeps the pair."""
        at = at[request[at] != ELSEWHERE]
        score = (key[at] >> BELOW).astype(np.int32)
        _raise(self.dropped, request[at], score)
        _raise(self.dropped_of, who[at], score)

    def columns(self) -> tuple[Places, Numbers, Keys, Numbers]:
        """Volunteer, request, key, average minutes of all kept pairs, by request, the best first."""
        one, slot = np.nonzero(self.request != ELSEWHERE)
        self.parts.append((one.astype(np.int32), self.request[one, slot], self.key[one, slot], self.average[one, slot]))
        who, rows, key, average = (np.concatenate(column) for column in zip(*self.parts, strict=True))
        order = grouped(rows, key)
        return who[order], rows[order], key[order], average[order]


def grouped(group: Numbers | Places, key: Keys) -> NDArray[np.int64]:
    """The order by group, in each the highest key first. Keys have 40 bits, so one number says both, and sorts at once."""
    order: NDArray[np.int64] = np.argsort(group.astype(np.uint64) << np.uint64(40) | (key ^ HIGHEST))
    return order


def _raise(table: NDArray[np.int32], at: Numbers | Places, score: NDArray[np.int32]) -> None:
    """To the highest of the scores; numpy is quick here where the same place comes several times."""
    higher = score > table[at]
    np.maximum.at(table, at[higher], score[higher])
