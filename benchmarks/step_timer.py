"""Measures the steps of a round: seconds and memory of each, the chosen pairs and what other methods would choose."""

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
    """Return the peak memory of this process so far, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


class StepTimer:
    """Wall and CPU seconds of the steps; `wrap` makes a function of a module count as one."""

    def __init__(self) -> None:
        self.wall = defaultdict(float, dict.fromkeys(STEPS, 0.0))
        self.cpu = defaultdict(float, dict.fromkeys(STEPS, 0.0))
        self.peaks: dict[str, float] = {}
        self.calls: dict[str, Any] = {}

    def wrap(self, module: Any, name: str, step: str, *, remember: bool = False) -> None:
        """Time every call; `remember` keeps the last arguments and result, whose memory then counts."""
        inner: Callable[..., Any] = getattr(module, name)

        def measure_call(*args: Any, **named: Any) -> Any:
            wall, cpu = time.perf_counter(), time.process_time()
            result = inner(*args, **named)
            self.wall[step] += time.perf_counter() - wall
            self.cpu[step] += time.process_time() - cpu
            self.peaks[step] = peak_memory_mb()
            if remember:
                self.calls[name] = (args, result)
            return result

        setattr(module, name, measure_call)


def instrument_round(timer: StepTimer) -> None:
    """Wrap the functions that are the steps of a round."""
    from volunteer_hub.matching.engine import loading  # noqa: PLC0415
    from volunteer_hub.rounds.engine import planning  # noqa: PLC0415
    from volunteer_hub.rounds.service import lifecycle  # noqa: PLC0415

    timer.wrap(loading, "load_volunteers", "load")
    timer.wrap(loading, "load_requests", "load")
    timer.wrap(planning, "keep_best", "judge")
    timer.wrap(planning, "prune", "narrow")
    timer.wrap(planning, "assign", "solve", remember=True)
    timer.wrap(planning, "bound_optimum", "bound", remember=True)
    timer.wrap(planning, "greedy", "greedy", remember=True)
    timer.wrap(planning, "_build_figures", "figures", remember=True)
    timer.wrap(planning, "find_nearest_misses", "near misses")
    timer.wrap(planning, "dump_reasons", "reasons")
    timer.wrap(lifecycle, "store", "store")


def collect_figures(timer: StepTimer, path: str) -> Figures:
    """Return the timings and results of a round; save its pairs to `path` if given."""
    from volunteer_hub.rounds.solver.greedy import gale_shapley  # noqa: PLC0415

    (volunteer, request, score, capacity, seats), mask = timer.calls["assign"]
    (*_others, dropped), proved = timer.calls["bound_optimum"]
    _edges, by_list = timer.calls["greedy"]
    noise = np.random.default_rng(2).integers(0, 40, len(score))
    offers = gale_shapley(volunteer, request, score, capacity, seats, liking=score + noise)
    if path:
        np.savez(path, volunteer=volunteer, request=request, score=score, capacity=capacity, seats=seats,
                 dropped_of_request=dropped.of_request,
                 dropped_of_volunteer=np.full(len(capacity), 100) if dropped.of_volunteer is None else dropped.of_volunteer)  # fmt: skip
    return {
        "peaks": timer.peaks, "steps": timer.wall, "steps_cpu": timer.cpu, "pairs": timer.calls["_build_figures"][1].pairs, "kept": len(score),
        "seats": int(seats.sum()), "capacity": int(capacity.sum()),
        **{name: (int(chosen.sum()), int(score[chosen].sum())) for name, chosen in (("exact", mask), ("greedy", by_list), ("deferred", offers))},
        "bound": (proved.most_pairs, proved.most_score),
    }  # fmt: skip
