"""The lock files pin everything that is installed and contain no unused requirement."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.txt", "requirements-dev.txt")
USED_WITHOUT_IMPORT = {
    "alembic": "migrations/script.py.mako",
    "babel": "flask_babel's formats",
    "brotli": "flask_compress and scripts/css/build.sh",
    "djlint": "make check",
    "granian": "volunteer_hub/serving/__main__.py",
    "import-linter": "make check",
    "mypy": "make check",
    "nhsuk-frontend-jinja": "a PackageLoader in core",
    "psycopg": "DATABASE_URL",
    "pytest-xdist": "make test: -n",
    "ruff": "make check",
    "tzdata": "zoneinfo",
    "uv": "make lock",
}


def read_lock(text: str) -> dict[str, Requirement]:
    """Return the pinned requirements that apply to this machine by name."""
    lines = (line.rstrip(" \\") for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line))
    pinned = (Requirement(line) for line in lines)
    return {canonicalize_name(pin.name): pin for pin in pinned if pin.marker is None or pin.marker.evaluate()}


def find_unsatisfied(lock: Mapping[str, Requirement]) -> Iterator[str]:
    """Yield each requirement of a locked distribution, extras included, that the lock does not satisfy."""
    for name, pinned in lock.items():
        for text in metadata.requires(name) or ():
            needed = Requirement(text)
            if not any(needed.marker is None or needed.marker.evaluate({"extra": x}) for x in ("", *pinned.extras)):
                continue
            locked = lock.get(canonicalize_name(needed.name))
            if locked is None or not needed.specifier.contains(version(locked), prereleases=True):
                yield f"{name} needs {needed}"
            elif needed.extras - locked.extras:
                yield f"{name} needs {needed}, locked without its extras"


def version(pinned: Requirement) -> str:
    """Return the version that a line of the lock pins."""
    (only,) = pinned.specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("file", LOCKS)
def test_lock_holds_all_that_its_packages_need(file: str) -> None:
    assert list(find_unsatisfied(read_lock((ROOT / file).read_text()))) == []


def test_missing_package_and_wrong_version_are_noticed() -> None:
    lock = read_lock((ROOT / "requirements-dev.txt").read_text())
    lock.pop("jinja2")
    lock["sqlalchemy"] = Requirement("sqlalchemy==1.0")
    faults = list(find_unsatisfied(lock))
    assert any("needs Jinja2" in fault for fault in faults)
    assert any("needs sqlalchemy" in fault.lower() for fault in faults)


def test_extra_that_the_lock_forgot_is_noticed() -> None:
    lock = read_lock((ROOT / "requirements-dev.txt").read_text())
    del lock["psycopg-binary"]
    assert any("psycopg needs psycopg-binary" in fault for fault in find_unsatisfied(lock))


@pytest.mark.parametrize("file", LOCKS)
def test_every_line_has_one_version_and_its_hashes(file: str) -> None:
    text = (ROOT / file).read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)[1:]
    assert len(blocks) > 30
    assert [block.split()[0] for block in blocks if "==" not in block or "--hash=sha256:" not in block] == []


def test_installing_asks_for_nothing_but_the_lock() -> None:
    script = (ROOT / "scripts" / "setup_venv.sh").read_text()
    (install,) = re.findall(r"pip install .*", script)
    assert {"--no-deps", "--require-hashes"} <= set(install.split())
    assert "pip check" in script


def test_every_requirement_is_used() -> None:
    modules: dict[str, set[str]] = {}
    for module, names in metadata.packages_distributions().items():
        for name in names:
            modules.setdefault(canonicalize_name(name), set()).add(module)
    folders = ("volunteer_hub", "tests", "benchmarks", "migrations", "scripts")
    code = "\n".join(path.read_text() for folder in folders for path in (ROOT / folder).rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:from|import) (\w+)", code, re.MULTILINE))
    wanted = [
        canonicalize_name(Requirement(line).name)
        for file in ("requirements.in", "requirements-dev.in")
        for line in (ROOT / file).read_text().splitlines()
        if line and not line.startswith(("#", "-r"))
    ]
    unused = {name for name in wanted if not modules.get(name, set()) & imported}
    assert unused - USED_WITHOUT_IMPORT.keys() == set()
