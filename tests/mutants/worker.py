"""The pytest plugin that meets mutants with tests: one process, one fork for each mutant."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import json
import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutants.mutations import PACKAGE, Mutant, list_mutants

FUNCTION_FLAG = 1
"""Set in the code of functions (CO_OPTIMIZED), not in that of modules and class bodies."""
FRESH_SECONDS = 20
"""The time for tests in a new process."""
KILLED, SURVIVED = 1, 0


@dataclasses.dataclass(frozen=True)
class Task:
    """A mutant and the tests that meet it, in this order: (test, seconds that it takes)."""

    module: str
    number: int
    is_fresh: bool
    """Whether the statement also runs when the application is made, so that a fork comes too late."""
    tests: list[tuple[str, float]]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take the files of tasks and of results."""
    parser.addoption("--tasks", type=Path)
    parser.addoption("--results", type=Path)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    """Meet each mutant with its tests instead of running the tests."""
    tasks = [Task(**task) for task in json.loads(session.config.getoption("tasks").read_text())]
    items = {item.nodeid: item for item in session.items}
    _start_application(session)
    killers: dict[str, list[str]] = defaultdict(list)
    with session.config.getoption("results").open("a") as results:
        for task in tasks:
            mutant = list_mutants(task.module)[task.number]
            killer = _meet(session, mutant, task, items, killers[f"{task.module}:{mutant.function}"])
            results.write(json.dumps({"module": task.module, "number": task.number, "killer": killer}) + "\n")
            results.flush()
    return True


def _start_application(session: pytest.Session) -> None:
    """Run a test that uses the database, so that forks find the application made and migrated."""
    item = next(item for item in session.items if "app" in getattr(item, "fixturenames", ()))
    runtestprotocol(item, nextitem=item, log=False)
    session._setupstate.teardown_exact(session)  # type: ignore[arg-type]


def _meet(session: pytest.Session, mutant: Mutant, task: Task, items: dict[str, Any], killers: list[str]) -> str | None:
    """Return the test that kills the mutant; None if it survives. Tests that killed others of its function go first."""
    path = PACKAGE / mutant.module
    original = path.read_text()
    code = compile(original, str(path), "exec")
    tests = sorted(task.tests, key=lambda test: killers.index(test[0]) if test[0] in killers else len(killers))
    path.write_text(mutant.source)
    try:
        is_inside = _is_in_functions(code, mutant.code)
        killer = (
            _run_forked(session, mutant, [(items[test], seconds) for test, seconds in tests]) if is_inside else None
        )
        if killer is None and (task.is_fresh or not is_inside):
            killer = _run_fresh(cut_off(tests, FRESH_SECONDS))
    finally:
        path.write_text(original)
    if killer and killer not in killers:
        killers.insert(0, killer)
    return killer


def cut_off(tests: list[tuple[str, float]], limit: float) -> list[tuple[str, float]]:
    """Return the first tests, at least one, that together take at most `limit` seconds."""
    totals = itertools.accumulate(seconds for _test, seconds in tests)
    return [test for test, total in zip(tests, totals, strict=True) if total <= limit] or tests[:1]


def _run_fresh(tests: list[tuple[str, float]]) -> str | None:
    options = ["-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--tb=no", "-rfE"]
    command = [sys.executable, "-m", "pytest", *options, *(test for test, _seconds in tests)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=20 * FRESH_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return "timeout"
    lines = [line for line in run.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return None if run.returncode == 0 else (lines[0].split()[1] if lines else "import")


def _run_forked(session: pytest.Session, mutant: Mutant, tests: list[tuple[Any, float]]) -> str | None:
    """Run the tests in a fork that writes the name of the first that fails."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _exchange_code(mutant)
            _run_tests(session, tests, writing)
        finally:
            os._exit(KILLED)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        names = pipe.read().split("\n")
    _pid, status = os.waitpid(child, 0)
    return names[-2] if status and len(names) > 1 else ("start" if status else None)


def _run_tests(session: pytest.Session, tests: list[tuple[Any, float]], names: int) -> None:
    """Exit with KILLED at the first test that fails, else with SURVIVED. A test that hangs ends the process."""
    os.setpgid(0, 0)
    for item, seconds in tests:
        os.write(names, f"{item.nodeid}\n".encode())
        signal.setitimer(signal.ITIMER_REAL, 15 + 8 * seconds)
        if any(report.failed for report in runtestprotocol(item, nextitem=session, log=False)):  # type: ignore[arg-type]
            os._exit(KILLED)
    os._exit(SURVIVED)


def _exchange_code(mutant: Mutant) -> None:
    """Give each function of the mutant's module the code that the mutant has for it."""
    filename = str(PACKAGE / mutant.module)
    codes = {(code.co_qualname, code.co_firstlineno): code for code in _list_codes(mutant.code)}
    for function in [value for value in gc.get_objects() if isinstance(value, FunctionType)]:
        old = function.__code__
        new = codes.get((old.co_qualname, old.co_firstlineno)) if old.co_filename == filename else None
        if new and len(new.co_freevars) == len(old.co_freevars):
            function.__code__ = new


def _list_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _list_codes(constant)


def _is_in_functions(code: CodeType, mutated: CodeType) -> bool:
    """Return whether the two differ in the code of functions alone, which closures can take over as it is."""
    return all(
        old.co_freevars == new.co_freevars if old.co_flags & FUNCTION_FLAG else _own(old) == _own(new)
        for old, new in zip(_list_codes(code), _list_codes(mutated), strict=False)
    )


def _own(code: CodeType) -> tuple[Any, ...]:
    return code.co_code, code.co_names, [value for value in code.co_consts if not isinstance(value, CodeType)]
