"""The solver from 25 x 40 up: seconds, memory, and the results of greedy, deferred acceptance and another solver.

Each line runs in a process of its own, so that its peak memory is its own. Seconds are without imports; short runs
are repeated and the best is taken. `MATCHING_BENCH=full` adds 750,000 x 50,000, `MATCHING_BENCH=lp` the linear
programme at 100,000 x 20,000 (minutes); `full,lp` does both.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.support.instances import Instance, make_instance
from volunteer_hub.rounds.solver.assignment import assign
from volunteer_hub.rounds.solver.greedy import gale_shapley, greedy
from volunteer_hub.rounds.solver.optimality_bound import PrunedEdges, bound_optimum

SIZES = [(25, 40), (1000, 1000), (10_000, 5000), (100_000, 20_000)]
SURGE = (750_000, 50_000)
FILL_FIRST_UP_TO, LINEAR_UP_TO, SHORT = 1000, 5000, 0.2
Mask = NDArray[np.bool_]
Figures = dict[str, Any]


def fill_first(instance: Instance) -> Figures:
    """Solve exactly, seats first."""
    return summarise(instance, assign(*instance.columns))


def score_alone(instance: Instance) -> Figures:
    """Solve exactly for the score alone."""
    return summarise(instance, assign(*instance.columns, fill_first=False))


def by_list(instance: Instance) -> Figures:
    """Solve greedily. Deferred acceptance gives the same where both sides rank by the score."""
    return summarise(instance, greedy(*instance.columns))


def by_offers(instance: Instance) -> Figures:
    """Solve by deferred acceptance, with volunteers who rank slightly differently than the score."""
    noise = np.random.default_rng(2).integers(0, 40, len(instance.score))
    return summarise(instance, gale_shapley(*instance.columns, liking=instance.score + noise))


def linear_fill_first(instance: Instance) -> Figures:
    """Solve the linear programme with a bonus per pair that outweighs all scores together."""
    most = min(int(instance.capacity.sum()), int(instance.seats.sum()))
    return linear(instance, most * int(instance.score.max()) + 1)


def linear_score_alone(instance: Instance) -> Figures:
    """Solve the linear programme for the score alone."""
    return linear(instance, 0)


def optimality_bound(instance: Instance) -> Figures:
    """Return the upper bound over all pairs, pruned ones included; its seconds are the bound's alone."""
    mask = assign(*instance.columns)
    dropped = PrunedEdges(instance.dropped_of_request, instance.dropped_of_volunteer)
    began = time.perf_counter()
    proved = bound_optimum(*instance.columns, mask, dropped)
    seconds = time.perf_counter() - began
    return {"pairs": proved.most_pairs, "score": proved.most_score, "seconds": seconds}


def summarise(instance: Instance, mask: Mask) -> Figures:
    """Return the number of pairs and the score of a mask."""
    return {"pairs": int(mask.sum()), "score": int(instance.score[mask].sum())}


def linear(instance: Instance, pair_bonus: int) -> Figures:
    """Return pairs and score of the optimum by HiGHS, through scipy, a development dependency."""
    from scipy.optimize import linprog  # noqa: PLC0415 -- 60 MB that must not count for the other lines
    from scipy.sparse import coo_array, vstack  # noqa: PLC0415

    volunteer, request, score, capacity, seats = instance.columns
    one, column = np.ones(len(score)), np.arange(len(score))
    sides = ((volunteer, len(capacity)), (request, len(seats)))
    limits = vstack([coo_array((one, (ids, column)), shape=(size, len(score))) for ids, size in sides])
    solution = linprog(
        -(score + float(pair_bonus)), limits, np.concatenate([capacity, seats]), bounds=(0, 1), method="highs"
    )
    return {"pairs": round(solution.x.sum()), "score": round(solution.x @ score)}


LINES: dict[str, Callable[[Instance], Figures]] = {
    "exact, fill first": fill_first,
    "  HiGHS says": linear_fill_first,
    "exact, score alone": score_alone,
    "  HiGHS says ": linear_score_alone,
    "greedy": by_list,
    "deferred acceptance": by_offers,
    "no choice over all pairs": optimality_bound,
}


def measure_line(way: str, path: str) -> Figures:
    """Return one line's figures, measured in this process."""
    with np.load(path) as file:
        instance = Instance(*(file[name] for name in Instance.__dataclass_fields__))
    run = LINES[way]
    run(make_instance(25, 40))  # imports
    before = peak_memory_mb()
    best: Figures = {"seconds": float("inf")}
    began = time.perf_counter()
    while best["seconds"] == float("inf") or time.perf_counter() - began < SHORT:
        start = time.perf_counter()
        figures = {"seconds": 0.0} | run(instance)
        figures["seconds"] = figures["seconds"] or time.perf_counter() - start
        best = min(best, figures, key=lambda run_figures: run_figures["seconds"])
    return best | {"added": peak_memory_mb() - before, "peak": peak_memory_mb()}


def peak_memory_mb() -> float:
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def run_in_subprocess(way: str, path: Path) -> Figures:
    """Measure one line in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.solving", way, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def lines_to_skip(requests: int, *, linear_too: bool) -> set[str]:
    """Return the linear programmes that would take too long; those with a bonus per pair are hard for HiGHS."""
    seats_first, alone = (way for way in LINES if "HiGHS" in way)
    hard = {seats_first} if requests > FILL_FIRST_UP_TO else set()
    return hard | {alone} if requests > LINEAR_UP_TO and not linear_too else hard


def print_size(volunteers: int, requests: int, folder: Path, *, linear_too: bool) -> None:
    """Print all lines of one size."""
    instance = make_instance(volunteers, requests)
    path = folder / f"{volunteers}.npz"
    np.savez(path, **{name: getattr(instance, name) for name in Instance.__dataclass_fields__})
    print(f"\n{volunteers:,} x {requests:,}: {len(instance.score):,} pairs, {instance.seats.sum():,} seats")
    del instance
    exact: Figures = {}
    leave = lines_to_skip(requests, linear_too=linear_too)
    for way in (way for way in LINES if way not in leave):
        figures = run_in_subprocess(way, path)
        if way.startswith("exact"):
            exact = figures
        print_line(way, figures, exact)


def print_line(way: str, figures: Figures, exact: Figures) -> None:
    """Print one aligned line; the share is of the exact score above it."""
    share = 100 * figures["score"] / exact["score"]
    note = ""
    if "HiGHS" in way:
        note = "agrees" if all(figures[of] == exact[of] for of in ("pairs", "score")) else "DIFFERS"
    print(
        f"  {way:<25}{figures['seconds']:>9.4f} s {figures['added']:>6.0f} MB more, peak {figures['peak']:>5.0f} MB"
        f"{figures['pairs']:>9,} pairs {figures['score']:>11,} score {share:>8.3f} % {note}"
    )


def main() -> None:
    """Print the table."""
    wanted = os.environ.get("MATCHING_BENCH", "").split(",")
    print("\nSolving: at most the best 50 pairs a request; the share is of the exact score over the kept pairs")
    with tempfile.TemporaryDirectory() as folder:
        for volunteers, requests in SIZES + [SURGE] * ("full" in wanted):
            linear_too = "lp" in wanted and requests < SURGE[1]
            print_size(volunteers, requests, Path(folder), linear_too=linear_too)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure_line(sys.argv[1], sys.argv[2])))
    else:
        main()
