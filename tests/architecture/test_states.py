"""Every state has a label, every table of moves is complete, and illegal moves are refused, even by assignment."""

from __future__ import annotations

import ast
import enum
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.support.source import area_modules, enums, find_calls, python_files
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import Base
from volunteer_hub.core.states import IllegalMove, check_table
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.core.template_filters import list_actions, list_labels
from volunteer_hub.mail.states import MailState

STATES = [kind for module in area_modules("states") for kind in enums(module)]
WITHOUT_LABELS = {TokenPurpose, MailState}
"""Enums that are not checked for labels."""


def find_tables_of_moves() -> list[tuple[type[enum.StrEnum], dict[Any, frozenset[Any]], frozenset[Any]]]:
    """Return (states, moves, first) of each table, under any name: `MOVES`, `MATCH_MOVES`."""
    tables = []
    for module in area_modules("states"):
        for name, moves in vars(module).items():
            if name.endswith("MOVES") and moves and isinstance(moves, dict):
                first = getattr(module, name.removesuffix("MOVES") + "FIRST", frozenset())
                tables.append((type(next(iter(moves))), moves, first))
    return tables


TABLES = find_tables_of_moves()


def find_guarded_columns() -> list[tuple[type[Base], str, type[enum.StrEnum]]]:
    """Return (model, column, states) of every column that holds a state with a table of moves."""
    area_modules("models")
    kinds = {kind for kind, _moves, _first in TABLES}
    return [
        (mapper.class_, column.key, column.type.enum_class)
        for mapper in sorted(Base.registry.mappers, key=lambda mapper: mapper.class_.__name__)
        for column in mapper.columns
        if isinstance(column.type, sa.Enum) and column.type.enum_class in kinds
    ]


COLUMNS = find_guarded_columns()


@pytest.mark.parametrize("kind", [*STATES, Role], ids=lambda kind: kind.__name__)
def test_every_choice_has_a_label(bare_app: Flask, kind: type[enum.StrEnum]) -> None:
    if kind in WITHOUT_LABELS:
        return
    missing = [member.value for member in kind if (kind, member.value) not in list_labels()]
    assert missing == [], "add labels to the area's labels.py"


@pytest.mark.parametrize(("kind", "moves", "first"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_table_of_moves_is_whole(kind: type[enum.StrEnum], moves: Any, first: Any) -> None:
    check_table(kind, moves)
    targets = {target for row in moves.values() for target in row}
    assert targets <= set(kind)
    assert set(kind) == targets | set(first), "a state that nothing leads to"
    assert all(state not in row for state, row in moves.items()), "a move to itself is no move"


def test_every_table_of_moves_guards_a_column() -> None:
    assert {kind for kind, _m, _f in TABLES} == {kind for _model, _name, kind in COLUMNS}


@pytest.mark.parametrize(("model", "name", "kind"), COLUMNS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_illegal_steps_are_refused_by_plain_assignment(
    bare_app: Flask, model: type[Base], name: str, kind: type[enum.StrEnum]
) -> None:
    moves = next(moves for states, moves, _first in TABLES if states is kind)
    for old in kind:
        for new in kind:
            row = model()
            sa.orm.attributes.set_committed_value(row, name, old)
            if new in moves[old] or new == old:
                setattr(row, name, new)
            else:
                with pytest.raises(IllegalMove):
                    setattr(row, name, new)
                assert getattr(row, name) == old


@pytest.mark.parametrize(("model", "name", "kind"), COLUMNS, ids=lambda value: getattr(value, "__name__", str(value)))
def test_a_row_starts_where_rows_start(bare_app: Flask, model: type[Base], name: str, kind: type[enum.StrEnum]) -> None:
    first = next(first for states, _moves, first in TABLES if states is kind)
    for state in kind:
        if state in first:
            model(**{name: state})
        else:
            with pytest.raises(IllegalMove):
                model(**{name: state})


def moves_in_source() -> set[str]:
    """Return the codes of calls `audit.move(row, State.MEMBER, ...)` with a literal member."""
    columns = {kind.__name__: (model, kind) for model, _name, kind in COLUMNS}
    codes = set()
    for path in python_files():
        for call in find_calls(path, "move"):
            target = call.args[1] if len(call.args) > 1 else None
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id in columns:
                model, kind = columns[target.value.id]
                codes.add(f"{subject_type(model)}.{kind[target.attr].value}")
    return codes


def test_every_audited_move_has_a_label(bare_app: Flask) -> None:
    codes = moves_in_source()
    assert "account.active" in codes
    assert sorted(codes - set(list_actions())) == [], "add them to ACTIONS in the area's labels.py"
