"""Pages where the staff set which checks everybody needs, for how long each counts, and what is read about it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.core import pages
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.volunteers import check_queries, rules, service
from volunteer_hub.volunteers.forms import RequirementForm
from volunteer_hub.volunteers.labels import CHECK_HELP
from volunteer_hub.volunteers.rules import Requirement
from volunteer_hub.volunteers.service.requirements import ReadinessImpact, preview_impact
from volunteer_hub.volunteers.states import CheckKind

bp = Blueprint("readiness_requirements", __name__, url_prefix="/check-settings")
Reply = Response | tuple[str, int]


@bp.get("/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """Every kind of check with what is set for it."""
    found = check_queries.get_requirements()
    return page("volunteers/requirements.html", found=found, help=CHECK_HELP, always=rules.ALWAYS_NEEDED)


@bp.route("/<kind>", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit(kind: str) -> Reply:
    """Change one; what would change for volunteers is shown before it is done."""
    if kind not in set(CheckKind):
        raise NotFound(_("There is no such check."))
    which = CheckKind(kind)
    row = _as_shown(which)
    form, found, change = RequirementForm.bind(row), [], None
    if form.accepted():
        found = form.differences(row)
        if not found:
            change = preview_impact(which, form.requirement(), now=now())
            if not _must_confirm(row, form) or form.confirmed.data == form.confirmation_code(change):
                with form.refusals():
                    return _save(which, form, change)
                row, change = _as_shown(which), None
    return _page(which, form, found=found, change=change)


def _as_shown(kind: CheckKind) -> SimpleNamespace:
    row = check_queries.find_requirement(kind)
    set_to = Requirement(row.needed, row.valid_months, row.guidance) if row else Requirement()
    return SimpleNamespace(
        version=str(row.version) if row else "0",
        needed="yes" if set_to.needed else "no",
        valid_months=set_to.valid_months,
        guidance=set_to.guidance,
    )


def _must_confirm(row: SimpleNamespace, form: RequirementForm) -> bool:
    """Turning a check on or off may make volunteers ready or stop them being so: never silently."""
    return bool(row.needed != form.needed.data)


def _save(kind: CheckKind, form: RequirementForm, change: ReadinessImpact) -> Response:
    reason = form.reason.data
    service.change_requirement(kind, form.requirement(), reason=reason, confirmed=change, actor=viewer(), now=now())
    return finish(url_for(".index"), _("%(check)s is set.", check=pages.label(kind)))


def _page(kind: CheckKind, form: RequirementForm, *, found: Sequence[object], change: ReadinessImpact | None) -> Reply:
    history = audit.history(check_queries.audit_subject(kind))
    if change is not None:
        form.confirmed.raw_data, form.confirmed.data = None, form.confirmation_code(change)
    return page(
        "volunteers/requirement.html",
        form=form,
        found=found,
        kind=kind,
        help=CHECK_HELP[kind],
        change=change,
        is_always=kind in rules.ALWAYS_NEEDED,
        for_some_always=kind is CheckKind.REGISTRATION,
        history=history,
        names=accounts.names_by_id([entry.actor_id for entry in history]),
        status=409 if found else 200,
    )
