"""Decisions, each with a confirmation page: open, return, withdraw, close, reopen."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.forms import ReopenForm, RequestMessageForm
from volunteer_hub.partner_requests.rules import Action
from volunteer_hub.partner_requests.views.base import DIRECTOR_SIDE, PARTNER_SIDE, bp, load


@bp.route("/requests/<id:request_id>/open", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def open_request(request_id: int) -> Reply:
    """Open a submitted request to volunteers."""
    partner_request = load(request_id, Action.OPEN)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.open_request(partner_request, actor=viewer(), now=now())
            return finish(
                url_for("partner_requests.show", request_id=partner_request.id),
                _("The request is open. Volunteers can see it now."),
            )
        partner_request = load(request_id, Action.OPEN)
    description = queries.describe(partner_request, locale=viewer().locale)
    return page("partner_requests/open.html", form=form, partner_request=partner_request, description=description)


@bp.route("/requests/<id:request_id>/return", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def return_request(request_id: int) -> Reply:
    """Return a request to the partner with a message."""
    partner_request = load(request_id, Action.RETURN)
    form = RequestMessageForm.bind()
    if form.validate_on_submit():
        service.return_request(partner_request, message=form.message.data, actor=viewer(), now=now())
        return finish(
            url_for("partner_requests.show", request_id=partner_request.id), _("The request is back with the partner.")
        )
    return page("partner_requests/return.html", form=form, partner_request=partner_request)


@bp.route("/requests/<id:request_id>/withdraw", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def withdraw(request_id: int) -> Reply:
    """Withdraw a request with a message."""
    partner_request = load(request_id, Action.WITHDRAW)
    form = RequestMessageForm.bind()
    if form.validate_on_submit():
        service.withdraw(partner_request, reason=form.message.data, actor=viewer(), now=now())
        return finish(
            url_for("partner_requests.show", request_id=partner_request.id),
            _("The request is withdrawn. Everybody concerned is told."),
        )
    return page("partner_requests/withdraw.html", form=form, partner_request=partner_request)


@bp.route("/requests/<id:request_id>/close", methods=["GET", "POST"])
@allow(*PARTNER_SIDE)
def close(request_id: int) -> Reply:
    """Close a request: no more volunteers are sought."""
    partner_request = load(request_id, Action.CLOSE)
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        service.close(partner_request, actor=viewer(), now=now())
        return finish(url_for("partner_requests.show", request_id=partner_request.id), _("The request is closed."))
    return page("partner_requests/close.html", form=form, partner_request=partner_request)


@bp.route("/requests/<id:request_id>/reopen", methods=["GET", "POST"])
@allow(*DIRECTOR_SIDE)
def reopen(request_id: int) -> Reply:
    """Reopen an expired request with new dates."""
    partner_request = load(request_id, Action.REOPEN)
    form = ReopenForm.bind(earliest_start_on=partner_request.earliest_start_on)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.reopen(
                partner_request,
                respond_by_on=form.respond_by_on.data,
                earliest_start_on=form.earliest_start_on.data,
                actor=viewer(),
                now=now(),
            )
            return finish(
                url_for("partner_requests.show", request_id=partner_request.id), _("The request is open again.")
            )
        partner_request = load(request_id, Action.REOPEN)
    return page("partner_requests/reopen.html", form=form, partner_request=partner_request)
