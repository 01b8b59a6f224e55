"""House rules that are checked on the source. Each failure states the rule and its reason."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from flask import Flask

from tests.support.source import ROOT, find_calls, python_files, relative_path
from volunteer_hub.areas import BLUEPRINTS
from volunteer_hub.core.access import ATTRIBUTE
from volunteer_hub.core.template_filters import list_actions

MAY_COMMIT = {
    "volunteer_hub/core/http.py": "finish() and download() are where every view commits",
    "volunteer_hub/mail/leases.py": "a lease must be visible before the email is sent, each result at once after it",
    "volunteer_hub/mail/mailbox.py": "each delivery report is recorded before it is marked as read in the mailbox",
    "volunteer_hub/rounds/runner.py": "a round is claimed before it is computed, and kept or given up at once after",
    "volunteer_hub/accounts/identity_checks.py": "who one is was proved, whatever becomes of the act that asked: no code twice",
    "volunteer_hub/scheduler/jobs.py": "a job is an edge: it takes its slot, acts and notes the end",
}
"""Files that may commit besides commands.py. A commit elsewhere would split an action in two transactions."""

LONG: dict[str, str] = {}
"""Files that may exceed 500 lines."""

VIEW = re.compile(r"(^|_)views$")


def is_view(path: Path) -> bool:
    """Return whether a file contains views."""
    return bool(VIEW.search(path.stem)) or path.parent.name == "views"


def test_every_route_declares_who_may_enter(bare_app: Flask) -> None:
    undeclared = [name for name, view in bare_app.view_functions.items() if not hasattr(view, ATTRIBUTE)]
    assert undeclared == [], "put @allow(...) or @public on these views"


def test_an_area_has_one_blueprint_named_after_it() -> None:
    assert list_blueprint_faults([(blueprint.import_name, blueprint.name) for blueprint in BLUEPRINTS]) == []
    assert list_blueprint_faults([("volunteer_hub.mail.views.base", "outbox")]) == ["outbox"]
    assert list_blueprint_faults([("volunteer_hub.mail.views", "mail"), ("volunteer_hub.mail.x", "mail")]) == ["mail"]


def list_blueprint_faults(blueprints: list[tuple[str, str]]) -> list[str]:
    """Return the names of blueprints that are not their area's, or stand twice; from (module, name)."""
    names = [name for _module, name in blueprints]
    return sorted({name for module, name in blueprints if module.split(".")[1] != name or names.count(name) > 1})


def list_forms_without_fields(source: str) -> list[str]:
    """Return the names of form classes whose body is only a docstring."""
    classes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ClassDef)]
    forms = [node for node in classes if any(ast.unparse(base) == "Form" for base in node.bases)]
    return [form.name for form in forms if all(isinstance(part, ast.Expr | ast.Pass) for part in form.body)]


def test_there_is_one_form_without_fields() -> None:
    assert [name for path in python_files() for name in list_forms_without_fields(path.read_text())] == ["ConfirmForm"]
    assert list_forms_without_fields('class SureForm(Form):\n    """Sure."""\n') == ["SureForm"]


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_addresses_stand_whole_at_their_views(path: Path) -> None:
    calls = [call for name in ("Blueprint", "register_blueprint") for call in find_calls(path, name)]
    assert not any(keyword.arg == "url_prefix" for call in calls for keyword in call.keywords), "search finds no part"


def test_every_blueprints_routes_are_registered_once(bare_app: Flask) -> None:
    rules = [(rule.rule, method) for rule in bare_app.url_map.iter_rules() for method in rule.methods or ()]
    assert len(rules) == len(set(rules)), "two views share an address"


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_only_the_edge_commits(path: Path) -> None:
    if path.name == "commands.py" or relative_path(path) in MAY_COMMIT or path.parts[-2] == "demo":
        return
    assert list(find_calls(path, "commit")) == [], "commit at the edge only, so that one act is one transaction"


@pytest.mark.parametrize("path", [path for path in python_files() if is_view(path)], ids=relative_path)
def test_views_do_not_query(path: Path) -> None:
    lines = [call.lineno for name in ("select", "execute", "scalars", "scalar") for call in find_calls(path, name)]
    assert lines == [], "a select belongs into queries.py, where it takes the viewer"


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_source_is_finished(path: Path) -> None:
    text = path.read_text()
    assert list(find_calls(path, "print")) == [], "log it or click.echo it"
    assert not re.search(r"\b(TODO|FIXME|XXX)\b", text), "finish it or leave it out"
    assert not re.search(r"/(home|root|work|Users)/", text), "no paths of one machine"


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_files_and_functions_stay_small(path: Path) -> None:
    text = path.read_text()
    assert text.count("\n") <= 500 or relative_path(path) in LONG, "split it: a file is read in one sitting"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length <= 50, f"{node.name} has {length} lines: split it where its steps part"


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_public_names_have_docstrings(path: Path) -> None:
    tree = ast.parse(path.read_text())
    if path.parent.name != "volunteer_hub":
        assert ast.get_docstring(tree), "begin the file with its purpose"
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            assert ast.get_docstring(node), f"{node.name} has no docstring"


@pytest.mark.parametrize("path", sorted((ROOT / "volunteer_hub").glob("*/__init__.py")), ids=relative_path)
def test_area_package_imports_nothing(path: Path) -> None:
    assert all(isinstance(node, ast.Expr) for node in ast.parse(path.read_text()).body)


def literal_actions() -> set[str]:
    """Return the action codes that are literals in calls of audit.record."""
    codes = set()
    for path in python_files():
        for call in find_calls(path, "record"):
            first = call.args[0] if call.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                codes.add(first.value)
    return codes


def test_every_audited_action_has_a_label(bare_app: Flask) -> None:
    codes = literal_actions()
    assert "account.registered" in codes
    assert sorted(codes - set(list_actions())) == [], "add them to ACTIONS in the area's labels.py"


@pytest.mark.parametrize("path", [ROOT / ".ci/run", *sorted((ROOT / "scripts").glob("*.sh"))], ids=relative_path)
def test_scripts_can_be_run(path: Path) -> None:
    assert path.stat().st_mode & 0o111
    assert path.read_text().startswith("#!/usr/bin/env bash\n")


def test_ci_runs_what_a_newcomer_runs() -> None:
    assert (ROOT / ".ci/run").read_text().strip().endswith("exec make test")
