"""Temporary copies of the working tree, in which sources may be changed."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config import ROOT

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".mutants", ".*_cache", ".hypothesis", "__pycache__", "node_modules")


@contextmanager
def copy_tree() -> Iterator[Path]:
    """Yield the folder of a copy that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="mutants_") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        yield copy
