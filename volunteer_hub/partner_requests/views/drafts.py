"""Drafting: begin, the sections that are one form each, preview and send, copy."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import Form
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import ConfirmRequestForm, DraftForm, NeedForm, TimeForm, people_form
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import Action, RequestSection
from volunteer_hub.partner_requests.views.base import PARTNER_SIDE, Reply, bp, load
from volunteer_hub.partner_requests.views.overview import section_tasks


@bp.route("/new", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def new() -> Reply:
    """Begin a request with nothing but a title."""
    places = queries.list_request_places(viewer())
    form = DraftForm.bind(place=places[0][0] if len(places) == 1 else None)
    form.place.options = places
    form.process_choices("place")
    if form.accepted():
        with form.refusals():
            institution_id, programme_id = map(int, form.place.data.split("-"))
            ask = service.create_draft(
                title=form.title.data,
                institution=institutions.get_institution(institution_id),
                programme_id=programme_id,
                actor=viewer(),
                now=now(),
            )
            return finish(
                url_for(".show", request_id=ask.id), _("Your draft is saved. Go on now or come back any time.")
            )
    return page("partner_requests/new.html", form=form, places=places)


@bp.route("/<id:request_id>/need", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def need(request_id: int) -> Reply:
    """What is needed."""
    ask = load(request_id, Action.EDIT)
    return _section(ask, RequestSection.NEED, NeedForm.bind(ask))


@bp.route("/<id:request_id>/time", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def time(request_id: int) -> Reply:
    """How much time, how and when."""
    ask = load(request_id, Action.EDIT)
    return _section(ask, RequestSection.TIME, TimeForm.bind(ask))


@bp.route("/<id:request_id>/people", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def people(request_id: int) -> Reply:
    """Supervisor and cost."""
    ask = load(request_id, Action.EDIT)
    return _section(ask, RequestSection.PEOPLE, people_form(ask.programme.currency).bind(ask))


UNCHANGED_WHEN_EMPTY = frozenset({"seats", "urgency"})


def _section(ask: PartnerRequest, section: RequestSection, form: Form) -> Reply:
    """Save one section, or show it: again with both versions when somebody saved in between."""
    template = f"partner_requests/section_{section.value}.html"
    if form.accepted():
        found = form.differences(ask)
        if found:
            return page(template, form=form, ask=ask, found=found, status=409)
        with form.refusals():
            service.save_section(ask, section, actor=viewer(), now=now(), **_answers(form, ask))
            return finish(url_for(".show", request_id=ask.id), _("Saved."))
        ask = load(ask.id, Action.EDIT)
    return page(template, form=form, ask=ask, found=[])


def _answers(form: Form, ask: PartnerRequest) -> dict[str, Any]:
    """What was answered; seats or urgency left empty stay as they are."""
    given = {name: answer for name, answer in form.data.items() if name != "version"}
    kept = {name: getattr(ask, name) for name in UNCHANGED_WHEN_EMPTY & given.keys() if given[name] is None}
    return given | kept


@bp.route("/<id:request_id>/preview", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def preview(request_id: int) -> Reply:
    """The request as volunteers will see it; then it can be sent."""
    ask = load(request_id, Action.SUBMIT)
    form = ConfirmRequestForm.bind()
    if form.accepted():
        with form.refusals():
            service.submit(ask, actor=viewer(), now=now())
            return finish(
                url_for(".show", request_id=ask.id), _("Your request is with the director, who opens it or asks back.")
            )
        ask = load(request_id, Action.SUBMIT)
    return page(
        "partner_requests/preview.html",
        form=form,
        ask=ask,
        shown=queries.describe(ask, locale=viewer().locale),
        tasks=[task for task in section_tasks(queries.list_gaps(ask, now=now())) if task[1]],
    )


@bp.route("/<id:request_id>/copy", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def copy(request_id: int) -> Reply:
    """Begin a new draft from this request, after asking."""
    ask = load(request_id, Action.COPY)
    form = ConfirmRequestForm.bind()
    if form.accepted():
        fresh = service.copy_request(ask, actor=viewer(), now=now())
        return finish(url_for(".show", request_id=fresh.id), _("This is your copy. Give it new dates."))
    return page("partner_requests/copy.html", form=form, ask=ask)
