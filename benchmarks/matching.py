"""A whole matching round: load, gates, scores, exact solution, bound, reasons, storing; 25 x 40 to 750,000 x 50,000.

Each size runs in a process of its own over a database of its own (filled by another process), so that its peak memory
is its own. Wall seconds depend on the machine's load, so CPU seconds are printed beside them. Not timed: greedy,
deferred acceptance, the optimum over all pairs, and HiGHS on the same pairs. The largest size has no database: compute
only. `MATCHING_BENCH=postgresql` runs on PostgreSQL, `MATCHING_BENCH=full` adds the largest size.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade

from benchmarks import solving
from benchmarks.step_timer import STEPS, Figures, StepTimer, collect_figures, instrument_round, peak_memory_mb
from config import TestConfig
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db

SIZES = {
    (25, 40): "20 ms in a web request",
    (1000, 1000): "",
    (10_000, 5000): "1.5 s end to end, 300 MB, 99.9 % of all pairs",
    (100_000, 20_000): "5 s compute, 15 s end to end, 512 MB, 99.9 %",
}
SURGE = (750_000, 50_000)
SURGE_TARGET = "60 s compute, 4 GB"
EVERY_PAIR = {(10_000, 5000): 40, (100_000, 20_000): 40, SURGE: 100}
"""The number of pairs per request with which the search for the optimum over all pairs begins."""
LINEAR = {(25, 40): "fill first", (1000, 1000): "fill first", (10_000, 5000): "score alone"}


def application(address: str) -> Flask:
    """Return the application over a database."""
    return create_app(TestConfig, SQLALCHEMY_DATABASE_URI=address)


def make(address: str, volunteers: int, requests: int) -> Figures:
    """Migrate an empty database and fill it with a generated programme, or with reference data only for 0 volunteers."""
    from tests.support.matching_data import draw_world  # noqa: PLC0415
    from tests.support.matching_tables import insert  # noqa: PLC0415 -- imports numpy, which the idle process must not load
    from volunteer_hub.institutions import service as institutions  # noqa: PLC0415
    from volunteer_hub.matching.engine.loading import build_index  # noqa: PLC0415
    from volunteer_hub.vocabulary import service as vocabulary  # noqa: PLC0415

    with application(address).app_context():
        upgrade()
        institutions.load_reference()
        vocabulary.load_reference()
        db.session.commit()
        if volunteers:
            insert(draw_world(build_index(), volunteers, requests))
            db.session.execute(sa.text("ANALYZE"))
            db.session.commit()
    return {}


def idle(address: str) -> Figures:
    """Return the peak memory of a process that only starts and runs one query."""
    with application(address).app_context():
        db.session.execute(sa.text("SELECT count(*) FROM programme")).scalar()
    return {"peak": peak_memory_mb()}


def one_round(programme_id: int) -> tuple[float, float]:
    """Request a round, claim it, run it to its end. Returns wall and CPU seconds from claim to commit."""
    from volunteer_hub.core import clock as now  # noqa: PLC0415
    from volunteer_hub.programmes.models import Programme  # noqa: PLC0415
    from volunteer_hub.rounds import runner  # noqa: PLC0415
    from volunteer_hub.rounds.service import lifecycle  # noqa: PLC0415

    round_ = lifecycle.request_round(db.session.get_one(Programme, programme_id), actor=None, now=now.now(), seed=1)
    db.session.commit()
    wall, cpu = time.perf_counter(), time.process_time()
    if not runner.run(round_.id):
        raise RuntimeError("the round failed")
    return time.perf_counter() - wall, time.process_time() - cpu


def run(address: str, volunteers: int, path: str) -> Figures:
    """Time one round, or the median of twenty for the smallest size; save the kept pairs to `path` for comparisons."""
    timer = StepTimer()
    app = application(address)
    with app.test_request_context("/", method="POST"):
        from volunteer_hub.matching.engine import loading  # noqa: F401, PLC0415
        from volunteer_hub.rounds.solver.assignment import assign  # noqa: PLC0415 -- imports are not part of a round

        assign([0], [0], [1], [1], [1])
        programme_id = db.session.scalar(sa.text("SELECT max(id) FROM programme"))
        instrument_round(timer)
        took = [one_round(programme_id)]
        if volunteers <= 25:
            took = [one_round(programme_id) for _ in range(23)][3:]
            timer.wall = {step: seconds / 24 for step, seconds in timer.wall.items()}
            timer.cpu = {step: seconds / 24 for step, seconds in timer.cpu.items()}
        memory = peak_memory_mb()
    figures = {
        "wall": statistics.median(w for w, _c in took),
        "cpu": statistics.median(c for _w, c in took),
        "peak": memory,
    }
    return figures | collect_figures(timer, path)


def every_pair(address: str, most: int) -> Figures:
    """Return the optimum over all pairs of the programme in a database."""
    from tests.support.all_pairs_optimum import optimum  # noqa: PLC0415
    from volunteer_hub.matching.engine.loading import load_requests, load_volunteers  # noqa: PLC0415
    from volunteer_hub.matching.engine.volunteer_arrays import sort_by_skill  # noqa: PLC0415
    from volunteer_hub.rounds import runner  # noqa: PLC0415

    with application(address).app_context():
        programme_id = db.session.scalar(sa.text("SELECT max(id) FROM programme"))
        day = dt.date.fromisoformat(str(db.session.scalar(sa.text("SELECT max(as_of) FROM matching_round"))))
        settings = runner.current_parameters(programme_id, as_of=day, seed=1)
        people, (requests, free) = sort_by_skill(load_volunteers(today=day)), load_requests(programme_id, today=day)
        return {"all pairs": optimum(people, requests, free, {}, settings, most=most)}


def arrays(address: str, volunteers: int, requests: int, most: int) -> Figures:
    """Time the computation alone, from arrays, without a database; also return the optimum over all pairs."""
    from tests.support.all_pairs_optimum import optimum  # noqa: PLC0415
    from tests.support.matching_data import TODAY, draw_world  # noqa: PLC0415
    from tests.support.matching_tables import request_facts, volunteer_arrays  # noqa: PLC0415
    from volunteer_hub.fit.rules import FIRST_WEIGHTS  # noqa: PLC0415
    from volunteer_hub.matching.engine.loading import build_index  # noqa: PLC0415
    from volunteer_hub.matching.engine.volunteer_arrays import sort_by_skill  # noqa: PLC0415
    from volunteer_hub.rounds.engine import planning  # noqa: PLC0415
    from volunteer_hub.rounds.rules import RoundParameters  # noqa: PLC0415

    timer = StepTimer()
    with application(address).app_context():
        world = draw_world(build_index(), volunteers, requests)
        people, (facts, free) = sort_by_skill(volunteer_arrays(world)), request_facts(world)
        del world
        instrument_round(timer)
        wall, cpu = time.perf_counter(), time.process_time()
        settings = RoundParameters(as_of=TODAY, weights=FIRST_WEIGHTS, seed=1)
        planning.plan(people, facts, free, {}, settings)
        figures = {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu, "peak": peak_memory_mb()}
        figures["all pairs"] = optimum(people, facts, free, {}, settings, most=most)
    return figures | collect_figures(timer, "")


COMMANDS: dict[str, Callable[..., Figures]] = {
    "make": make,
    "idle": idle,
    "run": run,
    "every_pair": every_pair,
    "arrays": arrays,
}


def run_in_subprocess(name: str, *arguments: Any) -> Figures:
    """Run one of COMMANDS in a process of its own. Returns its figures."""
    command = [sys.executable, "-m", "benchmarks.matching", name, json.dumps(arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def print_size(size: tuple[int, int], target: str, figures: Figures, base: float) -> None:
    """Print the lines of one size; `base` is the memory of an idle process in MB."""
    compute = sum(figures["steps"][step] for step in ("judge", "narrow", "solve"))
    compute_cpu = sum(figures["steps_cpu"][step] for step in ("judge", "narrow", "solve"))
    print(f"\n{size[0]:,} x {size[1]:,}   {'target: ' + target if target else ''}")
    print(
        f"  end to end {figures['wall']:.3f} s ({figures['cpu']:.3f} CPU); gates, scores and solution {compute:.3f} s ({compute_cpu:.3f} CPU);"
        f" peak {figures['peak']:.0f} MB, {figures['peak'] - base:.0f} more than an idle process"
    )
    print("  " + ", ".join(f"{step} {figures['steps'][step]:.3f} ({figures['steps_cpu'][step]:.3f})" for step in STEPS))
    print(
        f"  {figures['pairs']:,} pairs with every gate open, {figures['kept']:,} kept; {figures['seats']:,} seats, {figures['capacity']:,} places of volunteers"
    )
    exact = figures["exact"]
    for name in ("exact", "greedy", "deferred", "bound", "all pairs"):
        if name in figures:
            filled, score = figures[name]
            print(
                f"  {name:<9}{filled:>8,} seats {score:>11,} score, exact is {100 * exact[1] / score:.3f} % of it; seats {100 * exact[0] / filled:.3f} %"
            )


def linear(size: tuple[int, int], path: Path) -> tuple[str, Figures, Figures]:
    """Solve the same pairs with HiGHS and exactly, by the objective that HiGHS can solve at this size."""
    way = LINEAR[size]
    highs = "  HiGHS says" if way == "fill first" else "  HiGHS says "
    return way, solving.run_in_subprocess(highs, path), solving.run_in_subprocess("exact, " + way, path)


def measure_size(size: tuple[int, int], address: str, folder: Path) -> Figures:
    """Return all figures of one size."""
    run_in_subprocess("make", address, *size)
    path = folder / f"{size[0]}.npz"
    figures = run_in_subprocess("run", address, size[0], str(path))
    if size in EVERY_PAIR:
        figures |= run_in_subprocess("every_pair", address, EVERY_PAIR[size])
    if size in LINEAR:
        way, highs, exact = linear(size, path)
        same = all(highs[of] == exact[of] for of in ("pairs", "score"))
        figures["linear"] = (
            f"  HiGHS, {way}: {highs['pairs']:,} seats, {highs['score']:,} score: {'agrees' if same else 'DIFFERS'}"
        )
    return figures


def main() -> None:
    """Print the table."""
    wanted = os.environ.get("MATCHING_BENCH", "").split(",")
    print(
        "\nRounds of matching: a made-up programme of the curated words, one process each; seconds of wall (and of CPU)"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        server = None
        if "postgresql" in wanted:
            from tests.support import postgres  # noqa: PLC0415

            server = postgres.find_server(folder)
        empty = f"sqlite:///{folder}/empty.sqlite3"
        run_in_subprocess("make", empty, 0, 0)
        base = run_in_subprocess("idle", empty)["peak"]
        try:
            for size, target in SIZES.items():
                if server:
                    server.run(f"CREATE DATABASE bench_{size[0]}")
                address = server.url(f"bench_{size[0]}") if server else f"sqlite:///{folder}/{size[0]}.sqlite3"
                figures = measure_size(size, address, folder)
                print_size(size, target, figures, base)
                if "linear" in figures:
                    print(figures["linear"])
            if "full" in wanted:
                print_size(SURGE, SURGE_TARGET, run_in_subprocess("arrays", empty, *SURGE, EVERY_PAIR[SURGE]), base)
        finally:
            if server:
                server.stop()


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(COMMANDS[sys.argv[1]](*json.loads(sys.argv[2]))))
    else:
        main()
