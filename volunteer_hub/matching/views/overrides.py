"""Pages where a coordinator sets one factor of one pair by hand, and takes it back."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import Difference
from volunteer_hub.core.http import finish, page, viewer
from volunteer_hub.fit import explain
from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import OverrideForm, RevokeForm
from volunteer_hub.matching.queries import overrides

bp = Blueprint("overrides", __name__)
Reply = Response | tuple[str, int]


@bp.route("/requests/<id:request_id>/volunteers/<id:volunteer_id>/override", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit(request_id: int, volunteer_id: int) -> Reply:
    """The contributions of one pair, and setting one of them by hand with a reason."""
    asked_for = queries.get_request_for_host(viewer(), request_id)
    earlier = overrides.list_for_pair(volunteer_id, request_id)
    row = _as_shown(earlier)
    form, found = OverrideForm.bind(row), []
    if form.validate_on_submit():
        found = _differences(form, row, earlier)
        if not found:
            with form.catch_domain_errors():
                return _save(form, request_id, volunteer_id)
            asked_for = queries.get_request_for_host(viewer(), request_id)
            earlier = overrides.list_for_pair(volunteer_id, request_id)
    candidate = overrides.get_pair(volunteer_id, request_id, today=now().date())
    service.require_can_set_override(candidate.facts.account_id, viewer())
    return page(
        "matching/override.html",
        form=form,
        found=found,
        asked_for=asked_for,
        candidate=candidate,
        in_force=[one for one in earlier if not one[0].revoked_at],
        lifted=[one for one in earlier if one[0].revoked_at],
        wording=explain,
        status=409 if found else 200,
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
    here = url_for(".edit", request_id=request_id, volunteer_id=volunteer_id)
    return finish(here, _("The points are set by hand. They count from now on."))


def _as_shown(earlier: Any) -> SimpleNamespace:
    """What two editors may meet over: all that is in force for the pair."""
    in_force = [str(one[0].id) for one in earlier if not one[0].revoked_at]
    return SimpleNamespace(version="-".join(in_force) or "0", factor=None, share=None, reason=None)


def _differences(form: OverrideForm, row: SimpleNamespace, earlier: Any) -> list[Difference]:
    if not form.has_conflicting_edit(row):
        return []
    factor: Factor = form.factor.data
    now_set = [one[0] for one in earlier if not one[0].revoked_at and one[0].factor is factor]
    yours = f"{form.share.data} %: {form.reason.data}"
    return [Difference(template_filters.label(factor), f"{one.share} %: {one.reason}", yours) for one in now_set] or [
        Difference("", "", "")
    ]


@bp.route("/overrides/<id:override_id>/revoke", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def revoke(override_id: int) -> Reply:
    """Ask whether the figures are to count again."""
    row = overrides.get(override_id)
    person = queries.get_volunteer_row(row.volunteer_id)
    service.require_can_set_override(person.account_id, viewer())
    form = RevokeForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.revoke_override(override_id, actor=viewer(), now=now())
            here = url_for(".edit", request_id=row.request_id, volunteer_id=row.volunteer_id)
            return finish(here, _("Taken back. The figures count again."))
        row = overrides.get(override_id)
        person = queries.get_volunteer_row(row.volunteer_id)
    return page(
        "matching/revoke_override.html",
        form=form,
        row=row,
        name=person.account.name,
        asked_for=queries.get_request_for_host(viewer(), row.request_id),
        is_lifted=row.revoked_at is not None,
    )
