"""Pages about overseas partners: the list, one of them, a new one, a data-sharing agreement."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.institutions import queries, rules, service
from volunteer_hub.institutions.forms import AgreementForm, InstitutionForm
from volunteer_hub.institutions.models import Institution

bp = Blueprint("institutions", __name__, url_prefix="/institutions")
Reply = Response | tuple[str, int]


@bp.get("/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """Overseas partners by name, each with whether volunteers' data may be shared with it."""
    search = request.args.get("q", "")[:100]
    found = queries.overseas(today=now().date(), search=search)
    return page("institutions/index.html", found=found, search=search)


@bp.get("/<id:institution_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(institution_id: int) -> Reply:
    """One partner with its partnerships, agreements and history."""
    institution = queries.get_overseas(institution_id)
    today = now().date()
    agreements = [
        (agreement, rules.in_force(agreement.signed_on, agreement.expires_on, today=today))
        for agreement in queries.agreements_of(institution.id)
    ]
    history = audit_queries.history(institution)
    return page(
        "institutions/show.html",
        institution=institution,
        partnerships=queries.partnerships_of(institution.id),
        agreements=agreements,
        shares_data=any(in_force for _agreement, in_force in agreements),
        history=history,
        names=audit_queries.actor_names([entry.actor_id for entry in history]),
    )


@bp.route("/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Record an overseas partner."""
    form = InstitutionForm.bind()
    form.country.options = queries.country_choices()
    form.process_choices("country")
    if form.accepted():
        with form.refusals():
            institution = _add(form)
            return finish(
                url_for(".show", institution_id=institution.id), _("%(name)s is recorded.", name=institution.name)
            )
    return page("institutions/new.html", form=form)


def _add(form: InstitutionForm) -> Institution:
    country = queries.get_country(form.country.data)
    return service.add_overseas(
        name=form.name.data,
        town=form.town.data,
        country=country,
        time_zone=form.time_zone.data or country.time_zone,
        connectivity=form.connectivity.data,
        actor=viewer(),
        now=now(),
    )


@bp.route("/<id:institution_id>/agreements/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def record_agreement(institution_id: int) -> Reply:
    """Record the paper that lets its people see volunteers' data."""
    institution = queries.get_overseas(institution_id)
    form = AgreementForm.bind()
    if form.accepted():
        with form.refusals():
            service.record_agreement(
                institution,
                reference=form.reference.data,
                signed_on=form.signed_on.data,
                expires_on=form.expires_on.data,
                actor=viewer(),
                now=now(),
            )
            return finish(url_for(".show", institution_id=institution_id), _("The agreement is recorded."))
        institution = queries.get_overseas(institution_id)
    return page("institutions/agreement.html", form=form, institution=institution)
