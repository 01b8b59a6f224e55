"""Pages about programmes: the list, one programme, settings, institutions, closing and reopening."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import money
from volunteer_hub.core.access import STAFF, Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.programmes import queries, rules, service
from volunteer_hub.programmes.forms import AddInstitutionForm, NewProgrammeForm, ProgrammeForm, programme_form_values
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.rules import ProgrammeSettings

bp = Blueprint("programmes", __name__)
HISTORY_PREVIEW_LENGTH = 20
"""Number of the latest audit entries that are shown unless the whole history is requested."""


@bp.get("/programmes/")
@allow(Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)
def index() -> Reply:
    """List every programme with its state, dates and funder."""
    return page("programmes/index.html", programmes=queries.list_programmes(), may_change=viewer().has(*STAFF))


@bp.get("/programmes/<id:programme_id>")
@allow(Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)
def show(programme_id: int) -> Reply:
    """Show one programme with its settings, institutions and history."""
    programme = queries.get_programme(programme_id)
    may_change = viewer().has(*STAFF)
    participants = queries.list_institutions(programme.id)
    form = AddInstitutionForm.bind()
    if may_change:
        participant_ids = {str(institution.id) for institution in participants}
        form.institution.options = [
            pair for pair in institutions.list_overseas_choices() if pair[0] not in participant_ids
        ]
    entries = audit_queries.list_history(programme) if viewer().has(*STAFF, Role.FINANCE) else []
    history, has_more = _select_history(entries, query_values().text("history"))
    return page(
        "programmes/show.html",
        form=form,
        programme=programme,
        participants=participants,
        may_change=may_change,
        can_add=may_change and rules.can_add_institution(programme.state),
        can_close=may_change and rules.can_close(programme.state),
        can_reopen=may_change and rules.can_reopen(programme.state),
        history=history,
        has_more=has_more,
        history_filter=query_values().text("history"),
        names=audit_queries.actor_names([entry.actor_id for entry in history]),
    )


def _select_history(entries: Sequence[AuditEntry], history_filter: str) -> tuple[Sequence[AuditEntry], bool]:
    """Return the entries to show, the oldest first, and whether earlier ones are left out."""
    if history_filter == "settings":
        entries = [entry for entry in entries if entry.action == "programme.changed"]
    has_more = not history_filter and len(entries) > HISTORY_PREVIEW_LENGTH
    return (entries[-HISTORY_PREVIEW_LENGTH:] if has_more else entries), has_more


@bp.route("/programmes/new", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def new() -> Reply:
    """Add a programme."""
    form = NewProgrammeForm.bind(volunteer_days=7, director_days=7, release_days=14)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            settings = _settings(form, form.currency.data)
            programme = service.add_programme(settings, currency=form.currency.data, actor=viewer(), now=now())
            return finish(
                url_for("programmes.show", programme_id=programme.id),
                _("%(name)s is set up. Now add the institutions that take part.", name=programme.name),
            )
    return page("programmes/new.html", form=form)


@bp.route("/programmes/<id:programme_id>/edit", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def edit(programme_id: int) -> Reply:
    """Change the settings; after a concurrent change both versions are shown."""
    programme = _load(programme_id)
    row = programme_form_values(programme)
    form = ProgrammeForm.bind(row)
    form.allocation.suffix = programme.currency
    conflicts = []
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            with form.catch_domain_errors():
                settings = _settings(form, programme.currency)
                service.change_settings(programme, settings, actor=viewer(), now=now())
                return finish(url_for("programmes.show", programme_id=programme_id), _("The settings are saved."))
    return page(
        "programmes/edit.html", form=form, conflicts=conflicts, programme=programme, status=409 if conflicts else 200
    )


def _settings(form: ProgrammeForm, currency: str) -> ProgrammeSettings:
    """Return the submitted settings. Raises DomainError for an invalid amount."""
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


def _load(programme_id: int) -> Programme:
    """Return the programme; for a POST with a row lock, so that concurrent editors are serialised."""
    return queries.get_programme(programme_id, locked=request.method == "POST")


@bp.route("/programmes/<id:programme_id>/institutions", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def add_institution(programme_id: int) -> Reply:
    """Add an institution, so that its people may raise requests in the programme."""
    programme = _load(programme_id)
    form = AddInstitutionForm.bind()
    form.institution.options = institutions.list_overseas_choices()
    form.process_choices("institution")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            institution = institutions.get_overseas(int(form.institution.data))
            service.add_institution(programme, institution, actor=viewer(), now=now())
            return finish(
                url_for("programmes.show", programme_id=programme_id),
                _("%(name)s takes part now.", name=institution.name),
            )
    return page("programmes/add_institution.html", form=form, programme=programme)


@bp.route("/programmes/<id:programme_id>/institutions/<id:institution_id>/take-out", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def remove_institution(programme_id: int, institution_id: int) -> Reply:
    """Remove an institution, after a confirmation page."""
    programme, institution = _load(programme_id), institutions.get_overseas(institution_id)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.remove_institution(programme, institution, actor=viewer(), now=now())
            return finish(
                url_for("programmes.show", programme_id=programme_id),
                _("%(name)s is taken out.", name=institution.name),
            )
    return page("programmes/remove_institution.html", form=form, programme=programme, institution=institution)


@bp.route("/programmes/<id:programme_id>/close", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def close(programme_id: int) -> Reply:
    """Close the programme, after a confirmation page."""
    return _confirm(programme_id, "close", lambda programme: service.close(programme, actor=viewer(), now=now()))


@bp.route("/programmes/<id:programme_id>/reopen", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def reopen(programme_id: int) -> Reply:
    """Reopen the programme, after a confirmation page."""
    return _confirm(programme_id, "reopen", lambda programme: service.reopen(programme, actor=viewer(), now=now()))


def _confirm(programme_id: int, action: str, perform: Callable[[Programme], None]) -> Reply:
    programme = _load(programme_id)
    form = ConfirmForm.bind()
    message = _("The programme is closed.") if action == "close" else _("The programme runs again.")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            perform(programme)
            return finish(url_for("programmes.show", programme_id=programme_id), message)
    return page(f"programmes/{action}.html", form=form, programme=programme)
