"""Pages about the weights of the score: current points, trying a change, every version."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.db import release_write_lock
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.fit.factor_descriptions import FACTOR_DESCRIPTIONS, SOURCE_URL
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching import service
from volunteer_hub.matching.forms import RevertWeightsForm, WeightsForm, to_form_values
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.service.weights import describe_changes
from volunteer_hub.matching.views.base import bp


@bp.get("/matching/weights/")
@allow(Role.COORDINATOR, Role.ADMIN)
def current_weights() -> Reply:
    """The current points and what each factor means."""
    row = weights.get_latest_row()
    return page(
        "matching/weights/index.html",
        version=row,
        weights=weights.read(row),
        factors=Factor,
        meanings=FACTOR_DESCRIPTIONS,
        source=SOURCE_URL,
        names=accounts.names_by_id([row.created_by_id]),
    )


@bp.route("/matching/weights/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit_weights() -> Reply:
    """Enter new points; their effect is shown before they are saved."""
    current = weights.get_latest()
    form, edit_conflicts, effect = WeightsForm.bind(to_form_values(current)), [], None
    if form.validate_on_submit():
        edit_conflicts = form.differences(to_form_values(current))
        if not edit_conflicts:
            with form.catch_domain_errors():
                if form.confirmed.data == form.fingerprint():
                    return _save(form, current.version)
                service.check_weights(form.points(), before=current)
                release_write_lock()
                effect = service.preview_effect(form.points(), now=now())
                form.confirmed.raw_data, form.confirmed.data = None, form.fingerprint()
    status = 409 if edit_conflicts else 200
    return page(
        "matching/weights/edit.html",
        form=form,
        edit_conflicts=edit_conflicts,
        effect=effect,
        factors=Factor,
        status=status,
    )


def _save(form: WeightsForm, began_from: int) -> Response:
    row = service.change_weights(
        form.points(), began_from=began_from, reason=form.reason.data, actor=viewer(), now=now()
    )
    return finish(
        url_for("matching.current_weights"), _("Version %(number)s of the weights counts from now on.", number=row.id)
    )


@bp.get("/matching/weights/history")
@allow(Role.COORDINATOR, Role.ADMIN)
def weights_history() -> Reply:
    """Every version: its author, reason, time and changes."""
    history_page = weights.list_history(key=query_values().page_key)
    changes = {
        row.id: describe_changes(before, weights.read(row)) if before else [] for row, before in history_page.rows
    }
    names = accounts.names_by_id([row.created_by_id for row, _before in history_page.rows])
    return page("matching/weights/history.html", history_page=history_page, changes=changes, names=names)


@bp.get("/matching/weights/<id:weights_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def weights_version(weights_id: int) -> Reply:
    """One version beside the current one."""
    row, current = weights.get_row(weights_id), weights.get_latest()
    return page(
        "matching/weights/show.html",
        version=row,
        weights=weights.read(row),
        current=current,
        is_current=row.id == current.version,
        can_revert=any(weights.read(row)[factor] != current[factor] for factor in Factor),
        factors=Factor,
        names=accounts.names_by_id([row.created_by_id]),
    )


@bp.route("/matching/weights/<id:weights_id>/revert", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def revert_weights(weights_id: int) -> Reply:
    """Make an earlier version's points current again, after showing the effect."""
    row, current = weights.get_row(weights_id), weights.get_latest()
    form = RevertWeightsForm.bind(to_form_values(current))
    if form.validate_on_submit():
        with form.catch_domain_errors():
            began_from = current.version if form.version.data == str(current.version) else 0
            new_version = service.revert_weights(
                weights_id, began_from=began_from, reason=form.reason.data, actor=viewer(), now=now()
            )
            return finish(
                url_for("matching.current_weights"),
                _("Version %(number)s of the weights counts from now on.", number=new_version.id),
            )
        row, current = weights.get_row(weights_id), weights.get_latest()
        form.has_conflicting_edit(to_form_values(current))
    reverted = weights.read(row)
    changes = describe_changes(current, reverted)
    effect = service.preview_effect(reverted.points, now=now()) if changes else None
    return page("matching/weights/revert.html", form=form, version=row, changes=changes, effect=effect)
