"""The lifecycle of one file: checked, then imported as a whole or discarded."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.imports import queries, rules
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.patient_data_check import clean_file_name
from volunteer_hub.imports.rules import ImportOutcome, can_import
from volunteer_hub.imports.service import row_writers
from volunteer_hub.imports.service.dry_run import InvalidRows, examine, parse_file, recheck
from volunteer_hub.imports.states import ImportKind, ImportState

ALREADY_ENDED_MESSAGE = _l("This file was imported or discarded already. Somebody may have acted before you.")
INVALID_ROWS_MESSAGE = _l(
    "Nothing was imported: some rows are wrong, as the list below says. Correct the file and bring it again."
)


def upload(*, kind: ImportKind, file_name: str, content: bytes, actor: Viewer, now: dt.datetime) -> ImportBatch:
    """Check a file and store its rows until it is imported. Raises DomainError for a file that cannot be read."""
    _require_staff(actor)
    name = clean_file_name(file_name)
    table = parse_file(kind, content)
    outcome = examine(kind, table, today=now.date())
    batch = ImportBatch(
        kind=kind,
        file_name=name,
        file_hash=hashlib.sha256(content).hexdigest(),
        rows=rules.serialise_table(table),
        row_count=len(table.rows),
        error_count=len(outcome.errors),
        state=ImportState.CHECKED,
        actor_id=actor.account_id,
        created_at=now,
    )
    db.session.add(batch)
    db.session.flush()
    counts = {"rows": batch.row_count, "errors": batch.error_count, "added": len(outcome.added)}
    audit.record("import_batch.checked", batch, actor=actor, now=now, note=name, kind=kind, **counts)
    return batch


def apply_import(batch: ImportBatch, *, send_invitations: bool, actor: Viewer, now: dt.datetime) -> ImportOutcome[Any]:
    """Add every row that does not exist yet, or none. `batch` must be locked (queries.get_locked).

    The file is checked again, as its rows may have been added meanwhile. Raises Conflict when the file was imported or
    discarded before, InvalidRows when a row has an error.
    """
    _require_staff(actor)
    queries.acquire_import_lock()
    checked = recheck(batch, today=now.date())
    if checked is None or not can_import(batch.state):
        raise Conflict(ALREADY_ENDED_MESSAGE, code="import_already_ended")
    _table, outcome = checked
    if outcome.errors:
        raise InvalidRows(INVALID_ROWS_MESSAGE, code="rows_invalid")
    with db.session.no_autoflush:  # the services flush what they need; a flush before each read triples the time
        for new in outcome.added:
            row_writers.add_entity(new, send_invitations=send_invitations, actor=actor, now=now)
    batch.added_count, batch.error_count = len(outcome.added), 0
    _end(
        batch,
        ImportState.DONE,
        actor=actor,
        now=now,
        added=len(outcome.added),
        existing=len(outcome.existing),
        invitations=send_invitations and batch.kind is ImportKind.VOLUNTEERS,
    )
    return outcome


def discard(batch: ImportBatch, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Discard a checked file. Raises Conflict when it was imported or discarded before."""
    if not can_import(batch.state):
        raise Conflict(ALREADY_ENDED_MESSAGE, code="import_already_ended")
    _end(batch, ImportState.DISCARDED, actor=actor, now=now)


def discard_abandoned(now: dt.datetime) -> int:
    """Discard the files that were not imported within CHECKED_FILE_LIFETIME. Returns their number."""
    batches = queries.lock_abandoned(now)
    for batch in batches:
        discard(batch, actor=None, now=now)
    return len(batches)


def _end(batch: ImportBatch, state: ImportState, *, actor: Viewer | None, now: dt.datetime, **counts: Any) -> None:
    """Move the batch to its final state and delete its stored rows."""
    batch.rows, batch.ended_at = None, now
    audit.move(batch, state, actor=actor, now=now, note=batch.file_name, **counts)


def _require_staff(actor: Viewer) -> None:
    if not actor.is_staff:
        raise Forbidden(_("Only coordinators and administrators import files."), code="import_not_permitted")
