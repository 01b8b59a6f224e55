"""Which test runs which statement of the modules: measured once for each test file, kept in `.mutants/`."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from config import ROOT
from tests.mutants.copies import copy_tree

STORE = ROOT / ".mutants"
FOLDER_VARIABLE = "MUTANTS_MEASURE"
LEFT_OUT = ("browser", "serving", "scripts", "architecture", "mutants")
"""Folders of tests that run the service in processes of their own, or only read its source."""

hits: set[str] = set()


def hit(statement: str) -> None:
    """Note that a statement runs."""
    hits.add(statement)


class _Probes(ast.NodeTransformer):
    def __init__(self, module: str) -> None:
        self.module, self.inside = module, False

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Put probes into a function's body."""
        was_inside, self.inside = self.inside, True
        self.generic_visit(node)
        self.inside = was_inside
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Put a probe before each statement of each block."""
        super().generic_visit(node)
        for field in ("body", "orelse", "finalbody"):
            block = getattr(node, field, None)
            if self.inside and isinstance(block, list):
                setattr(node, field, [part for statement in block for part in (self._probe(statement), statement)])
        return node

    def _probe(self, statement: ast.stmt) -> ast.stmt:
        return ast.parse(f"__hit__({f'{self.module}:{statement.lineno}'!r})").body[0]


def add_probes(source: str, module: str) -> str:
    """Return the source with a probe before each statement of its functions."""
    tree = _Probes(module).visit(ast.parse(source))
    first = next(index for index, node in enumerate(tree.body) if isinstance(node, ast.ImportFrom)) + 1
    tree.body.insert(first, ast.parse("from tests.mutants.measure import hit as __hit__").body[0])
    return ast.unparse(ast.fix_missing_locations(tree))


def find_lines(modules: list[str], database: str) -> dict[str, Any]:
    """Return {test: {seconds, hits: [statement]}}, after measuring the test files that are new or changed.

    `START` stands among the tests for what runs before them.
    """
    STORE.mkdir(exist_ok=True)
    store = STORE / f"{database}.json"
    known = json.loads(store.read_text()) if store.exists() else {}
    keys = {path: _key(path, modules) for path in _test_files()}
    files = {path: known[path] for path in [*keys, START] if path in known and known[path]["key"] == keys.get(path, "")}
    missing = [path for path in keys if path not in files]
    if missing:
        results = _measure(missing, modules, database)
        files[START] = {"key": "", "tests": {START: results[START]}}
        for path in missing:
            tests = {test: result for test, result in results.items() if test.split("::")[0] == path}
            files[path] = {"key": keys[path], "tests": tests}
        store.write_text(json.dumps(files))
    return {test: result for entry in files.values() for test, result in entry["tests"].items()}


def _test_files() -> list[str]:
    paths = sorted((ROOT / "tests").rglob("test_*.py"))
    return [path.relative_to(ROOT).as_posix() for path in paths if path.parent.name not in LEFT_OUT]


def _key(path: str, modules: list[str]) -> str:
    sources = [ROOT / path, *(ROOT / "volunteer_hub" / module for module in modules)]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]


def _measure(paths: list[str], modules: list[str], database: str) -> dict[str, Any]:
    with copy_tree() as folder:
        output = folder / "hits"
        output.mkdir()
        for module in modules:
            source = folder / "volunteer_hub" / module
            source.write_text(add_probes(source.read_text(), module))
        command = [sys.executable, "-m", "pytest", "-p", "tests.mutants.measure", "-p", "no:cacheprovider"]
        command += ["-n", "2", "--dist", "loadfile", f"--database={database}", *paths]
        sys.stderr.write(f"measuring {len(paths)} test files\n")
        environment = os.environ | {FOLDER_VARIABLE: str(output)}
        subprocess.run(command, cwd=folder, env=environment, check=False, stdout=subprocess.DEVNULL)
        parts = [json.loads(part.read_text()) for part in output.iterdir()]
    results = {test: result for part in parts for test, result in part.items()}
    results[START] = {"seconds": 0, "hits": sorted({line for part in parts for line in part[START]["hits"]})}
    return results


# From here on: the plugin of the measuring run.

START = "start"
"""The entry of statements that run when modules are imported and when the application is made, before any test."""
_results: dict[str, Any] = {START: {"seconds": 0, "hits": []}}


def _note_start() -> None:
    _results[START]["hits"] = sorted(hits.union(_results[START]["hits"]))


def pytest_collection_finish() -> None:
    """Note what ran while the tests were imported."""
    _note_start()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Any:
    """Note what runs while the application is made."""
    if fixturedef.scope != "session":
        return (yield)
    before = set(hits)
    hits.clear()
    result = yield
    _note_start()
    hits.update(before)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Any:
    """Collect the statements that one test runs."""
    hits.clear()
    start = time.monotonic()
    result = yield
    if hits:
        _results[item.nodeid] = {"seconds": round(time.monotonic() - start, 3), "hits": sorted(hits)}
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Leave out a test that fails without any mutant."""
    if report.failed:
        hits.clear()


def pytest_sessionfinish() -> None:
    """Write what this process has measured."""
    if FOLDER_VARIABLE in os.environ:
        (Path(os.environ[FOLDER_VARIABLE]) / f"{os.getpid()}.json").write_text(json.dumps(_results))
