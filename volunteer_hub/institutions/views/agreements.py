"""Pages that end an agreement early and add or remove partnerships."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.institutions import queries, service
from volunteer_hub.institutions.forms import EndAgreementForm, PartnershipForm, with_version
from volunteer_hub.institutions.views.base import bp


@bp.route("/institutions/<id:institution_id>/agreements/<id:agreement_id>/end", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def end_agreement(institution_id: int, agreement_id: int) -> Reply:
    """End an agreement before its last day, with a reason."""
    institution = queries.get_overseas(institution_id)
    agreement = queries.get_agreement(institution_id, agreement_id, locked=request.method == "POST")
    row = with_version(last_on=today_for(), expires_on=agreement.expires_on)
    form, has_conflict = EndAgreementForm.bind(row), False
    if form.validate_on_submit():
        has_conflict = form.has_conflicting_edit(row)
        if not has_conflict:
            with form.catch_domain_errors():
                last_on, reason = form.last_on.data, form.reason.data
                service.end_agreement(agreement, last_on=last_on, reason=reason, actor=viewer(), now=now())
                return finish(_partner_url(institution_id), _("The agreement ends on that day."))
            institution = queries.get_overseas(institution_id)
            agreement = queries.get_agreement(institution_id, agreement_id)
    return page(
        "institutions/end_agreement.html",
        form=form,
        has_conflict=has_conflict,
        institution=institution,
        agreement=agreement,
        status=409 if has_conflict else 200,
    )


@bp.route("/institutions/<id:institution_id>/partnerships/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def add_partnership(institution_id: int) -> Reply:
    """Record a partnership with a UK institution."""
    institution = queries.get_overseas(institution_id, locked=request.method == "POST")
    form = PartnershipForm.bind()
    form.uk.options = queries.list_uk_employer_choices()
    form.process_choices("uk")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            uk = queries.get_institution(int(form.uk.data))
            service.add_partnership(institution, uk, theme=form.theme.data, actor=viewer(), now=now())
            return finish(_partner_url(institution_id), _("The partnership is recorded."))
        institution = queries.get_overseas(institution_id)
    return page("institutions/add_partnership.html", form=form, institution=institution)


@bp.route("/institutions/<id:institution_id>/partnerships/<id:partnership_id>/remove", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def remove_partnership(institution_id: int, partnership_id: int) -> Reply:
    """Remove a partnership, after a confirmation page."""
    institution = queries.get_overseas(institution_id)
    partnership = queries.get_partnership(institution_id, partnership_id)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        service.remove_partnership(partnership, actor=viewer(), now=now())
        return finish(_partner_url(institution_id), _("The partnership is removed."))
    return page("institutions/remove_partnership.html", form=form, institution=institution, partnership=partnership)


def _partner_url(institution_id: int) -> str:
    return url_for("institutions.show", institution_id=institution_id)
