"""Mutants of one source file, made on its syntax tree."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from types import CodeType

from config import ROOT

PACKAGE = ROOT / "volunteer_hub"
BOUNDS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
SIGNS = {ast.Add: ast.Sub, ast.Sub: ast.Add}
CONDITIONS = frozenset({"where", "and_", "or_"})
LOCK_KEYWORDS = frozenset({"with_for_update", "skip_locked"})
LOGGERS = frozenset({"log", "logging"})
FIRST_WORDS = {"lock": "lock", "acquire": "lock", "notify": "email", "queue": "email", "commit": "commit"}


@dataclass(frozen=True)
class Mutant:
    """One change. `line` is that of the statement it is in; `function` is empty outside of functions."""

    module: str
    number: int
    kind: str
    function: str
    line: int
    original: str
    mutated: str
    source: str
    code: CodeType

    @property
    def change(self) -> str:
        """The change as text, which stays the same when lines move."""
        return f"{self.original} -> {self.mutated}"


@dataclass(frozen=True)
class Place:
    """Where a node hangs in the tree."""

    parent: ast.AST
    field: str
    index: int | None
    node: ast.AST
    function: str
    statement: ast.stmt

    def put(self, node: ast.AST) -> None:
        """Hang another node here."""
        if self.index is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.index] = node


def list_mutants(module: str) -> list[Mutant]:
    """Return the mutants of a module, given as its path in the package; always the same for the same text."""
    path = PACKAGE / module
    tree = ast.parse(path.read_text())
    mutants = []
    for place in list(_walk(tree, "", None)):
        for kind, mutated in list(_mutations(place)):
            mutants.append(_build(module, len(mutants), tree, place, kind, mutated))
    return mutants


def _build(module: str, number: int, tree: ast.Module, place: Place, kind: str, mutated: ast.AST) -> Mutant:
    place.put(ast.fix_missing_locations(ast.copy_location(mutated, place.node)))
    source, code = ast.unparse(tree), compile(tree, str(PACKAGE / module), "exec")
    place.put(place.node)
    texts = (" ".join(ast.unparse(node).split()) for node in (place.node, mutated))
    if isinstance(place.node, ast.If):
        texts = (f"if {ast.unparse(place.node.test)}", f"if {ast.unparse(mutated.test)}")  # type: ignore[attr-defined]
    return Mutant(module, number, kind, place.function, place.statement.lineno, *texts, source, code)


def _walk(node: ast.AST, function: str, statement: ast.stmt | None) -> Iterator[Place]:
    for field, value in ast.iter_fields(node):
        if field in {"annotation", "returns", "decorator_list", "exc", "bases"}:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_left_alone(child):
                continue
            inner = child if isinstance(child, ast.stmt) else statement
            if inner is not None:
                yield Place(node, field, index, child, function, inner)
            yield from _walk(child, _function_of(child, function), inner)


def _function_of(node: ast.AST, function: str) -> str:
    """Return the name with which the content of a node is addressed. A class body runs outside of functions."""
    if isinstance(node, ast.FunctionDef):
        return f"{function}.{node.name}" if function else node.name
    return function


def _is_left_alone(node: ast.AST) -> bool:
    """Return whether a node is a log line, a docstring, a column or an import."""
    if isinstance(node, ast.Expr):
        is_log = isinstance(node.value, ast.Call) and ast.unparse(node.value.func).split(".")[0] in LOGGERS
        return is_log or isinstance(node.value, ast.Constant)
    if isinstance(node, ast.AnnAssign):
        return "Mapped" in ast.unparse(node.annotation)
    return isinstance(node, ast.Import | ast.ImportFrom | ast.JoinedStr)


def _mutations(place: Place) -> Iterator[tuple[str, ast.AST]]:
    node = place.node
    if isinstance(node, ast.Compare):
        yield from _compares(node)
    elif isinstance(node, ast.BinOp) and type(node.op) in SIGNS:
        yield "bound", _changed(node, op=SIGNS[type(node.op)]())
    elif isinstance(node, ast.Constant):
        yield from _constants(node, place)
    elif isinstance(node, ast.Call):
        yield from _calls(node)
    elif isinstance(node, ast.Expr | ast.Assign | ast.AugAssign):
        yield from _statements(node)
    else:
        yield from (("guard", mutated) for mutated in _guards(node))


def _guards(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.If):
        yield from (_changed(node, test=ast.Constant(value)) for value in (False, True))
    elif isinstance(node, ast.IfExp):
        yield from (node.body, node.orelse)
    elif isinstance(node, ast.BoolOp):
        yield from (_without(node, index) for index in range(len(node.values)))
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node.operand
    elif isinstance(node, ast.comprehension):
        yield from (_changed(node, ifs=_dropped(node.ifs, index)) for index in range(len(node.ifs)))


def _changed(node: ast.AST, **fields: object) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _dropped(nodes: list[ast.expr], index: int) -> list[ast.expr]:
    return nodes[:index] + nodes[index + 1 :]


def _without(node: ast.BoolOp, index: int) -> ast.AST:
    left = _dropped(node.values, index)
    return left[0] if len(left) == 1 else _changed(node, values=left)


def _compares(node: ast.Compare) -> Iterator[tuple[str, ast.AST]]:
    for index, operator in enumerate(node.ops):
        if type(operator) in BOUNDS:
            yield "bound", _changed(node, ops=[*node.ops[:index], BOUNDS[type(operator)](), *node.ops[index + 1 :]])


def _constants(node: ast.Constant, place: Place) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.value, bool):
        if isinstance(place.parent, ast.Return | ast.keyword) and getattr(place.parent, "arg", "") not in LOCK_KEYWORDS:
            yield "value", ast.Constant(not node.value)
    elif isinstance(node.value, int | float):
        yield from (("bound", ast.Constant(node.value + step)) for step in (1, -1))


def _calls(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else ""
    if name in CONDITIONS and len(node.args) > 1:
        yield from (("condition", _changed(node, args=_dropped(node.args, index))) for index in range(len(node.args)))
    elif name == "where" and isinstance(function, ast.Attribute):
        yield "condition", function.value
    if name in LOCK_KEYWORDS and isinstance(function, ast.Attribute):
        yield "lock", function.value
    for index, keyword in enumerate(node.keywords):
        left = [*node.keywords[:index], *node.keywords[index + 1 :]]
        if keyword.arg in LOCK_KEYWORDS:
            yield "lock", _changed(node, keywords=left)
    if _is_audit(node):
        yield from _audit_arguments(node)


def _is_audit(node: ast.Call) -> bool:
    return ast.unparse(node.func) in {"audit.record", "audit.move", "audit_service.record", "audit_service.move"}


def _audit_arguments(node: ast.Call) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node.args[0], ast.Constant):
        yield "audit", _changed(node, args=[ast.Constant(f"{node.args[0].value}_"), *node.args[1:]])
    for index, keyword in enumerate(node.keywords):
        before, after = node.keywords[:index], node.keywords[index + 1 :]
        if keyword.arg == "actor" and not isinstance(keyword.value, ast.Constant):
            none = ast.keyword("actor", ast.Constant(None))
            yield "audit", _changed(node, keywords=[*before, none, *after])
        elif keyword.arg not in {"actor", "now"}:
            yield "audit", _changed(node, keywords=[*before, *after])


def _statements(node: ast.stmt) -> Iterator[tuple[str, ast.AST]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        yield _kind_of_call(node.value), ast.Pass()
    elif isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        flat = [part for target in targets for part in (target.elts if isinstance(target, ast.Tuple) else [target])]
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in flat):
            yield "effect", ast.Pass()


def _kind_of_call(node: ast.Call) -> str:
    if _is_audit(node):
        return "audit"
    first_word = ast.unparse(node.func).rpartition(".")[2].lstrip("_").split("_")[0]
    return FIRST_WORDS.get(first_word, "effect")
