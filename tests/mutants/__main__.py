"""The command: makes the mutants, lets two workers meet them, and prints a table and the survivors."""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tomllib
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from config import ROOT
from tests.mutants.copies import copy_tree
from tests.mutants.measure import START, STORE, find_lines
from tests.mutants.mutations import Mutant, list_mutants
from tests.mutants.worker import cut_off

MODULES = (
    "placements/service/manager_release.py",
    "scheduler/jobs.py",
    "scheduler/service.py",
    "mail/delivery.py",
    "core/idempotency.py",
    "privacy/service/erasure.py",
    "privacy/service/erasure_requests.py",
    "accounts/service/tokens.py",
    "hours/service.py",
    "hours/rules.py",
    "core/states.py",
    "core/throttle.py",
    "accounts/service/sessions.py",
    "budgets/service.py",
    "partner_requests/service/seats.py",
    "audit/service.py",
    "core/access.py",
    "placements/service/approval.py",
    "fit/rules/calendars.py",
    "fit/rules/evaluation.py",
)
WORKERS = 2
MAX_SECONDS = 40
"""The tests of one mutant are cut off where together they would take longer."""
LEFT = frozenset({"survived", "unmet"})
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


class Result(NamedTuple):
    """What became of a mutant: `killed`, `survived`, `unmet` where no test runs its statement, or `equivalent`."""

    mutant: Mutant
    outcome: str
    killer: str = ""


def main() -> None:
    """Run the command."""
    options = _parse_options()
    equivalents: dict[str, dict[str, str]] = tomllib.loads(EQUIVALENT.read_text())
    mutants = [mutant for module in options.modules for mutant in _choose(module, options)]
    equal = [mutant for mutant in mutants if _is_equivalent(mutant, equivalents)]
    results = [Result(mutant, "equivalent") for mutant in equal]
    results += _meet_all([mutant for mutant in mutants if mutant not in equal], options.database)
    _keep_survivors(results)
    report = [_format_survivors(results), _format_table(results), _format_stale(options.modules, equivalents)]
    sys.stdout.write("\n".join(report) + "\n")


def _parse_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Mutation tests, see __init__.py.")
    parser.add_argument("modules", nargs="*", default=MODULES, metavar="MODULE")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--sample", type=int, help="this many mutants of each module")
    parser.add_argument("--again", action="store_true", help="those alone that the last run of their module left alive")
    parser.add_argument("--function", help="the mutants of this function alone")
    return parser.parse_args()


def _choose(module: str, options: argparse.Namespace) -> list[Mutant]:
    is_for_locks = options.database == "postgresql"
    mutants = [mutant for mutant in list_mutants(module) if (mutant.kind == "lock") is is_for_locks]
    if options.function:
        mutants = [mutant for mutant in mutants if options.function in mutant.function.split(".")]
    if options.again:
        left = json.loads(_store(module).read_text())
        mutants = [mutant for mutant in mutants if f"{mutant.function} {mutant.change}" in left]
    if options.sample and options.sample < len(mutants):
        mutants = sorted(random.Random(1).sample(mutants, options.sample), key=lambda mutant: mutant.number)  # noqa: S311
    return mutants


def _is_equivalent(mutant: Mutant, equivalents: dict[str, dict[str, str]]) -> bool:
    return mutant.change in equivalents.get(f"{mutant.module}:{mutant.function}", {})


def _meet_all(mutants: list[Mutant], database: str) -> list[Result]:
    lines = find_lines(sorted(set(MODULES) | {mutant.module for mutant in mutants}), database)
    tasks = [_make_task(mutant, lines) for mutant in mutants]
    killers = _run_workers([task for task in tasks if task["tests"]], database)
    results = []
    for mutant, task in zip(mutants, tasks, strict=True):
        killer = killers.get((mutant.module, mutant.number))
        outcome = "killed" if killer else ("survived" if task["tests"] else "unmet")
        results.append(Result(mutant, outcome, killer or ""))
    return results


def _make_task(mutant: Mutant, lines: dict[str, Any]) -> dict[str, Any]:
    statement = f"{mutant.module}:{mutant.line}"
    runs_at_start = not mutant.function or statement in lines[START]["hits"]
    prefix = f"{mutant.module}:" if runs_at_start else statement
    tests = {
        test: result
        for test, result in lines.items()
        if test != START
        and any(hit == statement or (runs_at_start and hit.startswith(prefix)) for hit in result["hits"])
    }
    in_order = sorted(tests, key=lambda test: _rank(test, tests[test]["hits"], mutant))
    timed = [(test, tests[test]["seconds"]) for test in in_order]
    return {
        "module": mutant.module,
        "number": mutant.number,
        "is_fresh": runs_at_start,
        "tests": cut_off(timed if mutant.function else _join_files(timed), MAX_SECONDS),
    }


