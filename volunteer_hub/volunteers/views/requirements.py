"""Pages on which the staff set which checks are needed, how long each is valid, and the guidance on it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.core import template_filters
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.volunteers import check_queries, rules, service
from volunteer_hub.volunteers.forms import RequirementForm
from volunteer_hub.volunteers.labels import CHECK_HELP
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.service.requirements import ReadinessImpact, preview_impact
from volunteer_hub.volunteers.states import CheckKind
from volunteer_hub.volunteers.views.base import bp


@bp.get("/check-settings/")
@allow(Role.COORDINATOR, Role.ADMIN)
def requirements() -> Reply:
    """List every kind of check with its requirement."""
    requirements = check_queries.get_requirements()
    return page("volunteers/requirements.html", requirements=requirements, help=CHECK_HELP, always=rules.ALWAYS_NEEDED)


@bp.route("/check-settings/<kind>", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit_requirement(kind: str) -> Reply:
    """Change a requirement; its impact on volunteers is shown first and must be confirmed."""
    if kind not in set(CheckKind):
        raise NotFound(_("There is no such check."), code="check_not_found")
    check_kind = CheckKind(kind)
    row = _form_row(check_kind)
    form, conflicts, impact = RequirementForm.bind(row), [], None
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            impact = preview_impact(check_kind, form.requirement(), now=now())
            if not _must_confirm(row, form) or form.confirmed.data == form.confirmation_code(impact):
                with form.catch_domain_errors():
                    return _save(check_kind, form, impact)
                row, impact = _form_row(check_kind), None
    return _render(check_kind, form, conflicts=conflicts, impact=impact)


def _form_row(kind: CheckKind) -> SimpleNamespace:
    row = check_queries.find_requirement(kind)
    requirement = Requirement(row.needed, row.valid_months, row.guidance) if row else Requirement()
    return SimpleNamespace(
        version=str(row.version) if row else "0",
        needed="yes" if requirement.needed else "no",
        valid_months=requirement.valid_months,
        guidance=requirement.guidance,
    )


def _must_confirm(row: SimpleNamespace, form: RequirementForm) -> bool:
    """Switching a check on or off can change volunteers' readiness, so it must be confirmed."""
    return bool(row.needed != form.needed.data)


def _save(kind: CheckKind, form: RequirementForm, impact: ReadinessImpact) -> Response:
    reason = form.reason.data
    service.change_requirement(kind, form.requirement(), reason=reason, confirmed=impact, actor=viewer(), now=now())
    return finish(url_for("volunteers.requirements"), _("%(check)s is set.", check=template_filters.label(kind)))


def _render(
    kind: CheckKind, form: RequirementForm, *, conflicts: Sequence[object], impact: ReadinessImpact | None
) -> Reply:
    history = audit.list_history(check_queries.audit_subject(kind))
    if impact is not None:
        form.confirmed.raw_data, form.confirmed.data = None, form.confirmation_code(impact)
    return page(
        "volunteers/requirement.html",
        form=form,
        conflicts=conflicts,
        kind=kind,
        help=CHECK_HELP[kind],
        impact=impact,
        is_always_needed=kind in rules.ALWAYS_NEEDED,
        is_needed_by_regulated=kind is CheckKind.REGISTRATION,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
        status=409 if conflicts else 200,
    )
