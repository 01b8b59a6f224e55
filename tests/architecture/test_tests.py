"""What several tests need is in tests/support or tests/factories; a file of tests is named after its subject."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import ROOT, relative_path

FILES = sorted((ROOT / "tests").rglob("*.py"))
VAGUE_NAME = re.compile(r"_(more|again|deeper|misc|extra|further|rest|other|others|new)(_|\.py$)|_\d+\.py$")


def list_foreign_imports(source: str) -> Iterator[str]:
    """Yield the modules that tests may not import: benchmarks, conftest files and other files of tests."""
    for node in ast.walk(ast.parse(source)):
        modules = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
        for module in modules:
            if module.split(".")[0] == "benchmarks" or re.search(r"\.(conftest|test_\w+)$", module):
                yield module


@pytest.mark.parametrize("path", FILES, ids=relative_path)
def test_tests_share_only_what_is_in_support(path: Path) -> None:
    assert list(list_foreign_imports(path.read_text())) == [], "move it to tests/support or tests/factories"


@pytest.mark.parametrize("path", FILES, ids=relative_path)
def test_a_file_is_named_after_its_subject(path: Path) -> None:
    assert not VAGUE_NAME.search(path.name), "say what is tested, not that it is more"


@pytest.mark.parametrize(
    "line",
    [
        "from tests.hours.conftest import entries",
        "from tests.mail.test_bounces import report",
        "import benchmarks.servers",
    ],
)
def test_control_a_foreign_import_is_found(line: str) -> None:
    assert len(list(list_foreign_imports(line))) == 1
    assert list(list_foreign_imports("from tests.support.hours import entries\nimport pytest")) == []


@pytest.mark.parametrize("name", ["test_rounds_again.py", "test_more_tools.py", "test_rules_2.py"])
def test_control_a_vague_name_is_found(name: str) -> None:
    assert VAGUE_NAME.search(name)
    assert not VAGUE_NAME.search("test_renewal.py")
