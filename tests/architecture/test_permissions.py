"""What may be done in which state is decided by an area's rules: views and templates ask, they compare no states."""

from __future__ import annotations

import ast
import enum
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source import TEMPLATES, area_modules, enums, python_files, relative_path

HTML = sorted(TEMPLATES.rglob("*.html"))
TEMPLATE_COMPARISON = re.compile(
    r"{[{%][^}]*(?:\bstate(?:\.value)?\s*(?:==|!=|\bin\b|\bnot in\b)|(?:==|!=)\s*[\w.]*\bstate\b)[^}]*[}%]}"
)


def state_classes() -> frozenset[str]:
    """Return the names of the enumerations of states, those whose rows move between their members."""
    states: list[type[enum.StrEnum]] = [kind for module in area_modules("states") for kind in enums(module)]
    return frozenset(kind.__name__ for kind in states if kind.__name__.endswith("State"))


def is_state(node: ast.AST, classes: frozenset[str]) -> bool:
    """Return whether an operand is a row's state, its value, or a member of an enumeration of states."""
    if isinstance(node, ast.Set | ast.Tuple | ast.List):
        return any(is_state(element, classes) for element in node.elts)
    if not isinstance(node, ast.Attribute):
        return False
    inner = node.value.id if isinstance(node.value, ast.Name) else ""
    return node.attr == "state" or inner in classes or (node.attr == "value" and is_state(node.value, classes))


def find_comparisons(source: str, classes: frozenset[str]) -> Iterator[str]:
    """Yield the comparisons with a state in a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and any(is_state(part, classes) for part in (node.left, *node.comparators)):
            yield f"{node.lineno}: {ast.unparse(node)}"


def view_modules() -> list[Path]:
    """Return every module of views."""
    return [path for path in python_files() if path.name == "views.py" or path.parent.name == "views"]


@pytest.mark.parametrize("path", view_modules(), ids=relative_path)
def test_views_compare_no_states(path: Path) -> None:
    assert list(find_comparisons(path.read_text(), state_classes())) == [], "ask a function of the area's rules.py"


@pytest.mark.parametrize("path", HTML, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_templates_compare_no_states(path: Path) -> None:
    assert TEMPLATE_COMPARISON.findall(path.read_text()) == [], "let the view pass what the area's rules.py says"


@pytest.mark.parametrize(
    "line",
    [
        "x = row.state is HoursState.LOGGED",
        "x = row.state in LIVE",
        'x = row.state.value == "logged"',
        "x = HoursState.LOGGED in allowed",
        "x = what in {HoursState.LOGGED, HoursState.QUERIED}",
    ],
)
def test_control_a_comparison_in_a_view_is_found(line: str) -> None:
    assert "HoursState" in state_classes()
    assert len(list(find_comparisons(line, state_classes()))) == 1
    assert list(find_comparisons("x = rules.can_change(row.state) and row.kind is Kind.A", state_classes())) == []


@pytest.mark.parametrize(
    "line",
    [
        '{% if entry.state.value == "queried" %}',
        "{% if state in states %}",
        "{% if option == row.state %}",
        '{{ "a" if row.state != other else "b" }}',
    ],
)
def test_control_a_comparison_in_a_template_is_found(line: str) -> None:
    assert TEMPLATE_COMPARISON.search(line)
    assert not TEMPLATE_COMPARISON.search("{{ enum_options(states, filters.state) }} {{ row.state | state_tag }}")
    assert not TEMPLATE_COMPARISON.search("{% if rules.is_queried(entry.state) %}")
