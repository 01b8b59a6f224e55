"""One round: who is proposed to whom, at the exact optimum over the kept pairs, and what is told beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from volunteer_hub.core.memory import give_back
from volunteer_hub.fit.rules import Gate, RequestFacts
from volunteer_hub.matching.engine.evaluator import Evaluator
from volunteer_hub.matching.engine.request_arrays import RequestArrays, group_spans
from volunteer_hub.matching.engine.volunteer_arrays import Indices, VolunteerArrays
from volunteer_hub.rounds.engine.candidate_edges import (
    CandidateEdges,
    allowances,
    candidate_limits,
    count_open_seats,
    iter_batches,
    keep_best,
    make_evaluator,
    make_executor,
    prune,
    sort_keys,
    supply_exceeds_demand,
)
from volunteer_hub.rounds.engine.reasons import dump_reasons
from volunteer_hub.rounds.engine.top_k import ScoredPairs, rank_in_group
from volunteer_hub.rounds.rules import (
    AS_NEEDED,
    MAX_CANDIDATES,
    MAX_PER_VOLUNTEER,
    Progress,
    RoundFigures,
    RoundPair,
    RoundParameters,
    RoundPlan,
    UnfilledSeats,
)
from volunteer_hub.rounds.solver.assignment import Mask, assign
from volunteer_hub.rounds.solver.greedy import greedy
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum

LARGE_ROUND_VOLUNTEERS = 20_000
"""So many volunteers take so much room that it is worth the time to give it back."""
RESERVES_PER_REQUEST = 2
"""So many who were not chosen stand by for each request."""
MAX_NEAR_MISS_PAIRS = 10_000_000
"""Pairs that the search for near misses may look at in one round where nobody has the skills."""


def plan(
    people: VolunteerArrays,
    requests: Sequence[RequestFacts],
    free_seats: Mapping[int, int],
    waiting: Mapping[int, int],
    settings: RoundParameters,
    progress: Progress | None = None,
) -> RoundPlan:
    """Plan a round. `free_seats` and `waiting` (matches that wait for an answer) are by request id."""
    able = make_evaluator(people, today=settings.as_of, weights=settings.weights)
    seats = count_open_seats(requests, free_seats, waiting, per_seat=settings.per_seat)
    minutes = np.array([request.weekly_minutes for request in requests], np.int32)
    edges = _kept(able, requests, seats, minutes, settings, progress)
    asked, weeks = able.request_arrays(requests), able.volunteer_weeks
    del able
    if len(people) >= LARGE_ROUND_VOLUNTEERS:
        give_back()  # all those tables, before the solver needs the room
    capacity = allowances(people, edges, minutes, per_volunteer=settings.per_volunteer)
    chosen = assign(edges.volunteer, edges.request, edges.score, capacity, seats, fill_first=settings.fill_first)
    with make_executor(
        1, len(people) * len(requests)
    ) as meanwhile:  # proving is mostly numpy's work, telling mostly Python's
        figures = meanwhile.submit(_figures, people, edges, chosen, capacity, seats, settings)
        pairs = _pairs(people, asked, edges, chosen, capacity)
        judge = Evaluator(people, today=settings.as_of, weights=settings.weights, volunteer_weeks=weeks)
        unmet = _unmet(judge, asked, edges, chosen, seats, settings.seed)
        told = _reasons(people, asked, edges, np.flatnonzero(chosen))
        return RoundPlan(pairs, unmet, figures.result(), told)


def _kept(
    judge: Evaluator,
    requests: Sequence[RequestFacts],
    seats: Any,
    minutes: Any,
    settings: RoundParameters,
    progress: Progress | None,
) -> CandidateEdges:
    """The pairs to choose among."""
    people, each = judge.volunteers, settings.per_volunteer
    keep = partial(keep_best, judge, requests, seed=settings.seed, progress=progress)
    plenty = supply_exceeds_demand(people, seats, per_volunteer=each)
    if settings.max_candidates != AS_NEEDED:
        return keep(most=settings.max_candidates, of_each=0 if plenty else MAX_PER_VOLUNTEER)
    if plenty:
        edges = keep(most=candidate_limits(len(people), seats), of_each=0)
        # Only now is known who can take anything at all, and which seats nobody can.
        if supply_exceeds_demand(
            people, np.minimum(seats, edges.eligible_count), per_volunteer=each, subset=edges.eligible
        ):
            return prune(edges, allowances(people, edges, minutes, per_volunteer=each), seats)
    return keep(most=np.maximum(MAX_CANDIDATES, 2 * seats), of_each=MAX_PER_VOLUNTEER)


def _pairs(
    people: VolunteerArrays, asked: RequestArrays, edges: CandidateEdges, chosen: Mask, capacity: Any
) -> tuple[RoundPair, ...]:
    """The chosen, and of each request the best who still have room, in the order of requests."""
    left = capacity - np.bincount(edges.volunteer[chosen], minlength=len(people))
    # Pairs of one request stand in their order already: by score, then by lot.
    line = np.flatnonzero(~chosen & (left[edges.volunteer] > 0))
    turn = 1 + rank_in_group(edges.request[line])
    line, turn = line[turn <= RESERVES_PER_REQUEST], turn[turn <= RESERVES_PER_REQUEST]
    rows = np.concatenate([np.flatnonzero(chosen), line])
    place = np.concatenate([np.zeros(len(rows) - len(line), np.int64), turn])
    order = np.lexsort((rows, place, edges.request[rows]))
    rows, place = rows[order], place[order]
    ids = people.ids[edges.volunteer[rows]], asked.ids[edges.request[rows]]
    return tuple(map(RoundPair, *(column.tolist() for column in (*ids, edges.score[rows], place))))


def _reasons(
    people: VolunteerArrays, asked: RequestArrays, edges: CandidateEdges, rows: Any
) -> dict[tuple[int, int], str]:
    """What is stored of each chosen pair, by the ids of volunteer and request."""
    who, what = edges.volunteer[rows], edges.request[rows]
    ids = zip(people.ids[who].tolist(), asked.ids[what].tolist(), strict=True)
    return dict(zip(ids, dump_reasons(people, asked, what, who, edges.average_minutes[rows]), strict=True))


def _unmet(
    judge: Evaluator, asked: RequestArrays, edges: CandidateEdges, chosen: Mask, seats: Any, seed: int
) -> tuple[UnfilledSeats, ...]:
    missing = seats - np.bincount(edges.request[chosen], minlength=len(seats))
    short = np.flatnonzero(missing > 0)
    first = np.searchsorted(edges.request, short).tolist()
    nearest = find_nearest_misses(judge, asked, short[edges.eligible_count[short] == 0].tolist(), seed=seed)
    found = []
    for number, row in zip(short.tolist(), first, strict=True):
        candidates = int(edges.eligible_count[number])
        place = int(edges.volunteer[row]) if candidates else nearest.get(number)
        nearest_id = None if place is None else int(judge.volunteers.ids[place])
        found.append(UnfilledSeats(int(asked.ids[number]), int(missing[number]), candidates, nearest_id))
    return tuple(found)


def find_nearest_misses(
    judge: Evaluator, asked: RequestArrays, rows: Sequence[int], *, seed: int = 0
) -> dict[int, int]:
    """By row of `asked` the place of whoever has the fewest gates closed, the best of them; none where nobody is there at all.

    Sought among those who have the skills and the language, else the skills, else among all.
    """
    found = dict[int, int]()
    for numbers, holders in iter_batches(_looked_at(judge, asked, rows)):
        who, what = np.concatenate(holders), np.repeat(np.array(numbers, np.int32), [len(one) for one in holders])
        gates, average = judge.check_pair_gates(asked, what, who)
        best = _fewest(what, sum(flags.astype(np.int32) for gate, flags in gates.items() if gate is not Gate.NOT_OPEN))
        who, what, average = who[best], what[best], average[best]
        score = judge.score_pairs(asked, what, who, average)
        key = sort_keys(judge.volunteers, asked, ScoredPairs(who, what, score, average), seed)
        for row, first, last in group_spans(what):
            found[row] = int(who[first + key[first:last].argmax()])
    return found


def _fewest(rows: NDArray[np.int32], closed: Any) -> NDArray[np.int64]:
    """The pairs that have as few closed as any of their request."""
    spans = group_spans(rows)
    fewest = [closed[first:last].min() for _row, first, last in spans]
    return np.flatnonzero(closed == np.repeat(fewest, [last - first for _row, first, last in spans]))


def _looked_at(judge: Evaluator, asked: RequestArrays, rows: Sequence[int]) -> Iterator[tuple[int, Indices]]:
    left = MAX_NEAR_MISS_PAIRS
    for number in rows:
        request = asked.requests[number]
        who = judge.candidate_index.list_with_skills_and_language(request)
        who = who if len(who) else judge.candidate_index.list_with_skills(request)
        if not len(who) and left > 0:
            who = judge.candidate_index.list_all()
            left -= len(who)
        yield number, who


def _figures(
    people: VolunteerArrays,
    edges: CandidateEdges,
    chosen: Mask,
    capacity: NDArray[np.int64],
    seats: NDArray[np.int64],
    settings: RoundParameters,
) -> RoundFigures:
    simple = greedy(edges.volunteer, edges.request, edges.score, capacity, seats)
    most = bound_optimum(
        edges.volunteer, edges.request, edges.score, capacity, seats, chosen,
        PrunedEdges(edges.best_pruned, edges.best_pruned_by_volunteer), fill_first=settings.fill_first,
    )  # fmt: skip
    able = people.ready & (capacity > 0)
    busy: Indices = np.unique(edges.volunteer[chosen])
    return RoundFigures(
        volunteers=int(able.sum()),
        requests=len(seats),
        seats=int(seats.sum()),
        pairs=int(edges.eligible_count.sum()),
        kept=len(edges),
        filled=int(chosen.sum()),
        score=int(edges.score[chosen].sum()),
        greedy_filled=int(simple.sum()),
        greedy_score=int(edges.score[simple].sum()),
        most_filled=most.most_pairs,
        most_score=most.most_score,
        idle=int(able.sum()) - len(busy),
        per_volunteer=settings.per_volunteer,
        per_seat=settings.per_seat,
    )
