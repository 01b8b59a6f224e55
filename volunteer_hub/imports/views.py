"""Pages of imports: the list, an upload, its check, its import, discarding it, help on columns."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.forms import Form
from volunteer_hub.core.http import Reply, attachment, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.imports import queries, rules, service
from volunteer_hub.imports.forms import ConfirmImportForm, UploadForm
from volunteer_hub.imports.labels import COLUMN_HELP, COLUMN_LABELS, LABELS
from volunteer_hub.imports.queries import ImportDetails
from volunteer_hub.imports.rules import can_import
from volunteer_hub.imports.states import ImportKind

bp = Blueprint("imports", __name__)
PREVIEW_ROWS, MAX_LISTED = 10, 100


@bp.get("/imports/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """List all imports, newest first."""
    return page("imports/index.html", imports=queries.list_imports(viewer(), key=query_values().page_key))


@bp.route("/imports/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Upload a file to be checked."""
    form = UploadForm.bind(kind=query_values().choice("kind", ImportKind))
    if form.validate_on_submit():
        with form.catch_domain_errors():
            file = form.file.data
            batch = service.upload(
                kind=form.kind.data, file_name=file.name, content=file.content, actor=viewer(), now=now()
            )
            return finish(url_for("imports.show", import_id=batch.id))
    return page("imports/new.html", form=form, kinds=list(ImportKind))


@bp.get("/imports/columns/<import_kind>")
@allow(Role.COORDINATOR, Role.ADMIN)
def columns(import_kind: str) -> Reply:
    """Show what each column of a file may hold."""
    kind = _get_kind(import_kind)
    return page(
        "imports/columns.html", kind=kind, columns=rules.COLUMNS[kind], labels=COLUMN_LABELS, help=COLUMN_HELP[kind]
    )


@bp.get("/imports/template/<import_kind>.csv")
@allow(Role.COORDINATOR, Role.ADMIN)
def template(import_kind: str) -> Reply:
    """Send a file with the headers and an example, to be filled in."""
    kind = _get_kind(import_kind)
    return attachment(rules.csv_template(kind), f"{kind.value}.csv")


def _get_kind(import_kind: str) -> ImportKind:
    if import_kind not in set(ImportKind):
        raise NotFound(_("There is no such kind of import."), code="import_kind_not_found")
    return ImportKind(import_kind)


@bp.get("/imports/<id:import_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(import_id: int) -> Reply:
    """Show the current check of a file, or its outcome once it is imported or discarded."""
    return _page(queries.get(viewer(), import_id))


def _page(details: ImportDetails, form: Form | None = None) -> Reply:
    history = audit_queries.list_history(details.batch)
    return page(
        "imports/show.html",
        form=form,
        status=form.error_status if form else 200,
        details=details,
        batch=details.batch,
        can_discard=can_import(details.batch.state),
        checked=_preview(details),
        labels=COLUMN_LABELS,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
    )


def _preview(details: ImportDetails) -> dict[str, Any] | None:
    """Return the counts, errors and first rows of a checked file; None when its rows are no longer stored."""
    checked = service.recheck(details.batch, today=today_for())
    if checked is None:
        return None
    table, outcome = checked
    return {
        "notes": table.notes,
        "columns": table.columns,
        "preview": table.rows[:PREVIEW_ROWS],
        "added": len(outcome.added),
        "existing_count": len(outcome.existing),
        "existing": outcome.existing[:MAX_LISTED],
        "error_count": len(outcome.errors),
        "errors": outcome.errors[:MAX_LISTED],
        "can_import": bool(outcome.added) and not outcome.errors,
    }


@bp.route("/imports/<id:import_id>/import", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def confirm(import_id: int) -> Reply:
    """Import all rows of a checked file, after a confirmation."""
    form = ConfirmImportForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            batch = queries.get_locked(viewer(), import_id)
            outcome = service.apply_import(batch, send_invitations=bool(form.send.data), actor=viewer(), now=now())
            message = ngettext("%(num)s row is added.", "%(num)s rows are added.", len(outcome.added))
            return finish(url_for("imports.show", import_id=import_id), message)
        return _page(queries.get(viewer(), import_id), form)
    details = queries.get(viewer(), import_id)
    checked = _preview(details)
    if checked is None or not checked["can_import"]:
        return redirect(url_for("imports.show", import_id=import_id), 303)
    return page(
        "imports/confirm.html",
        form=form,
        batch=details.batch,
        checked=checked,
        sends_mail=details.batch.kind is ImportKind.VOLUNTEERS,
        kind_name=LABELS[details.batch.kind],
    )


@bp.post("/imports/<id:import_id>/discard")
@allow(Role.COORDINATOR, Role.ADMIN)
def discard(import_id: int) -> Reply:
    """Discard a checked file."""
    service.discard(queries.get_locked(viewer(), import_id), actor=viewer(), now=now())
    return finish(url_for("imports.index"), _("The file is discarded. Nothing of it was imported."))
