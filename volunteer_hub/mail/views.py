"""The outbox for those who run the programme: find an e-mail, read it, decide about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core import times
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.fields import parse_filter_date
from volunteer_hub.core.http import finish, page, viewer
from volunteer_hub.mail import bounces as bounce_service
from volunteer_hub.mail import delivery_overrides, queries, rules, template_messages
from volunteer_hub.mail.forms import ConfirmMailForm
from volunteer_hub.mail.labels import kind_label
from volunteer_hub.mail.queries import OutboxFilters
from volunteer_hub.mail.states import MailState

bp = Blueprint("outbox", __name__, url_prefix="/outbox")
Reply = Response | tuple[str, int]


@bp.get("/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """The e-mails that fit the filters, the newest first."""
    asked = read_filters(request.args, viewer().time_zone)
    return page(
        "mail/outbox.html",
        found=queries.list_mails(asked, key=request.args.get("after")),
        asked=asked,
        typed=request.args,
        states=list(MailState),
        kinds=template_messages.list_kinds(),
        kind_label=kind_label,
    )


def read_filters(given: Mapping[str, str], zone: str) -> OutboxFilters:
    """The filters of an address, its days on the reader's clock. What makes no sense is left out."""
    state = given.get("state", "")
    since, until = parse_filter_date(given.get("since", "")), parse_filter_date(given.get("until", ""))
    return OutboxFilters(
        state=MailState(state) if state in set(MailState) else None,
        kind=given.get("kind", "").replace("\x00", "")[:100],
        recipient=" ".join(given.get("to", "").replace("\x00", "").split())[:100],
        since=times.end_of_day(since - dt.timedelta(days=1), zone) if since else None,
        until=times.end_of_day(until, zone) if until else None,
    )


@bp.get("/<id:mail_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(mail_id: int) -> Reply:
    """One e-mail: where it stands, what it says unless that is for its reader alone, what was decided."""
    mail = queries.get_mail(mail_id)
    history = audit_queries.list_history(mail)
    return page(
        "mail/show.html",
        mail=mail,
        kind=kind_label(mail.kind),
        can_send_again=rules.can_send_again(mail.state),
        can_be_delivered=rules.can_be_delivered(mail.state),
        can_cancel=rules.can_cancel(mail.state),
        history=history,
        names=queries.names(entry.actor_id for entry in history),
    )


@bp.route("/<id:mail_id>/send-again", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def send_again(mail_id: int) -> Reply:
    """Ask whether a failed or uncertain e-mail is to go out."""
    return _decided(
        mail_id, "mail/send_again.html", delivery_overrides.send_again, _("The e-mail goes out within a minute.")
    )


@bp.route("/<id:mail_id>/delivered", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def mark_delivered(mail_id: int) -> Reply:
    """Ask whether an uncertain e-mail has arrived."""
    return _decided(
        mail_id, "mail/mark_delivered.html", delivery_overrides.mark_delivered, _("The e-mail counts as sent.")
    )


@bp.route("/<id:mail_id>/cancel", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def cancel(mail_id: int) -> Reply:
    """Ask whether a waiting e-mail is to be kept back."""
    return _decided(mail_id, "mail/cancel.html", delivery_overrides.cancel, _("The e-mail is cancelled."))


@bp.get("/bounces")
@allow(Role.COORDINATOR, Role.ADMIN)
def bounces() -> Reply:
    """Addresses from which emails came back, the latest first."""
    return page("mail/bounces.html", found=queries.list_bounces(key=request.args.get("after")))


@bp.route("/bounces/<id:bounces_id>/resume", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def resume(bounces_id: int) -> Reply:
    """Ask whether a paused address is to be written to again."""
    address = queries.get_bounces(bounces_id, locked=request.method == "POST")
    form = ConfirmMailForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            bounce_service.resume(address, actor=viewer(), now=now())
            return finish(url_for(".bounces"), _("We will send emails to %(address)s again.", address=address.address))
    return page("mail/resume.html", form=form, address=address)


def _decided(mail_id: int, template: str, act: Callable[..., None], said: Any) -> Reply:
    mail = queries.get_mail(mail_id, locked=request.method == "POST")
    form = ConfirmMailForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            act(mail, actor=viewer(), now=now())
            return finish(url_for(".show", mail_id=mail_id), said)
    return page(template, form=form, mail=mail)
