"""What a benchmark of rounds looks at: the seconds and the memory of each step, what was chosen and what else would have been."""

from __future__ import annotations

import resource
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

Figures = dict[str, Any]
STEPS = ("load", "judge", "narrow", "solve", "bound", "greedy", "near misses", "reasons", "store")


def peak_memory_mb() -> float:
    """The most memory this process had so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class StepTimer:
    """Wall and CPU seconds of the steps; `around` makes a function of a module count as one."""

    def __init__(self) -> None:
        self.wall = defaultdict(float, dict.fromkeys(STEPS, 0.0))
        self.cpu = defaultdict(float, dict.fromkeys(STEPS, 0.0))
        self.peaks: dict[str, float] = {}
        self.seen: dict[str, Any] = {}

    def around(self, module: Any, name: str, step: str, *, remember: bool = False) -> None:
        """Time every call; `remember` the last arguments and result (what is remembered is not let go: its room counts)."""
        inner: Callable[..., Any] = getattr(module, name)

        def timed(*args: Any, **named: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            found = inner(*args, **named)
            self.wall[step] += time.perf_counter() - wall
            self.cpu[step] += time.process_time() - cpu
            self.peaks[step] = peak_memory_mb()
            if remember:
                self.seen[name] = (args, found)
            return found

        setattr(module, name, timed)


def instrument_round(clock: StepTimer) -> None:
    """Put the clock around the steps of a round."""
    from volunteer_hub.matching.engine import loading
    from volunteer_hub.rounds.engine import planning  # noqa: PLC0415
    from volunteer_hub.rounds.service import lifecycle  # noqa: PLC0415

    clock.around(loading, "load_people", "load")
    clock.around(loading, "load_requests", "load")
    clock.around(planning, "keep_best", "judge")
    clock.around(planning, "narrowed", "narrow")
    clock.around(planning, "assign", "solve", remember=True)
    clock.around(planning, "bound", "bound", remember=True)
    clock.around(planning, "greedy", "greedy", remember=True)
    clock.around(planning, "_figures", "figures", remember=True)
    clock.around(planning, "nearest_misses", "near misses")
    clock.around(planning, "reasons", "reasons")
    clock.around(lifecycle, "keep", "store")


def collect_figures(clock: StepTimer, path: str) -> Figures:
    """What the clock has seen."""
    from volunteer_hub.rounds.solver.greedy import deferred_acceptance  # noqa: PLC0415

    (volunteer, request, score, capacity, seats), mask = clock.seen["assign"]
    (*_others, dropped), proved = clock.seen["bound"]
    _edges, by_list = clock.seen["greedy"]
    whims = np.random.default_rng(2).integers(0, 40, len(score))
    offers = deferred_acceptance(volunteer, request, score, capacity, seats, liking=score + whims)
    if path:
        np.savez(path, volunteer=volunteer, request=request, score=score, capacity=capacity, seats=seats,
                 dropped_of_request=dropped.of_request,
                 dropped_of_volunteer=np.full(len(capacity), 100) if dropped.of_volunteer is None else dropped.of_volunteer)  # fmt: skip
    return {
        "peaks": clock.peaks, "steps": clock.wall, "steps_cpu": clock.cpu, "pairs": clock.seen["_figures"][1].pairs, "kept": len(score),
        "seats": int(seats.sum()), "capacity": int(capacity.sum()),
        **{name: (int(chosen.sum()), int(score[chosen].sum())) for name, chosen in (("exact", mask), ("greedy", by_list), ("deferred", offers))},
        "bound": (proved.most_pairs, proved.most_score),
    }  # fmt: skip
