"""Names say what a thing is: the field's word, once. docs/glossary.md has the words."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ROOT
from tests.support import naming
from tests.support.source import PACKAGE, python_files, relative_path

OURS = sorted(path for folder in ("tests", "benchmarks", "scripts") for path in (ROOT / folder).rglob("*.py"))


@pytest.mark.parametrize("path", python_files(), ids=relative_path)
def test_no_name_is_banned_and_no_function_is_named_by_a_participle(path: Path) -> None:
    assert naming.list_faults(path) == [], "docs/glossary.md says what to write instead"


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_tests_and_tools_use_no_banned_name(path: Path) -> None:
    banned = [fault for fault in naming.list_faults(path) if "participle" not in fault]
    assert banned == [], "docs/glossary.md says what to write instead"


def test_a_class_name_stands_once() -> None:
    assert naming.find_repeated_classes(python_files()) == {}, (
        "give each the name of what it is: HoursFilters, not Filters"
    )


def test_no_two_modules_import_each_other() -> None:
    assert naming.list_mutual_imports(PACKAGE) == []


@pytest.mark.parametrize("path", [*python_files(), *OURS], ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_the_code_refers_to_is_in_the_repository(path: Path) -> None:
    assert naming.OUTSIDE_DOCUMENT.findall(path.read_text()) == [], "say it in place, or in docs/invariants.md"


BAD = """
from somewhere import thing

def found(asked):
    told = thing(asked)
    return told

def _planned(): ...
def sending_reminders(): ...

class Kept:
    words: str
"""


def test_control_each_kind_of_fault_is_found(tmp_path: Path) -> None:
    (tmp_path / "bad.py").write_text(BAD)
    (tmp_path / "worse.py").write_text("class Kept: ...\n")
    assert naming.list_faults(tmp_path / "bad.py") == [
        "4: banned function found",
        "8: participle _planned",
        "9: participle sending_reminders",
        "11: banned class Kept",
        "4: banned parameter asked",
        "5: banned variable told",
        "12: banned variable words",
    ]
    assert list(naming.find_repeated_classes(sorted(tmp_path.glob("*.py")))) == ["Kept"]


def test_control_verbs_and_nouns_pass(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text(
        "def embed(): ...\ndef read_settings(): ...\ndef setting_of(): ...\ndef __missing__(): ...\nfounder = 1\n"
    )
    assert naming.list_faults(tmp_path / "good.py") == []


def test_control_mutual_imports_are_found(tmp_path: Path) -> None:
    package = tmp_path / "volunteer_hub"
    package.mkdir()
    (package / "one.py").write_text("from volunteer_hub import two\n")
    (package / "two.py").write_text("def late():\n    from volunteer_hub.one import x\n")
    (package / "three.py").write_text("import volunteer_hub.four\n")
    (package / "four.py").write_text("import volunteer_hub.three\n")
    assert naming.list_mutual_imports(package) == [
        ("volunteer_hub.four", "volunteer_hub.three"),
        ("volunteer_hub.one", "volunteer_hub.two"),
    ]


def test_control_an_outside_document_is_found() -> None:
    assert naming.OUTSIDE_DOCUMENT.findall("see " + "trust" + ".md, I9, and docs/invariants.md") == ["trust" + ".md"]
