"""Reading our own source: what the architecture tests walk over."""

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
    """Every file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def relative_path(path: Path) -> str:
    """A file's place, as a reader names it."""
    return str(path.relative_to(ROOT))


def find_calls(path: Path, name: str) -> Iterator[ast.Call]:
    """Calls of a function or method of that name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Attribute) and called.attr == name) or (
                isinstance(called, ast.Name) and called.id == name
            ):
                yield node


def area_modules(file: str) -> list[ModuleType]:
    """The modules of that file name, one an area."""
    found = sorted(PACKAGE.glob(f"*/{file}.py"))
    return [importlib.import_module(f"volunteer_hub.{path.parent.name}.{file}") for path in found]


def enums(module: ModuleType) -> list[type[enum.StrEnum]]:
    """The StrEnums that a module defines itself."""
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and issubclass(value, enum.StrEnum)
        and value is not enum.StrEnum
        and value.__module__ == module.__name__
    ]
