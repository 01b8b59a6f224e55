"""Rules for names, checked on the syntax tree: for `tests/architecture/test_names.py` and `scripts/code_figures.py`."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

BANNED = frozenset(
    re.findall(
        r"\w+",
        """
        asked asks bar barred bars beat few forgotten found given gone got heard held holding holdings hurdle hurdles kept
        lacking lifted lifting many meant nobody picking sealed sealing shown some somebody somebodys squeezed swept tell telling
        ties told twelfths unmet whoever wish wishes word words why
        """,
    )
)
"""Pronouns, quantities, participles and coinages that say nothing on their own; docs/glossary.md has what to write instead."""

IRREGULAR = frozenset(
    re.findall(
        r"\w+",
        """
        begun bought broken brought built chosen done drawn driven fallen felt forgotten found given gone got heard held hidden
        kept known laid left lent lost made meant met overtaken paid put read run said seen sent shown sold spoken spent spread
        stood stuck sworn taken taught thought told understood withdrawn won worn written
        """,
    )
) - {"put", "read", "run", "spread"}
"""Irregular participles; those that are also imperatives are left out."""

NOT_PARTICIPLES = frozenset(
    re.findall(
        r"\w+",
        """
        bleed breed embed exceed feed need needs proceed seed speed succeed bed red bring ceiling during ping ring setting settings
        sing spring string thing wording heading landing unfilled pricing warning rating sharing training meeting building opening listing
        """,
    )
)
"""Words in -ed and -ing that are verbs in the imperative or nouns."""

STORED = frozenset({("rounds/rules.py", "kept")})
"""Names that are keys of stored JSON, by file: they stay."""

OUTSIDE_DOCUMENT = re.compile(
    r"\b(?:trust|speed|libraries|field|models|design|domain|plain-code|words|faults|traps)\.md\b"
)
"""Documents that are not in the repository: a reader could not look up what refers to them."""


class Definition(NamedTuple):
    """A name, what it names and where it is defined."""

    name: str
    kind: str
    line: int


def list_definitions(tree: ast.AST) -> Iterator[Definition]:
    """Yield each class, function, parameter, variable and attribute that a module defines."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef():
                yield Definition(node.name, "class", node.lineno)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Definition(node.name, "function", node.lineno)
            case ast.arg():
                yield Definition(node.arg, "parameter", node.lineno)
            case ast.Name(ctx=ast.Store()):
                yield Definition(node.id, "variable", node.lineno)
            case ast.Attribute(ctx=ast.Store()):
                yield Definition(node.attr, "attribute", node.lineno)


def is_banned(name: str) -> bool:
    """Return whether a name is banned; case and leading underscores do not count."""
    return name.strip("_").lower() in BANNED


def is_participle(name: str) -> bool:
    """Return whether a function's name is or begins with a participle or gerund: `_planned`, `sending`, `joined_rows`."""
    first = name.strip("_").lower().split("_")[0]
    if first in NOT_PARTICIPLES or len(first) < 4 or name.startswith("__"):
        return False
    return first in IRREGULAR or first.endswith(("ed", "ing"))


def list_faults(path: Path) -> list[str]:
    """Return a line for each name of a file that breaks a rule."""
    faults = [f"module {path.stem}"] if is_banned(path.stem) else []
    for name, kind, line in list_definitions(ast.parse(path.read_text())):
        if is_banned(name) and ("/".join(path.parts[-2:]), name) not in STORED:
            faults.append(f"{line}: banned {kind} {name}")
        elif kind == "function" and is_participle(name):
            faults.append(f"{line}: participle {name}")
    return faults


def find_repeated_classes(paths: Iterable[Path]) -> dict[str, list[str]]:
    """Return the class names that stand in more than one file, with the files."""
    files: dict[str, list[str]] = defaultdict(list)
    for path in paths:
        for name, kind, _ in list_definitions(ast.parse(path.read_text())):
            if kind == "class":
                files[name].append(path.as_posix())
    return {name: paths_of_name for name, paths_of_name in files.items() if len(paths_of_name) > 1}


def list_mutual_imports(package: Path) -> list[tuple[str, str]]:
    """Return the pairs of modules of a package that import each other, also within functions."""
    files = {_module_name(package, path): path for path in package.rglob("*.py")}
    imports = {name: set(_imports(path, files)) for name, path in files.items()}
    return sorted(
        (one, other)
        for one in imports
        for other in imports[one] & set(imports)
        if one < other and one in imports[other]
    )


def _module_name(package: Path, path: Path) -> str:
    parts = [package.name, *path.relative_to(package).with_suffix("").parts]
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, known: Iterable[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield name if name in known else node.module
