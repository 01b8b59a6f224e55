"""Decisions, each with a page that asks first: open, return, withdraw, close, reopen."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import ConfirmRequestForm, ReopenForm, RequestMessageForm
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.views.base import DIRECTOR_SIDE, PARTNER_SIDE, Reply, bp, load


@bp.route("/<id:request_id>/open", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def open_request(request_id: int) -> Reply:
    """Let volunteers see it."""
    ask = load(request_id, Action.OPEN)
    form = ConfirmRequestForm.bind()
    if form.accepted():
        with form.refusals():
            service.open_request(ask, actor=viewer(), now=now())
            return finish(url_for(".show", request_id=ask.id), _("The request is open. Volunteers can see it now."))
        ask = load(request_id, Action.OPEN)
    shown = queries.describe(ask, locale=viewer().locale)
    return page("partner_requests/open.html", form=form, ask=ask, shown=shown)


@bp.route("/<id:request_id>/return", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def return_request(request_id: int) -> Reply:
    """Give it back with questions."""
    ask = load(request_id, Action.RETURN)
    form = RequestMessageForm.bind()
    if form.accepted():
        service.return_request(ask, message=form.message.data, actor=viewer(), now=now())
        return finish(url_for(".show", request_id=ask.id), _("The request is back with the partner."))
    return page("partner_requests/return.html", form=form, ask=ask)


@bp.route("/<id:request_id>/withdraw", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def withdraw(request_id: int) -> Reply:
    """Take it back, with words."""
    ask = load(request_id, Action.WITHDRAW)
    form = RequestMessageForm.bind()
    if form.accepted():
        service.withdraw(ask, reason=form.message.data, actor=viewer(), now=now())
        return finish(url_for(".show", request_id=ask.id), _("The request is withdrawn. Everybody concerned is told."))
    return page("partner_requests/withdraw.html", form=form, ask=ask)


@bp.route("/<id:request_id>/close", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def close(request_id: int) -> Reply:
    """Look for nobody else."""
    ask = load(request_id, Action.CLOSE)
    form = ConfirmRequestForm.bind()
    if form.accepted():
        service.close(ask, actor=viewer(), now=now())
        return finish(url_for(".show", request_id=ask.id), _("The request is closed."))
    return page("partner_requests/close.html", form=form, ask=ask)


@bp.route("/<id:request_id>/reopen", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def reopen(request_id: int) -> Reply:
    """Open an expired request again with new dates."""
    ask = load(request_id, Action.REOPEN)
    form = ReopenForm.bind(earliest_start_on=ask.earliest_start_on)
    if form.accepted():
        with form.refusals():
            service.reopen(
                ask,
                respond_by_on=form.respond_by_on.data,
                earliest_start_on=form.earliest_start_on.data,
                actor=viewer(),
                now=now(),
            )
            return finish(url_for(".show", request_id=ask.id), _("The request is open again."))
        ask = load(request_id, Action.REOPEN)
    return page("partner_requests/reopen.html", form=form, ask=ask)
