"""Rows and files for imports, and checked imports."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from tests.factories.accounts import make_account, viewer_of
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.imports import service
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.states import ImportKind

numbers = itertools.count(1)
NHS_CODE = "7A1"


def volunteer_row(**cells: str) -> dict[str, str]:
    """Return a valid row about a volunteer, unless `cells` override it."""
    row = {"name": "Asha Okello", "email": f"asha{next(numbers)}@example.org", "profession": "nurse_adult"}
    return row | cells


def institution_row(**cells: str) -> dict[str, str]:
    """Return a valid row about an overseas partner, unless `cells` override it."""
    row = {"name": f"Hilltop Hospital {next(numbers)}", "kind": "overseas", "country": "UG", "town": "Jinja"}
    return row | cells


def to_csv(rows: Iterable[Mapping[str, str]], delimiter: str = ",") -> bytes:
    """Return a CSV file with every column that any row has."""
    all_rows = list(rows)
    headers = list(dict.fromkeys(name for row in all_rows for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, headers, delimiter=delimiter)
    writer.writeheader()
    writer.writerows(all_rows)
    return text.getvalue().encode()


def make_import(
    rows: Iterable[Mapping[str, str]] | None = None,
    *,
    kind: ImportKind = ImportKind.VOLUNTEERS,
    file_name: str = "list.csv",
    actor: Any = None,
) -> ImportBatch:
    """Create a checked import, committed."""
    usual = [volunteer_row()] if kind is ImportKind.VOLUNTEERS else [institution_row()]
    batch = service.upload(
        kind=kind,
        file_name=file_name,
        content=to_csv(usual if rows is None else rows),
        actor=viewer_of(actor or make_account(Role.COORDINATOR)),
        now=clock.now(),
    )
    db.session.commit()
    return batch
