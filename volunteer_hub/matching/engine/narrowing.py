"""Where people are plenty: which of the kept pairs the exact choice needs. Few of most requests, all of those that compete.

The exact choice takes its time for every pair, and for nearly all requests the first few would do. Not for those that
many others compete with for the same people, and nobody knows them beforehand. So a quick choice, the best score first,
is made among very few of each: who is left short in it competes, and keeps all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.matching.comparison import greedy
from volunteer_hub.matching.engine.edges import Edges
from volunteer_hub.matching.engine.keeping import place_in_group
from volunteer_hub.matching.engine.people import Ints
from volunteer_hub.matching.rules.plans import FEW, MANY, PEOPLE, VERY_FEW

TURNS = 2
"""So often is looked who is left short: who keeps all may leave another one short."""


def limits(people: int, seats: Ints) -> Ints:
    """How many pairs of each request are worth keeping."""
    return np.maximum(max(MANY, people // PEOPLE), 5 * seats)


def narrowed(edges: Edges, capacity: Ints, seats: Ints) -> Edges:
    """`edges` without what is not needed. `capacity` of each volunteer, `seats` of each request."""
    place = place_in_group(edges.request)
    compete = competing(edges, place, capacity, seats)
    few = np.maximum(FEW, 3 * seats)[edges.request]
    spared = ~compete[edges.request]
    cut = np.flatnonzero((place == few) & spared)
    dropped = edges.dropped.copy()
    dropped[edges.request[cut]] = edges.score[cut]
    return edges.some((place < few) | ~spared, dropped)


def competing(edges: Edges, place: Ints, capacity: Ints, seats: Ints) -> NDArray[np.bool_]:
    """Which requests a quick choice leaves short though more people could take them. `place` of each pair in its request."""
    very_few = np.maximum(VERY_FEW, 2 * seats)
    more = np.bincount(edges.request, minlength=len(seats)) > very_few
    first, compete = place < very_few[edges.request], np.zeros(len(seats), np.bool_)
    for _turn in range(TURNS):
        rows = np.flatnonzero(first | compete[edges.request])
        request = edges.request[rows]
        simple = greedy(edges.volunteer[rows], request, edges.score[rows], capacity, seats)
        short = more & ~compete & (np.bincount(request[simple], minlength=len(seats)) < seats)
        if not short.any():
            break
        compete |= short
    return compete
