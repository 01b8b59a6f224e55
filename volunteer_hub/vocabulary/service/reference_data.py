"""Loading of the lists in `data/` into the database."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from volunteer_hub.core.db import Model, db
from volunteer_hub.vocabulary import queries, rules
from volunteer_hub.vocabulary.models import Profession, Skill, Specialty

DATA_DIR = Path(__file__).parent.parent / "data"


def load_reference() -> int:
    """Insert or refresh professions, specialties and skills. Returns the number of rows in the lists.

    Skills that were edited, retired or merged in the pages are left as they are.
    """
    edited_codes = queries.list_edited_codes()
    rows: list[Model] = [*_professions(), *_specialties(), *_skills()]
    for row in rows:
        if not isinstance(row, Skill) or row.code not in edited_codes:
            db.session.merge(row)
    db.session.flush()
    queries.mark_changed()
    return len(rows)


def _read(name: str) -> list[dict[str, str]]:
    with (DATA_DIR / name).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _parents_first(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    return sorted(rows, key=lambda row: (bool(row["parent_code"]), row["code"].count("."), row["code"]))


def _professions() -> Iterator[Model]:
    for row in _read("professions.csv"):
        yield Profession(
            code=row["code"],
            name=row["name"],
            regulator=row["regulator"],
            registration_pattern=row["registration_pattern"],
        )


def _specialties() -> Iterator[Model]:
    for row in _parents_first(_read("specialties.csv")):
        yield Specialty(
            code=row["code"],
            name=row["name"],
            parent_code=row["parent_code"] or None,
            group_name=row["group"],
            search_text=rules.search_text(row["name"], row["group"]),
        )


def _skills() -> Iterator[Model]:
    for row in _parents_first(_read("skills.csv")):
        yield Skill(
            code=row["code"],
            name=row["name"],
            parent_code=row["parent_code"] or None,
            synonyms=row["synonyms"],
            search_text=rules.search_text(row["name"], row["synonyms"]),
        )
