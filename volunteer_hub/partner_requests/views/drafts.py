"""Drafts: creation, the sections that consist of one form, preview and submission, copies."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm, Form
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import DraftForm, NeedForm, TimeForm, people_form
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action, RequestSection
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, bp, load
from volunteer_hub.partner_requests.views.overview import section_tasks


@bp.route("/requests/new", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def new() -> Reply:
    """Create a draft from a title and a place."""
    places = queries.list_request_places(viewer())
    form = DraftForm.bind(place=places[0][0] if len(places) == 1 else None)
    form.place.options = places
    form.process_choices("place")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            institution_id, programme_id = map(int, form.place.data.split("-"))
            partner_request = service.create_draft(
                title=form.title.data,
                institution=institutions.get_institution(institution_id),
                programme_id=programme_id,
                actor=viewer(),
                now=now(),
            )
            return finish(
                url_for("partner_requests.show", request_id=partner_request.id),
                _("Your draft is saved. Go on now or come back any time."),
            )
    return page("partner_requests/new.html", form=form, places=places)


@bp.route("/requests/<id:request_id>/need", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def need(request_id: int) -> Reply:
    """Edit the section on the need."""
    partner_request = load(request_id, Action.EDIT)
    return _edit_section(partner_request, RequestSection.NEED, NeedForm.bind(partner_request))


@bp.route("/requests/<id:request_id>/time", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def time(request_id: int) -> Reply:
    """Edit the section on time and dates."""
    partner_request = load(request_id, Action.EDIT)
    return _edit_section(partner_request, RequestSection.TIME, TimeForm.bind(partner_request))


@bp.route("/requests/<id:request_id>/people", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def people(request_id: int) -> Reply:
    """Edit the section on supervisor and cost."""
    partner_request = load(request_id, Action.EDIT)
    return _edit_section(
        partner_request, RequestSection.PEOPLE, people_form(partner_request.programme.currency).bind(partner_request)
    )


UNCHANGED_WHEN_EMPTY = frozenset({"seats", "urgency"})


def _edit_section(partner_request: PartnerRequest, section: RequestSection, form: Form) -> Reply:
    """Show or save one section; with a conflicting edit by another user, show both versions (409)."""
    template = f"partner_requests/section_{section.value}.html"
    if form.validate_on_submit():
        conflicts = form.differences(partner_request)
        if conflicts:
            return page(template, form=form, partner_request=partner_request, conflicts=conflicts, status=409)
        with form.catch_domain_errors():
            service.save_section(partner_request, section, actor=viewer(), now=now(), **_values(form, partner_request))
            return finish(url_for("partner_requests.show", request_id=partner_request.id), _("Saved."))
        partner_request = load(partner_request.id, Action.EDIT)
    return page(template, form=form, partner_request=partner_request, conflicts=[])


def _values(form: Form, partner_request: PartnerRequest) -> dict[str, Any]:
    """Return the submitted values by column name; columns in UNCHANGED_WHEN_EMPTY keep their value when left empty."""
    values = {name: value for name, value in form.data.items() if name != "version"}
    empty = {name for name in UNCHANGED_WHEN_EMPTY & values.keys() if values[name] is None}
    return values | {name: getattr(partner_request, name) for name in empty}


@bp.route("/requests/<id:request_id>/preview", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def preview(request_id: int) -> Reply:
    """Preview the request as volunteers will see it, and submit it."""
    partner_request = load(request_id, Action.SUBMIT)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.submit(partner_request, actor=viewer(), now=now())
            return finish(
                url_for("partner_requests.show", request_id=partner_request.id),
                _("Your request is with the director, who opens it or asks back."),
            )
        partner_request = load(request_id, Action.SUBMIT)
    return page(
        "partner_requests/preview.html",
        form=form,
        partner_request=partner_request,
        description=queries.describe(partner_request, locale=viewer().locale),
        tasks=[task for task in section_tasks(queries.list_gaps(partner_request, now=now())) if task[1]],
    )


@bp.route("/requests/<id:request_id>/copy", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def copy(request_id: int) -> Reply:
    """Create a draft from this request, after a confirmation page."""
    partner_request = load(request_id, Action.COPY)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        draft = service.copy_request(partner_request, actor=viewer(), now=now())
        return finish(url_for("partner_requests.show", request_id=draft.id), _("This is your copy. Give it new dates."))
    return page("partner_requests/copy.html", form=form, partner_request=partner_request)
