"""Pages that confirm a person's identity: the code at sign-in, and once more before a sensitive action."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries, service, sessions
from volunteer_hub.accounts.codes import is_app_code, normalise_code
from volunteer_hub.accounts.forms import CodeForm, identity_form
from volunteer_hub.accounts.models import UserSession
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.core import throttle
from volunteer_hub.core.access import allow, public
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, finish, is_local, page, viewer
from volunteer_hub.core.throttle import IDENTITY_LIMIT, Limit, form_value, limit_posts, session_value

CODE_LIMIT = Limit("LIMIT_CODE", session_value(sessions.PENDING_ACCOUNT_KEY))
SIGN_IN_LIMIT = Limit("LIMIT_SIGN_IN_ACCOUNT", form_value("email"))


def _next() -> str:
    target = request.args.get("next", "")
    return target if is_local(target) else url_for("reports.landing")


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
@limit_posts(CODE_LIMIT)
def enter_code() -> Reply:
    """Enter the code, as the second step of signing in."""
    if viewer().is_authenticated:
        return redirect(url_for("reports.landing"), 303)
    pending = queries.find_session_awaiting_code(sessions.read_pending_token(), now=now())
    form = CodeForm.bind()
    if pending is None:
        return _answer_duplicate_submit(form) or redirect(url_for("accounts.sign_in"), 303)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            return _complete_sign_in(pending, form)
        if (reply := _answer_duplicate_submit(form)) is not None:
            return reply
    return page("accounts/sign_in_code.html", form=form)


def _answer_duplicate_submit(form: CodeForm) -> Response | None:
    """Sign the browser in for a duplicate submission whose first request has already opened the session."""
    token = sessions.derive_session_token(form.app_code.data or "")
    if not token or not queries.has_recent_session(token, since=now() - sessions.DUPLICATE_SUBMIT_WINDOW):
        return None
    reply = redirect(_next(), 303)
    sessions.start_session(token)
    return reply


def _complete_sign_in(pending: UserSession, form: CodeForm) -> Response:
    account_id, agent = pending.account_id, sessions.user_agent()
    code = form.app_code.data
    token = service.complete_sign_in(
        pending,
        code,
        browser=agent,
        now=now(),
        max_age=sessions.max_session_age(),
        token=sessions.derive_session_token(code),
    )
    device = service.trust_device(account_id, browser=agent, now=now()) if form.trust.data else ""
    email = queries.get_account(account_id).email
    codes_left = None if is_app_code(normalise_code(code)) else queries.count_recovery_codes(account_id)
    reply = finish(_next())
    sessions.start_session(token)
    if codes_left is not None:
        flash(_("You are signed in with a recovery code, which is used up. Codes left: %(n)s", n=codes_left))
    if device:
        sessions.set_device_cookie(reply, device)
    throttle.clear(CODE_LIMIT, "accounts.enter_code", str(account_id))
    throttle.clear(SIGN_IN_LIMIT, "accounts.sign_in", email)
    return reply


@bp.route("/confirm-identity", methods=["GET", "POST"])
@allow()
@limit_posts(IDENTITY_LIMIT)
def confirm_identity() -> Reply:
    """Confirm one's identity before a sensitive page, then continue to that page."""
    form = identity_form(viewer().has_second_factor)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.confirm_identity(form.identity.data, actor=viewer(), now=now())
            return finish(_next())
    return page("accounts/identity.html", form=form)
