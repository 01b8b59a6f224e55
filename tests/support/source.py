"""Reads the service's source, for the architecture tests."""

from __future__ import annotations

import ast
import enum
import importlib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from config import ROOT

PACKAGE = ROOT / "volunteer_hub"
TEMPLATES = ROOT / "templates"


def python_files() -> list[Path]:
    """Return every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def relative_path(path: Path) -> str:
    """Return a file's path relative to the repository."""
    return str(path.relative_to(ROOT))


def find_calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Yield the calls of functions and methods of that name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            function = node.func
            if (isinstance(function, ast.Attribute) and function.attr == name) or (
                isinstance(function, ast.Name) and function.id == name
            ):
                yield node


def area_modules(file: str) -> list[ModuleType]:
    """Import the modules of that file name, one per area."""
    paths = sorted(PACKAGE.glob(f"*/{file}.py"))
    return [importlib.import_module(f"volunteer_hub.{path.parent.name}.{file}") for path in paths]


def enums(module: ModuleType) -> list[type[enum.StrEnum]]:
    """Return the StrEnums that a module defines itself."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, enum.StrEnum)
        and value is not enum.StrEnum
        and value.__module__ == module.__name__
    ]
