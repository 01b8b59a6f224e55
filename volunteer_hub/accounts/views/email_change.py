"""Pages for changing one's email address: requested while signed in, confirmed by a link sent to the new address."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.forms import EmailChangeForm
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.core.access import allow, public, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.throttle import Limit, client_network, form_value, limit_posts


@bp.route("/account/email", methods=["GET", "POST"])
@allow()
@sensitive
@limit_posts(Limit("LIMIT_LINK_NETWORK", client_network), Limit("LIMIT_LINK_ADDRESS", form_value("email")))
def change_email() -> Reply:
    """Request the change. The response is the same for every address, so it does not tell which ones have an account."""
    form = EmailChangeForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.request_email_change(
                queries.get_account(viewer().account_id), form.email.data, actor=viewer(), now=now()
            )
            return finish(url_for("accounts.check_new_mailbox"))
    return page("accounts/email_change.html", form=form, email=viewer().email)


@bp.get("/account/email/requested")
@allow()
def check_new_mailbox() -> Reply:
    """Show what to do next, the same for every address."""
    return page("accounts/email_change_requested.html", email=viewer().email)


@bp.route("/new-address/<token>", methods=["GET", "POST"])
@public
def confirm_new_email(token: str) -> Reply:
    """Confirm the new address by the emailed link; only a POST changes anything."""
    token_row = service.get_usable_token(token, TokenPurpose.CHANGE_EMAIL, now=now())
    form = ConfirmForm.bind()
    person = viewer()
    is_own_account = person.account_id == token_row.account_id
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.confirm_email_change(token, keep_session=person.session_id if is_own_account else None, now=now())
            target = url_for("accounts.account") if is_own_account else url_for("accounts.sign_in")
            return finish(target, _("Your new e-mail address counts from now on."))
        token_row = service.get_usable_token(token, TokenPurpose.CHANGE_EMAIL, now=now())
    return page("accounts/email_change_confirm.html", form=form, new_email=token_row.new_email)
