"""Imports of files, checked and applied in one step."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.factories.imports import to_csv
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.imports import queries, service
from volunteer_hub.imports.states import ImportKind

PEOPLE, PLACES = ImportKind.VOLUNTEERS, ImportKind.INSTITUTIONS


def count(model: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def import_rows(rows: list[dict[str, str]], actor: Viewer, kind: ImportKind = PEOPLE) -> Any:
    """Check and import rows in one step."""
    batch = service.upload(kind=kind, file_name="f.csv", content=to_csv(rows), actor=actor, now=clock.now())
    return apply_import(batch.id, actor)


def apply_import(batch_id: int, actor: Viewer, *, send: bool = False) -> Any:
    batch = queries.get_locked(actor, batch_id)
    outcome = service.apply_import(batch, send_invitations=send, actor=actor, now=clock.now())
    db.session.commit()
    return outcome
