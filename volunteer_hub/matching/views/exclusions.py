"""Pages about who is not proposed to which hospital: the volunteer's, the hospital's, the coordinator's."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import finish, page, query_int, viewer
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import ConflictForm, ExcludeForm, RevokeForm
from volunteer_hub.matching.models import MatchRestriction
from volunteer_hub.matching.queries import exclusions
from volunteer_hub.volunteers import queries as volunteers

bp = Blueprint("exclusions", __name__)
Reply = Response | tuple[str, int]


@bp.route("/profile/conflicts", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def my_conflicts() -> Reply:
    """The volunteer's own conflicts of interest, and declaring one."""
    me = volunteers.get_mine(viewer())
    form = ConflictForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            row = _declared(me.id, form)
            said = _("Thank you. Nothing of %(hospital)s is offered to you any more.", hospital=row.institution.name)
            return finish(url_for(".my_conflicts"), said)
    found = exclusions.list_mine(viewer())
    return page("matching/exclusions/conflicts.html", form=form, found=found, own=viewer().account_id)


def _declared(volunteer_id: int, form: ConflictForm) -> MatchRestriction:
    hospital = int(form.institution.data)
    return service.restrict(
        volunteer_id, hospital, RestrictionKind.CONFLICT, reason=form.reason.data, actor=viewer(), now=now()
    )


@bp.route("/profile/conflicts/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def revoke_my_conflict(restriction_id: int) -> Reply:
    """Ask whether there is no conflict any more."""
    find = lambda locked: exclusions.get_mine(viewer(), restriction_id, locked=locked)  # noqa: E731 -- one line says it best
    return _lifted(find, url_for(".my_conflicts"), "matching/exclusions/revoke_conflict.html")


def _lifted(find: Callable[[bool], MatchRestriction], back: str, template: str) -> Reply:
    """The confirmation that all three sides share."""
    row = find(request.method == "POST")
    form = RevokeForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.revoke_restriction(row, actor=viewer(), now=now())
            return finish(back, _("Taken back. The two may be put together again."))
        row = find(False)
    can_revoke = row.revoked_at is None and service.can_revoke(row, viewer())
    shares = viewer().is_staff or shares_data(row.institution_id, today=now().date())
    return page(template, form=form, restriction=row, can_revoke=can_revoke, shares=shares, back_url=back)


@bp.route("/matches/<id:match_id>/exclude", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def exclude(match_id: int) -> Reply:
    """The hospital does not want this volunteer proposed to it any more."""
    match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    hospital = match.request.institution
    if not shares_data(hospital.id, today=now().date()):
        raise NotFound(_("There is no such volunteer."))
    form = ExcludeForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            words = form.reason.data
            service.restrict(
                match.volunteer_id, hospital.id, RestrictionKind.EXCLUSION, reason=words, actor=viewer(), now=now()
            )
            return finish(url_for(".hospital_exclusions"), _("The coordinators have been told. The volunteer is not."))
        match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    return page("matching/exclusions/exclude.html", form=form, match=match, waiting=service.is_waiting(match))


@bp.get("/exclusions")
@allow(Role.DIRECTOR, Role.PARTNER)
def hospital_exclusions() -> Reply:
    """Whom the viewer's hospitals do not want proposed to them."""
    found = exclusions.list_for_host(viewer(), key=request.args.get("after"), today=now().date())
    return page("matching/exclusions/hospital.html", found=found, own=viewer().account_id)


@bp.route("/exclusions/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def revoke_exclusion(restriction_id: int) -> Reply:
    """Ask whether the volunteer may be proposed again."""
    find = lambda locked: exclusions.get_for_host(viewer(), restriction_id, locked=locked)  # noqa: E731 -- one line says it best
    return _lifted(find, url_for(".hospital_exclusions"), "matching/exclusions/revoke.html")


@bp.get("/matching/exclusions")
@allow(Role.COORDINATOR)
def index() -> Reply:
    """All of them, or those of one volunteer or hospital; with `?lifted=1` those taken back."""
    volunteer_id, institution_id = query_int("volunteer"), query_int("institution")
    lifted = request.args.get("lifted") == "1"
    found = exclusions.list_all(
        viewer(),
        key=request.args.get("after"),
        volunteer_id=volunteer_id,
        institution_id=institution_id,
        revoked=lifted,
    )
    return page(
        "matching/exclusions/index.html",
        found=found,
        lifted=lifted,
        volunteer=queries.get_volunteer_row(volunteer_id) if volunteer_id else None,
        institution=institutions.get_overseas(institution_id) if institution_id else None,
        can_revoke={row[0].id for row in found.rows if not lifted and service.can_revoke(row[0], viewer())},
    )


@bp.route("/volunteers/<id:volunteer_id>/conflicts", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def declare_conflict(volunteer_id: int) -> Reply:
    """A coordinator records a conflict of interest for a volunteer."""
    person = queries.get_volunteer_row(volunteer_id)
    form = ConflictForm.bind()
    form.reason.description = _(
        "A sentence is enough. Pages show it to coordinators alone, but it is in the volunteer’s download of their own data."
    )
    if form.validate_on_submit():
        with form.catch_domain_errors():
            _declared(volunteer_id, form)
            return finish(url_for(".index", volunteer=volunteer_id), _("Recorded. The two are not put together."))
        person = queries.get_volunteer_row(volunteer_id)
    return page("matching/exclusions/declare.html", form=form, volunteer=person)


@bp.route("/matching/exclusions/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def revoke(restriction_id: int) -> Reply:
    """Ask whether there is no conflict of interest any more."""
    back = url_for(".index", volunteer=exclusions.get(restriction_id).volunteer_id)
    return _lifted(
        lambda locked: exclusions.get(restriction_id, locked=locked), back, "matching/exclusions/revoke_any.html"
    )
