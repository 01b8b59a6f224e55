"""Pages about programmes: the list, one of them, its settings, who takes part, closing and reopening."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import money
from volunteer_hub.core.access import STAFF, Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.programmes import queries, service
from volunteer_hub.programmes.forms import (
    AddInstitutionForm,
    NewProgrammeForm,
    ProgrammeConfirmForm,
    ProgrammeForm,
    programme_form_values,
)
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.rules import ProgrammeSettings
from volunteer_hub.programmes.states import MOVES, ProgrammeState

bp = Blueprint("programmes", __name__, url_prefix="/programmes")
Reply = Response | tuple[str, int]
HISTORY_PREVIEW_LENGTH = 20
"""So many acts of the history are shown unless all are asked for."""


@bp.get("/")
@allow(Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)
def index() -> Reply:
    """Every programme with its state, dates and funder."""
    return page("programmes/index.html", programmes=queries.list_programmes(), may_change=viewer().has(*STAFF))


@bp.get("/<id:programme_id>")
@allow(Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)
def show(programme_id: int) -> Reply:
    """One programme: its settings, who takes part, its history."""
    programme = queries.get_programme(programme_id)
    may_change = viewer().has(*STAFF)
    taking_part = queries.list_institutions(programme.id)
    form = AddInstitutionForm.bind()
    if may_change:
        here = {str(institution.id) for institution in taking_part}
        form.institution.options = [pair for pair in institutions.list_overseas_choices() if pair[0] not in here]
    acts = audit_queries.history(programme) if viewer().has(*STAFF, Role.FINANCE) else []
    history, has_more = _chosen(acts, request.args.get("history", ""))
    return page(
        "programmes/show.html",
        form=form,
        programme=programme,
        taking_part=taking_part,
        may_change=may_change,
        can_add=may_change and programme.state is not ProgrammeState.CLOSED,
        can_close=may_change and ProgrammeState.CLOSED in MOVES[programme.state],
        can_reopen=may_change and ProgrammeState.ACTIVE in MOVES[programme.state],
        history=history,
        has_more=has_more,
        shown=request.args.get("history", ""),
        names=audit_queries.actor_names([entry.actor_id for entry in history]),
    )


def _chosen(acts: Sequence[AuditEntry], asked: str) -> tuple[Sequence[AuditEntry], bool]:
    """The acts that the page shows, the oldest first, and whether it leaves earlier ones out."""
    found = [entry for entry in acts if entry.action == "programme.changed"] if asked == "settings" else acts
    return (found, False) if asked else (found[-HISTORY_PREVIEW_LENGTH:], len(found) > HISTORY_PREVIEW_LENGTH)


@bp.route("/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Set a programme up."""
    form = NewProgrammeForm.bind(volunteer_days=7, director_days=7, release_days=14)
    if form.accepted():
        with form.refusals():
            settings = _settings(form, form.currency.data)
            programme = service.add_programme(settings, currency=form.currency.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", programme_id=programme.id),
                _("%(name)s is set up. Now add the institutions that take part.", name=programme.name),
            )
    return page("programmes/new.html", form=form)


@bp.route("/<id:programme_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit(programme_id: int) -> Reply:
    """Change the settings; whoever comes second is shown both versions."""
    programme = _for_act(programme_id)
    row = programme_form_values(programme)
    form = ProgrammeForm.bind(row)
    form.allocation.suffix = programme.currency
    found = []
    if form.accepted():
        found = form.differences(row)
        if not found:
            with form.refusals():
                settings = _settings(form, programme.currency)
                service.change_settings(programme, settings, actor=viewer(), now=now())
                return finish(url_for(".show", programme_id=programme_id), _("The settings are saved."))
    return page("programmes/edit.html", form=form, found=found, programme=programme, status=409 if found else 200)


def _settings(form: ProgrammeForm, currency: str) -> ProgrammeSettings:
    """The settings as typed. Raises DomainError for an amount that is none."""
    return ProgrammeSettings(
        name=form.name.data,
        funder=form.funder.data,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        target_volunteers=form.target_volunteers.data,
        default_allocation_minor=money.parse(form.allocation.data, currency, field="allocation").minor,
        needs_release=form.needs_release.data == "yes",
        volunteer_days=form.volunteer_days.data,
        director_days=form.director_days.data,
        release_days=form.release_days.data,
    )


def _for_act(programme_id: int) -> Programme:
    """The programme, for whoever posts alone: rivals on one programme wait for each other."""
    return queries.get_programme(programme_id, locked=request.method == "POST")


@bp.route("/<id:programme_id>/institutions", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def add_institution(programme_id: int) -> Reply:
    """Add an institution, so that its people may raise requests here."""
    programme = _for_act(programme_id)
    form = AddInstitutionForm.bind()
    form.institution.options = institutions.list_overseas_choices()
    form.process_choices("institution")
    if form.accepted():
        with form.refusals():
            institution = institutions.get_overseas(int(form.institution.data))
            service.add_institution(programme, institution, actor=viewer(), now=now())
            return finish(
                url_for(".show", programme_id=programme_id), _("%(name)s takes part now.", name=institution.name)
            )
    return page("programmes/add_institution.html", form=form, programme=programme)


@bp.route("/<id:programme_id>/institutions/<id:institution_id>/take-out", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def remove_institution(programme_id: int, institution_id: int) -> Reply:
    """Ask whether an institution is really to raise no more requests here."""
    programme, institution = _for_act(programme_id), institutions.get_overseas(institution_id)
    form = ProgrammeConfirmForm.bind()
    if form.accepted():
        with form.refusals():
            service.remove_institution(programme, institution, actor=viewer(), now=now())
            return finish(
                url_for(".show", programme_id=programme_id), _("%(name)s is taken out.", name=institution.name)
            )
    return page("programmes/remove_institution.html", form=form, programme=programme, institution=institution)


@bp.route("/<id:programme_id>/close", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def close(programme_id: int) -> Reply:
    """Ask whether the programme is really to take no new requests."""
    return _confirmed(programme_id, "close", lambda found: service.close(found, actor=viewer(), now=now()))


@bp.route("/<id:programme_id>/reopen", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def reopen(programme_id: int) -> Reply:
    """Ask whether the programme is to take requests again."""
    return _confirmed(programme_id, "reopen", lambda found: service.reopen(found, actor=viewer(), now=now()))


def _confirmed(programme_id: int, what: str, act: Callable[[Programme], None]) -> Reply:
    programme = _for_act(programme_id)
    form = ProgrammeConfirmForm.bind()
    said = _("The programme is closed.") if what == "close" else _("The programme runs again.")
    if form.accepted():
        with form.refusals():
            act(programme)
            return finish(url_for(".show", programme_id=programme_id), said)
    return page(f"programmes/{what}.html", form=form, programme=programme)
