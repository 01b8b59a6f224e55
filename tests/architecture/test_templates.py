"""Every template compiles, keeps to the strict CSP, has one h1, imports what it uses, posts with its tokens."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.support.source import ROOT, TEMPLATES, python_files

ALL = sorted(path for path in TEMPLATES.rglob("*") if path.is_file())
HTML = [path for path in ALL if path.suffix == ".html"]
FRAMES = {"base.html", "standalone.html"}
PAGES = [path for path in HTML if "{% block content %}" in path.read_text() and path.name not in FRAMES]
IMPORT = re.compile(r'{%-?\s*from "([^"]+)" import ([^%]+?)(?: with context)?\s*-?%}')
FORM = re.compile(r'<form\b[^>]*method="post"[^>]*>.*?</form>', re.DOTALL)


def template_name(path: Path) -> str:
    """Return a template's name as Flask knows it."""
    return str(path.relative_to(TEMPLATES))


@pytest.mark.parametrize("path", ALL, ids=template_name)
def test_template_compiles(bare_app: Flask, path: Path) -> None:
    bare_app.jinja_env.get_template(template_name(path))


@pytest.mark.parametrize("path", HTML, ids=template_name)
def test_template_has_no_inline_style_or_script(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"<(script|style)\b", text), "the policy of the pages refuses it"
    assert not re.search(r"\sstyle=|\son[a-z]+=", text), "the policy of the pages refuses it"
    assert "javascript:" not in text
    assert "| safe" not in text, "let Jinja escape it"
    assert "|safe" not in text, "let Jinja escape it"


@pytest.mark.parametrize("path", PAGES, ids=template_name)
def test_page_has_one_first_heading(path: Path) -> None:
    assert len(re.findall(r"<h1\b", path.read_text())) == 1
    assert "{% block title %}" in path.read_text()


@pytest.mark.parametrize("path", ALL, ids=template_name)
def test_template_uses_what_it_imports(path: Path) -> None:
    text = path.read_text()
    rest = IMPORT.sub("", text)
    for _source, names in IMPORT.findall(text):
        for name in (name.split(" as ")[-1].strip() for name in names.split(",")):
            assert re.search(rf"\b{name}\(", rest), f"{name} is imported and not used"


@pytest.mark.parametrize("path", HTML, ids=template_name)
def test_posted_form_carries_its_token(path: Path) -> None:
    for form in FORM.findall(path.read_text()):
        assert "tokens(" in form or "csrf_token" in form, f"no token in {form[:80]}"


@pytest.mark.parametrize("path", ALL, ids=template_name)
def test_template_is_finished(path: Path) -> None:
    assert not re.search(r"\b(TODO|FIXME|XXX|lorem ipsum)\b", path.read_text(), re.IGNORECASE)


PLURAL = re.compile(r"%\((\w+)\)s (?:seats|weeks|hours|days|minutes|people|volunteers|requests|placements|skills)\b")
NEVER_ONE = frozenset({"needed", "n", "most"})
"""Minutes and limits that a rule fixes above one, and the hours of core/template_filters.py, which handles one hour itself."""


@pytest.mark.parametrize("path", [*ALL, *python_files()], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_number_and_noun_agree(path: Path) -> None:
    plain = re.sub(r"ngettext\([^)]*?\"[^\"]*\", *\"[^\"]*\"", "", path.read_text())
    mismatches = [match[0] for match in PLURAL.finditer(plain) if match[1] not in NEVER_ONE]
    assert mismatches == [], "1 weeks: use ngettext, a filter such as `hours`, or put the number after a colon"
