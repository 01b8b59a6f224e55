"""Pages where a coordinator sets the share of one factor of one pair, and revokes it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.forms import ConfirmForm, Difference
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.fit import explain
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import OverrideForm
from volunteer_hub.matching.queries import overrides
from volunteer_hub.matching.views.base import bp


@bp.route("/requests/<id:request_id>/volunteers/<id:volunteer_id>/override", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit_override(request_id: int, volunteer_id: int) -> Reply:
    """The contributions of one pair, and overriding one of them with a reason."""
    partner_request = queries.get_request_for_host(viewer(), request_id)
    overrides_of_pair = overrides.list_for_pair(volunteer_id, request_id)
    initial_values = _form_values(overrides_of_pair)
    form, edit_conflicts = OverrideForm.bind(initial_values), []
    if form.validate_on_submit():
        edit_conflicts = _differences(form, initial_values, overrides_of_pair)
        if not edit_conflicts:
            with form.catch_domain_errors():
                return _save(form, request_id, volunteer_id)
            partner_request = queries.get_request_for_host(viewer(), request_id)
            overrides_of_pair = overrides.list_for_pair(volunteer_id, request_id)
    candidate = overrides.get_pair(volunteer_id, request_id, today=today_for())
    service.require_can_set_override(candidate.facts.account_id, viewer())
    return page(
        "matching/override.html",
        form=form,
        edit_conflicts=edit_conflicts,
        partner_request=partner_request,
        candidate=candidate,
        in_force=[row for row in overrides_of_pair if not row[0].revoked_at],
        revoked=[row for row in overrides_of_pair if row[0].revoked_at],
        wording=explain,
        status=409 if edit_conflicts else 200,
    )


def _save(form: OverrideForm, request_id: int, volunteer_id: int) -> Response:
    service.set_override(
        volunteer_id,
        request_id,
        form.factor.data,
        form.share.data,
        reason=form.reason.data,
        actor=viewer(),
        now=now(),
    )
    pair_url = url_for("matching.edit_override", request_id=request_id, volunteer_id=volunteer_id)
    return finish(pair_url, _("The points are set by hand. They count from now on."))


def _form_values(overrides_of_pair: Any) -> SimpleNamespace:
    """Return the initial values; their version names all overrides in force, so that concurrent edits are detected."""
    in_force = [str(row[0].id) for row in overrides_of_pair if not row[0].revoked_at]
    return SimpleNamespace(version="-".join(in_force) or "0", factor=None, share=None, reason=None)


def _differences(form: OverrideForm, initial_values: SimpleNamespace, overrides_of_pair: Any) -> list[Difference]:
    if not form.has_conflicting_edit(initial_values):
        return []
    factor: Factor = form.factor.data
    in_force = [row[0] for row in overrides_of_pair if not row[0].revoked_at and row[0].factor is factor]
    own_text = f"{form.share.data} %: {form.reason.data}"
    return [
        Difference(template_filters.label(factor), f"{override.share} %: {override.reason}", own_text)
        for override in in_force
    ] or [Difference("", "", "")]


@bp.route("/overrides/<id:override_id>/revoke", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def revoke_override(override_id: int) -> Reply:
    """Ask for confirmation that the computed share counts again."""
    override = overrides.get(override_id)
    volunteer = queries.get_volunteer_row(override.volunteer_id)
    service.require_can_set_override(volunteer.account_id, viewer())
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.revoke_override(override_id, actor=viewer(), now=now())
            pair_url = url_for(
                "matching.edit_override", request_id=override.request_id, volunteer_id=override.volunteer_id
            )
            return finish(pair_url, _("Taken back. The figures count again."))
        override = overrides.get(override_id)
        volunteer = queries.get_volunteer_row(override.volunteer_id)
    return page(
        "matching/revoke_override.html",
        form=form,
        override=override,
        name=volunteer.account.name,
        partner_request=queries.get_request_for_host(viewer(), override.request_id),
        is_revoked=override.revoked_at is not None,
    )
