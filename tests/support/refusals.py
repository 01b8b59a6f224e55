"""Reads the service's refusals from its syntax trees: for `tests/architecture/test_refusals.py`.

A refusal is a construction of DomainError or of one of its subclasses.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType
from typing import Any, NamedTuple

import flask_babel
from flask_babel.speaklater import LazyString

from config import ROOT
from tests.support.source import python_files, relative_path
from volunteer_hub.core import i18n
from volunteer_hub.core.errors import DomainError

GETTEXT_FUNCTIONS = {
    flask_babel.gettext: 1,
    flask_babel.lazy_gettext: 1,
    flask_babel.ngettext: 2,
    i18n.translate: 1,
    i18n.translate_plural: 2,
}
"""The functions that look a text up, with the number of texts that each takes."""

SNAKE_CASE = re.compile(r"[a-z]+(_[a-z0-9]+)*")
PLACEHOLDER = re.compile(r"%\((\w+)\)s")
Namespace = Mapping[str, Any]


class Refusal(NamedTuple):
    """One construction. `code` and `sentence` are the literal, or the source where they are no literal."""

    path: str
    line: int
    error_class: type[DomainError]
    code: str
    has_literal_code: bool
    sentence: str
    is_translated: bool


class Translation:
    """Decides whether an expression's text went through gettext, by what the names in it are bound to.

    `functions` return translated text; `texts` are the source of further expressions that hold it.
    """

    def __init__(
        self,
        namespace: Namespace,
        functions: frozenset[Callable[..., str]] = frozenset(),
        texts: frozenset[str] = frozenset(),
    ) -> None:
        self.namespace, self.functions, self.texts = namespace, functions, texts

    def resolve(self, node: ast.expr) -> Any:
        """Return what a name, or a name of an imported module, is bound to; None for other expressions and local names."""
        if isinstance(node, ast.Name):
            return self.namespace.get(node.id)
        owner = self.resolve(node.value) if isinstance(node, ast.Attribute) else None
        return getattr(owner, node.attr, None) if isinstance(owner, ModuleType) else None

    def covers(self, node: ast.expr) -> bool:
        """Return whether all that the expression may yield went through gettext."""
        match node:
            case ast.IfExp():
                return self.covers(node.body) and self.covers(node.orelse)
            case ast.BoolOp():
                return all(self.covers(value) for value in node.values)
            case ast.Call(func=ast.Attribute(attr="capitalize")):
                return self.covers(node.func.value)
            case ast.Call():
                return self.is_gettext_call(node) or self._is_listed(node.func)
        return ast.unparse(node) in self.texts or isinstance(self.resolve(node), LazyString)

    def _is_listed(self, node: ast.expr) -> bool:
        function = self.resolve(node)
        return callable(function) and function in self.functions

    def is_gettext_call(self, call: ast.Call) -> bool:
        """Return whether the call looks literal texts up and gives a value for each placeholder, and no other."""
        function = self.resolve(call.func)
        count = GETTEXT_FUNCTIONS.get(function, 0) if callable(function) else 0
        texts = [node.value for node in call.args[:count] if isinstance(node, ast.Constant)]
        if not count or len(texts) != count:
            return False
        values = {keyword.arg for keyword in call.keywords} | ({"num"} if count == 2 else set())
        return all(set(PLACEHOLDER.findall(text)) - {"num"} == values - {"num"} for text in texts)

    def sentence_of(self, node: ast.expr) -> str:
        """Return the text that is looked up; the source of a call of another function without its arguments."""
        if isinstance(node, ast.Call) and self.is_gettext_call(node):
            return str(ast.literal_eval(node.args[0]))
        if isinstance(node, ast.Call):
            return ast.unparse(node.func)
        constant = self.resolve(node)
        return constant._args[0] if isinstance(constant, LazyString) else ast.unparse(node)


def read_refusals(path: str, tree: ast.AST, translation: Translation) -> Iterator[Refusal]:
    """Yield the refusals of one module."""
    for node in ast.walk(tree):
        error_class = translation.resolve(node.func) if isinstance(node, ast.Call) else None
        if not (isinstance(node, ast.Call) and isinstance(error_class, type) and issubclass(error_class, DomainError)):
            continue
        message: ast.expr = node.args[0] if node.args else ast.Constant("")
        code = next((keyword.value for keyword in node.keywords if keyword.arg == "code"), ast.Constant(""))
        is_literal = isinstance(code, ast.Constant)
        yield Refusal(
            path,
            node.lineno,
            error_class,
            str(ast.literal_eval(code)) if is_literal else ast.unparse(code),
            is_literal and bool(SNAKE_CASE.fullmatch(str(ast.literal_eval(code)))),
            translation.sentence_of(message),
            translation.covers(message),
        )


def _class_names(error_class: type[DomainError] = DomainError) -> Iterator[str]:
    yield error_class.__name__
    for subclass in error_class.__subclasses__():
        yield from _class_names(subclass)


def list_refusals(functions: frozenset[Callable[..., str]], texts: Mapping[tuple[str, str], str]) -> list[Refusal]:
    """Return every refusal of the package. `texts` are keyed by path and source."""
    mention = re.compile(rf"\b({'|'.join(_class_names())})\b")
    refusals: list[Refusal] = []
    for path in python_files():
        source, name = path.read_text(), relative_path(path)
        if mention.search(source):  # only these modules are imported: some start a process
            module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
            local_texts = frozenset(text for file, text in texts if file == name)
            refusals += read_refusals(name, ast.parse(source), Translation(vars(module), functions, local_texts))
    return refusals
