"""Every free-text field is screened for patient data. The exceptions are listed here with their reasons."""

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
"""Fields that are not screened, or without warnings (`guarded="stops"`), by file and name."""


def find_opt_outs() -> set[tuple[str, str]]:
    """Return (file, name) of every field that sets `guarded`."""
    fields = set()
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call):
                continue
            if any(keyword.arg == "guarded" for keyword in node.value.keywords):
                fields |= {(relative_path(path), target.id) for target in node.targets if isinstance(target, ast.Name)}
    return fields


def test_only_the_fields_listed_here_are_not_screened() -> None:
    assert find_opt_outs() == set(OPTED_OUT), "guard the field, or say here why it cannot hold a patient's data"
    written = sum(
        1
        for path in python_files()
        for call in find_calls(path, "TextInputField")
        if any(keyword.arg == "guarded" for keyword in call.keywords)
    )
    assert written == 12, "opt out in a plain assignment, where it is seen"


def test_no_text_area_opts_out() -> None:
    for path in python_files():
        assert not [
            call
            for call in find_calls(path, "TextAreaField")
            if any(keyword.arg == "guarded" for keyword in call.keywords)
        ]


def test_every_form_has_a_button_that_renders_the_acknowledgement_box() -> None:
    for path in TEMPLATES.rglob("*.html"):
        for form in re.findall(r"<form\b.*?</form>", path.read_text(), re.DOTALL):
            if "tokens(form)" in form:
                assert re.search(r"\bbutton\(", form), f"{path.name}: the guard's tick stands above button(...)"