def _join_files(tests: list[tuple[str, float]]) -> list[tuple[str, float]]:
    """Return whole files: a test may read what stands outside of functions without running any."""
    seconds: Counter[str] = Counter()
    for test, duration in tests:
        seconds[test.split("::")[0]] += duration  # type: ignore[assignment]
    return list(seconds.items())


def _rank(test: str, hits: list[str], mutant: Mutant) -> tuple[bool, float, float]:
    """Put the tests of the module's area and the races first, among them the newest files, then what runs little else."""
    path = test.split("::")[0]
    share = sum(hit.startswith(f"{mutant.module}:") for hit in hits) / len(hits)
    is_near = path.split("/")[1] in {mutant.module.split("/")[0], "races"}
    return not is_near, -(ROOT / path).stat().st_mtime // 60, -share


def _run_workers(tasks: list[dict[str, Any]], database: str) -> dict[tuple[str, int], str]:
    """Return the killer of each mutant that was killed, by (module, number)."""
    with ExitStack() as stack:
        folders = [stack.enter_context(copy_tree()) for _worker in range(WORKERS)]
        workers = [_start(folder, tasks[index::WORKERS], database) for index, folder in enumerate(folders)]
        for worker in workers:
            worker.wait()
        rows = [json.loads(line) for folder in folders for line in (folder / "results").read_text().splitlines()]
        if len(rows) < len(tasks):
            sys.exit("\n".join((folder / "log").read_text()[-3000:] for folder in folders))
    return {(row["module"], row["number"]): row["killer"] for row in rows if row["killer"]}


def _start(folder: Path, tasks: list[dict[str, Any]], database: str) -> subprocess.Popen[bytes]:
    (folder / "tasks").write_text(json.dumps(tasks))
    (folder / "results").touch()
    files = sorted({test.split("::")[0] for task in tasks for test, _seconds in task["tests"]})
    command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.worker", "-p", "no:cacheprovider", "-p", "no:xdist"]
    command += [f"--database={database}", "--tasks", "tasks", "--results", "results", *files]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)


def _store(module: str) -> Path:
    return STORE / f"{module.replace('/', '.')}.json"


def _keep_survivors(results: list[Result]) -> None:
    for module in {result.mutant.module for result in results}:
        left = [part.mutant for part in results if part.mutant.module == module and part.outcome in LEFT]
        _store(module).write_text(json.dumps([f"{mutant.function} {mutant.change}" for mutant in left]))


def _format_survivors(results: list[Result]) -> str:
    left = [result for result in results if result.outcome in LEFT]
    return "\n".join(
        f"volunteer_hub/{mutant.module}:{mutant.line} {mutant.function} [{mutant.kind}, {outcome}]\n    {mutant.change}"
        for mutant, outcome, _killer in left
    )


def _format_table(results: list[Result]) -> str:
    header = f"\n{'module':42}  made killed survived unmet equivalent  score"
    modules = dict.fromkeys(result.mutant.module for result in results)
    rows = [_format_row(module, [part for part in results if part.mutant.module == module]) for module in modules]
    return "\n".join([header, *rows, _format_row("all", results)])


def _format_row(name: str, results: list[Result]) -> str:
    count = Counter(result.outcome for result in results)
    met = len(results) - count["equivalent"]
    score = f"{100 * count['killed'] / met:.0f} %" if met else "-"
    return (
        f"{name:42} {len(results):5} {count['killed']:6} {count['survived']:8} {count['unmet']:5}"
        f" {count['equivalent']:10} {score:>6}"
    )


def _format_stale(modules: list[str], equivalents: dict[str, dict[str, str]]) -> str:
    made = {(f"{m.module}:{m.function}", m.change) for module in modules for m in list_mutants(module)}
    listed = {(place, change) for place, changes in equivalents.items() for change in changes}
    stale = sorted(pair for pair in listed - made if pair[0].split(":")[0] in modules)
    return "\n".join(f"equivalent.toml names what is not made: {place} {change}" for place, change in stale)


if __name__ == "__main__":
    main()
