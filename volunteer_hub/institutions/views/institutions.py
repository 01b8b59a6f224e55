"""Pages about overseas partners: the list, one partner, adding and changing one, recording an agreement."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.http import Reply, attachment, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.institutions import agreement_export, queries, references, rules, service
from volunteer_hub.institutions.forms import (
    AgreementForm,
    ChangeInstitutionForm,
    InstitutionForm,
    differences,
    institution_form_values,
    join_languages,
    language_options,
)
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import AgreementStatus
from volunteer_hub.institutions.views.base import bp

STATUS_FILTERS = {
    "without": frozenset({AgreementStatus.NONE, AgreementStatus.ENDED}),
    "soon": frozenset({AgreementStatus.EXPIRING}),
}


@bp.get("/institutions/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """List overseas partners by name with the status of their agreements."""
    search, show = query_values().text("q"), query_values().text("show")
    partners = queries.list_overseas_partners(
        today=today_for(), search=search, statuses=STATUS_FILTERS.get(show, frozenset(AgreementStatus))
    )
    filters = [("", _("All")), ("without", _("Without an agreement in force")), ("soon", _("Agreement runs out soon"))]
    return page("institutions/index.html", partners=partners, search=search, show=show, filters=filters)


@bp.get("/institutions/institutions.csv")
@allow(Role.COORDINATOR, Role.ADMIN)
def export() -> Response:
    """Download every overseas partner with its agreements as CSV."""
    text = agreement_export.to_csv(queries.list_partners_with_agreements(), today=today_for())
    return attachment(text, f"institutions-{now():%Y-%m-%d}.csv")


@bp.get("/institutions/<id:institution_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(institution_id: int) -> Reply:
    """Show one partner with its partnerships, agreements, references to it and history."""
    institution = queries.get_overseas(institution_id)
    today = today_for()
    agreements = [
        (
            agreement,
            rules.agreement_status(agreement.expires_on or rules.NO_LAST_DAY, today=today),
            rules.days_left(agreement.expires_on, today=today),
        )
        for agreement in queries.list_agreements(institution.id)
    ]
    history, codes = audit_queries.list_history(institution), institution.languages.split("|")
    return page(
        "institutions/show.html",
        institution=institution,
        partnerships=queries.list_partnerships(institution.id),
        agreements=agreements,
        shares_data=any(status is not AgreementStatus.ENDED for _agreement, status, _days in agreements),
        ended=AgreementStatus.ENDED,
        languages=[name for code, name in language_options(institution.languages) if code in codes],
        references=references.count_references(institution.id, viewer()),
        history=history,
        names=audit_queries.actor_names([entry.actor_id for entry in history]),
    )


@bp.route("/institutions/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Record an overseas partner."""
    form = InstitutionForm.bind()
    form.country.options = queries.list_country_choices()
    form.process_choices("country")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            institution = _add(form)
            return finish(
                url_for("institutions.show", institution_id=institution.id),
                _("%(name)s is recorded.", name=institution.name),
            )
    return page("institutions/new.html", form=form)


def _add(form: InstitutionForm) -> Institution:
    country = queries.get_country(form.country.data)
    return service.add_overseas_partner(
        name=form.name.data,
        town=form.town.data,
        country=country,
        time_zone=form.time_zone.data or country.time_zone,
        connectivity=form.connectivity.data,
        actor=viewer(),
        now=now(),
    )


@bp.route("/institutions/<id:institution_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit(institution_id: int) -> Reply:
    """Change the details; after a concurrent change both versions are shown."""
    institution = queries.get_overseas(institution_id, locked=request.method == "POST")
    row = institution_form_values(institution)
    form, conflicts = ChangeInstitutionForm.bind(row), []
    form.languages.options = language_options(institution.languages, institution.country.languages)
    form.process_choices("languages")
    if form.validate_on_submit():
        conflicts = differences(form, row)
        if not conflicts:
            with form.catch_domain_errors():
                service.change_details(institution, _details(form, institution), actor=viewer(), now=now())
                return finish(url_for("institutions.show", institution_id=institution_id), _("The details are saved."))
            institution = queries.get_overseas(institution_id)
    return page(
        "institutions/edit.html",
        form=form,
        conflicts=conflicts,
        institution=institution,
        status=409 if conflicts else 200,
    )


def _details(form: ChangeInstitutionForm, institution: Institution) -> service.InstitutionDetails:
    return service.InstitutionDetails(
        name=form.name.data,
        town=form.town.data,
        time_zone=form.time_zone.data,
        languages=join_languages(form.languages.data, institution.languages),
        connectivity=form.connectivity.data,
    )


@bp.route("/institutions/<id:institution_id>/agreements/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def record_agreement(institution_id: int) -> Reply:
    """Record a data-sharing agreement; `?renew=` prefills the reference of an earlier one."""
    institution = queries.get_overseas(institution_id)
    renewed_id = query_values().row_id("renew")
    reference = queries.get_agreement(institution_id, renewed_id).reference if renewed_id else None
    form = AgreementForm.bind(reference=reference)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.record_agreement(
                institution,
                reference=form.reference.data,
                signed_on=form.signed_on.data,
                expires_on=form.expires_on.data,
                actor=viewer(),
                now=now(),
            )
            return finish(url_for("institutions.show", institution_id=institution_id), _("The agreement is recorded."))
        institution = queries.get_overseas(institution_id)
    return page("institutions/record_agreement.html", form=form, institution=institution)
