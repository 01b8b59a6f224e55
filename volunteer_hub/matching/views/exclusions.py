"""Pages about match restrictions: the volunteer's, the hospital's and the coordinator's."""

from __future__ import annotations

from collections.abc import Callable

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries, service
from volunteer_hub.matching.forms import ConflictForm, ExcludeForm
from volunteer_hub.matching.models import MatchRestriction
from volunteer_hub.matching.queries import exclusions
from volunteer_hub.matching.views.base import bp
from volunteer_hub.volunteers import queries as volunteers


@bp.route("/profile/conflicts", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def my_conflicts() -> Reply:
    """The volunteer's own conflicts of interest, and declaring one."""
    me = volunteers.get_mine(viewer())
    form = ConflictForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            row = _declare_conflict(me.id, form)
            notice = _("Thank you. Nothing of %(hospital)s is offered to you any more.", hospital=row.institution.name)
            return finish(url_for("matching.my_conflicts"), notice)
    restrictions = exclusions.list_mine(viewer())
    return page("matching/exclusions/conflicts.html", form=form, restrictions=restrictions, own=viewer().account_id)


def _declare_conflict(volunteer_id: int, form: ConflictForm) -> MatchRestriction:
    hospital = int(form.institution.data)
    return service.restrict(
        volunteer_id, hospital, RestrictionKind.CONFLICT, reason=form.reason.data, actor=viewer(), now=now()
    )


@bp.route("/profile/conflicts/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def revoke_my_conflict(restriction_id: int) -> Reply:
    """Ask for confirmation that the conflict of interest has ended."""
    find = lambda locked: exclusions.get_mine(viewer(), restriction_id, locked=locked)  # noqa: E731 -- one line says it best
    return _confirm_revocation(find, url_for("matching.my_conflicts"), "matching/exclusions/revoke_conflict.html")


def _confirm_revocation(find: Callable[[bool], MatchRestriction], back_url: str, template: str) -> Reply:
    """The confirmation page that volunteers, hosts and coordinators share."""
    restriction = find(request.method == "POST")
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.revoke_restriction(restriction, actor=viewer(), now=now())
            return finish(back_url, _("Taken back. The two may be put together again."))
        restriction = find(False)
    can_revoke = restriction.revoked_at is None and service.can_revoke(restriction, viewer())
    shares = viewer().is_staff or shares_data(restriction.institution_id, today=today_for())
    return page(template, form=form, restriction=restriction, can_revoke=can_revoke, shares=shares, back_url=back_url)


@bp.route("/matches/<id:match_id>/exclude", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def exclude(match_id: int) -> Reply:
    """Exclude a volunteer from further proposals to the hospital."""
    match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    hospital = match.request.institution
    if not shares_data(hospital.id, today=today_for()):
        raise NotFound(_("There is no such volunteer."), code="volunteer_not_found")
    form = ExcludeForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            reason = form.reason.data
            service.restrict(
                match.volunteer_id, hospital.id, RestrictionKind.EXCLUSION, reason=reason, actor=viewer(), now=now()
            )
            return finish(
                url_for("matching.hospital_exclusions"), _("The coordinators have been told. The volunteer is not.")
            )
        match = queries.get_for_host(viewer(), match_id, Role.DIRECTOR, Role.PARTNER)
    return page("matching/exclusions/exclude.html", form=form, match=match, waiting=service.is_waiting(match))


@bp.get("/exclusions")
@allow(Role.DIRECTOR, Role.PARTNER)
def hospital_exclusions() -> Reply:
    """The exclusions by the viewer's hospitals."""
    restrictions_page = exclusions.list_for_host(viewer(), key=query_values().page_key, today=today_for())
    return page("matching/exclusions/hospital.html", restrictions_page=restrictions_page, own=viewer().account_id)


@bp.route("/exclusions/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.DIRECTOR, Role.PARTNER)
def revoke_exclusion(restriction_id: int) -> Reply:
    """Ask for confirmation that the volunteer may be proposed again."""
    find = lambda locked: exclusions.get_for_host(viewer(), restriction_id, locked=locked)  # noqa: E731 -- one line says it best
    return _confirm_revocation(find, url_for("matching.hospital_exclusions"), "matching/exclusions/revoke.html")


@bp.get("/matching/exclusions")
@allow(Role.COORDINATOR)
def restrictions() -> Reply:
    """All restrictions, or those of one volunteer or hospital; with `?lifted=1` the revoked ones."""
    volunteer_id, institution_id = query_values().row_id("volunteer"), query_values().row_id("institution")
    revoked_only = query_values().is_set("lifted")
    restrictions_page = exclusions.list_all(
        viewer(),
        key=query_values().page_key,
        volunteer_id=volunteer_id,
        institution_id=institution_id,
        revoked=revoked_only,
    )
    return page(
        "matching/exclusions/index.html",
        restrictions_page=restrictions_page,
        revoked_only=revoked_only,
        volunteer=queries.get_volunteer_row(volunteer_id) if volunteer_id else None,
        institution=institutions.get_overseas(institution_id) if institution_id else None,
        can_revoke={
            row[0].id for row in restrictions_page.rows if not revoked_only and service.can_revoke(row[0], viewer())
        },
    )


@bp.route("/volunteers/<id:volunteer_id>/conflicts", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def declare_conflict(volunteer_id: int) -> Reply:
    """Record a conflict of interest for a volunteer, as a coordinator."""
    volunteer = queries.get_volunteer_row(volunteer_id)
    form = ConflictForm.bind()
    form.reason.description = _(
        "A sentence is enough. Pages show it to coordinators alone, but it is in the volunteer’s download of their own data."
    )
    if form.validate_on_submit():
        with form.catch_domain_errors():
            _declare_conflict(volunteer_id, form)
            return finish(
                url_for("matching.restrictions", volunteer=volunteer_id), _("Recorded. The two are not put together.")
            )
        volunteer = queries.get_volunteer_row(volunteer_id)
    return page("matching/exclusions/declare.html", form=form, volunteer=volunteer)


@bp.route("/matching/exclusions/<id:restriction_id>/revoke", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def revoke_restriction(restriction_id: int) -> Reply:
    """Ask for confirmation that the conflict of interest has ended, as a coordinator."""
    back_url = url_for("matching.restrictions", volunteer=exclusions.get(restriction_id).volunteer_id)
    return _confirm_revocation(
        lambda locked: exclusions.get(restriction_id, locked=locked), back_url, "matching/exclusions/revoke_any.html"
    )
