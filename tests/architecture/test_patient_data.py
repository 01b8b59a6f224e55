"""Every free text is looked over. Whoever opts out stands here with the reason."""

from __future__ import annotations

import ast
import re

from tests.support.source import TEMPLATES, find_calls, python_files, relative_path

OPTED_OUT = {
    ("volunteer_hub/accounts/forms.py", "app_code"): "a code, used up and not kept",
    ("volunteer_hub/accounts/forms.py", "identity"): "a code, used up and not kept",
    ("volunteer_hub/accounts/forms.py", "typed"): "an address typed to be sure: compared and not kept",
    ("volunteer_hub/accounts/forms.py", "name"): "the name of an account's own person",
    ("volunteer_hub/volunteers/forms.py", "registration_number"): "a number of a regulator, checked by its own form",
    ("volunteer_hub/volunteers/forms.py", "manager_name"): "the name of a line manager",
    ("volunteer_hub/partner_requests/forms.py", "supervisor"): "the name and post of a member of staff",
    ("volunteer_hub/institutions/forms.py", "reference"): "where a signed paper is kept",
}
"""Fields that are not looked over, or only for what stops (`guarded="stops"`), by file and name."""


def opted_out() -> set[tuple[str, str]]:
    """(file, name) of every field with `guarded=False`."""
    found = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            if any(word.arg == "guarded" for word in node.value.keywords):
                found |= {(relative_path(path), target.id) for target in node.targets if isinstance(target, ast.Name)}
    return found


def test_only_the_fields_named_here_are_not_looked_over() -> None:
    assert opted_out() == set(OPTED_OUT), "guard the field, or say here why it cannot hold a patient's data"
    written = sum(
        1
        for path in python_files()
        for call in find_calls(path, "Line")
        if any(w.arg == "guarded" for w in call.keywords)
    )
    assert written == 12, "opt out in a plain assignment, where it is seen"


def test_no_block_opts_out() -> None:
    for path in python_files():
        assert not [call for call in find_calls(path, "Block") if any(word.arg == "guarded" for word in call.keywords)]


def test_every_form_with_free_text_has_a_button_that_can_carry_the_tick() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            if "tokens(form)" in form:
                assert re.search(r"\bbutton\(", form), f"{path.name}: the guard's tick stands above button(...)"
