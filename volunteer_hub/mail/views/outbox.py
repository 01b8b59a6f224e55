"""The outbox for programme staff: search emails, read one, decide about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.account_names import map_account_names
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import QueryValues, query_values
from volunteer_hub.mail import bounces as bounce_service
from volunteer_hub.mail import delivery_overrides, queries, rules, template_messages
from volunteer_hub.mail.labels import kind_label
from volunteer_hub.mail.queries import OutboxFilters
from volunteer_hub.mail.states import MailState
from volunteer_hub.mail.views.base import bp


@bp.get("/outbox/")
@allow(Role.COORDINATOR, Role.ADMIN)
def outbox() -> Reply:
    """List the emails that match the filters, newest first."""
    filters = parse_filters(query_values(), viewer().time_zone)
    return page(
        "mail/outbox.html",
        result=queries.list_mails(filters, key=query_values().page_key),
        filters=filters,
        query=request.args,
        states=list(MailState),
        kinds=template_messages.list_kinds(),
        kind_label=kind_label,
    )


def parse_filters(values: QueryValues, zone: str) -> OutboxFilters:
    """Return the filters in a query string; its dates are in the time zone `zone`."""
    return OutboxFilters(
        state=values.choice("state", MailState),
        kind=values.text("kind"),
        recipient=" ".join(values.text("to").split()),
        since=values.start_of("since", zone),
        until=values.end_of("until", zone),
    )


@bp.get("/outbox/<id:mail_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def email(mail_id: int) -> Reply:
    """Show one email with its state and history; the text of a sensitive one is hidden."""
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
        names=map_account_names(entry.actor_id for entry in history),
    )


@bp.route("/outbox/<id:mail_id>/send-again", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def send_again(mail_id: int) -> Reply:
    """Confirm, then queue a failed or uncertain email again."""
    return _confirm_and_apply(
        mail_id, "mail/send_again.html", delivery_overrides.send_again, _("The e-mail goes out within a minute.")
    )


@bp.route("/outbox/<id:mail_id>/delivered", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def mark_delivered(mail_id: int) -> Reply:
    """Confirm, then mark an uncertain email as delivered."""
    return _confirm_and_apply(
        mail_id, "mail/mark_delivered.html", delivery_overrides.mark_delivered, _("The e-mail counts as sent.")
    )


@bp.route("/outbox/<id:mail_id>/cancel", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def cancel(mail_id: int) -> Reply:
    """Confirm, then cancel a queued email."""
    return _confirm_and_apply(mail_id, "mail/cancel.html", delivery_overrides.cancel, _("The e-mail is cancelled."))


@bp.get("/outbox/bounces")
@allow(Role.COORDINATOR, Role.ADMIN)
def bounces() -> Reply:
    """List the addresses with bounces, the latest first."""
    return page("mail/bounces.html", result=queries.list_bounces(key=query_values().page_key))


@bp.route("/outbox/bounces/<id:bounces_id>/resume", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
def resume_address(bounces_id: int) -> Reply:
    """Confirm, then resume delivery to a paused address."""
    address = queries.get_bounces(bounces_id, locked=request.method == "POST")
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            bounce_service.resume(address, actor=viewer(), now=now())
            return finish(
                url_for("mail.bounces"), _("We will send emails to %(address)s again.", address=address.address)
            )
    return page("mail/resume.html", form=form, address=address)


def _confirm_and_apply(mail_id: int, template: str, apply: Callable[..., None], message: Any) -> Reply:
    mail = queries.get_mail(mail_id, locked=request.method == "POST")
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            apply(mail, actor=viewer(), now=now())
            return finish(url_for("mail.email", mail_id=mail_id), message)
    return page(template, form=form, mail=mail)
