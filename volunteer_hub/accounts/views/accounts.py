"""Pages about one's own account: registration, sign-in, emailed links, password, sessions, deputy."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries, service, sessions
from volunteer_hub.accounts.forms import (
    AcceptInvitationForm,
    DeputyForm,
    DetailsForm,
    EmailForm,
    NewPasswordForm,
    PasswordForm,
    RegisterForm,
    SignInForm,
)
from volunteer_hub.accounts.labels import describe_browser
from volunteer_hub.accounts.rules import DEPUTISABLE_ROLES
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.core import throttle
from volunteer_hub.core.access import allow, public
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, is_local, page, viewer
from volunteer_hub.core.throttle import IDENTITY_LIMIT, Limit, client_network, form_value, limit_posts

SIGN_IN_LIMIT = Limit("LIMIT_SIGN_IN_ACCOUNT", form_value("email"))
LINK_LIMITS = (Limit("LIMIT_LINK_NETWORK", client_network), Limit("LIMIT_LINK_ADDRESS", form_value("email")))


@bp.route("/register", methods=["GET", "POST"])
@public
@limit_posts(*LINK_LIMITS)
def register() -> Reply:
    """Register as a volunteer."""
    form = RegisterForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.register(name=form.name.data, email=form.email.data, password=form.password.data, now=now())
            return finish(url_for("accounts.check_email"))
    return page("accounts/register.html", form=form)


@bp.get("/check-your-email")
@public
def check_email() -> Reply:
    """Show what to do next, the same for every address."""
    return page("accounts/check_email.html")


@bp.get("/policies/<policy>")
@public
def policy(policy: str) -> Reply:
    """Show a policy in the version in force."""
    if policy not in {"code-of-conduct", "patient-data-pledge", "privacy"}:
        raise NotFound(_("There is no such policy."), code="policy_not_found")
    return page(f"accounts/policy_{policy.replace('-', '_')}.html")


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm_email(token: str) -> Reply:
    """Confirm an email address by the emailed link; only a POST changes anything."""
    token_row = service.get_usable_token(token, TokenPurpose.CONFIRM, now=now())
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        service.confirm_address(token, now=now())
        return finish(url_for("accounts.sign_in"), _("Your e-mail address is confirmed. You can sign in now."))
    return page("accounts/confirm_address.html", form=form, account=token_row.account)


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limit_posts(Limit("LIMIT_SIGN_IN_NETWORK", client_network), SIGN_IN_LIMIT)
def sign_in() -> Reply:
    """Sign in with email address and password."""
    if viewer().is_authenticated:
        return redirect(url_for("reports.landing"), 303)
    form = SignInForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            result = service.sign_in(
                form.email.data,
                form.password.data,
                browser=sessions.user_agent(),
                now=now(),
                max_age=sessions.max_session_age(),
                device_token=sessions.device_token(),
            )
            return _finish_sign_in(result, form.email.data)
    return page("accounts/sign_in.html", form=form)


def _finish_sign_in(result: service.SignInResult, email: str) -> Response:
    """Redirect to the requested page, or to the code's page first if one is needed."""
    target = request.args.get("next", "")
    target = target if is_local(target) else ""
    if result.awaiting_code:
        reply = finish(url_for("accounts.enter_code", next=target or None))
        sessions.start_pending_sign_in(result.token, result.account_id)
        return reply
    reply = finish(target or url_for("reports.landing"))
    sessions.start_session(result.token)
    throttle.clear(SIGN_IN_LIMIT, "accounts.sign_in", email)
    return reply


@bp.post("/sign-out")
@public
def sign_out() -> Reply:
    """Sign out: end the session's row, so that copies of its cookie are worthless too."""
    person = viewer()
    if person.session_id:
        service.end_session(person.session_id, account_id=person.account_id, now=now())
    sessions.clear_cookie()  # before the message, which travels in the emptied cookie
    return finish(url_for("reports.home"), _("You are signed out."))


@bp.route("/forgotten-password", methods=["GET", "POST"])
@public
@limit_posts(*LINK_LIMITS)
def request_password_reset() -> Reply:
    """Request a link to choose a new password."""
    form = EmailForm.bind()
    if form.validate_on_submit():
        service.request_password_reset(form.email.data, now=now())
        return finish(url_for("accounts.check_email"))
    return page("accounts/reset_request.html", form=form)


@bp.route("/reset/<token>", methods=["GET", "POST"])
@public
def reset_password(token: str) -> Reply:
    """Choose a new password, on the page behind the emailed link."""
    service.get_usable_token(token, TokenPurpose.RESET, now=now())
    form = NewPasswordForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            email = service.reset_password(token, form.password.data, now=now()).email
            reply = finish(url_for("accounts.sign_in"), _("Your password is changed. Sign in with the new one."))
            throttle.clear(SIGN_IN_LIMIT, "accounts.sign_in", email)
            return reply
    return page("accounts/reset_password.html", form=form)


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@public
def invitation(token: str) -> Reply:
    """Open an invited account."""
    token_row = service.get_usable_token(token, TokenPurpose.INVITE, now=now())
    form = AcceptInvitationForm.bind(token_row.account)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.accept_invitation(
                token, name=form.name.data, password=form.password.data, time_zone=form.time_zone.data, now=now()
            )
            return finish(url_for("accounts.sign_in"), _("Your account is open. You can sign in now."))
    return page("accounts/invitation.html", form=form, account=token_row.account)


@bp.route("/account", methods=["GET", "POST"])
@allow()
def account() -> Reply:
    """Show and change one's own details."""
    person = queries.get_account(viewer().account_id)
    form = DetailsForm.bind(person)
    if form.validate_on_submit():
        service.change_details(person, name=form.name.data, time_zone=form.time_zone.data, actor=viewer(), now=now())
        return finish(url_for("accounts.account"), _("Your details are saved."))
    return page(
        "accounts/account.html",
        form=form,
        account=person,
        sessions=[(row, describe_browser(row.browser)) for row in queries.list_live_sessions(person.id, now=now())],
        has_second_factor=viewer().has_second_factor,
        deputy=queries.find_deputy(person.id),
        can_have_deputy=viewer().has(*DEPUTISABLE_ROLES),
    )


@bp.route("/account/password", methods=["GET", "POST"])
@allow()
@limit_posts(IDENTITY_LIMIT)
def change_password() -> Reply:
    """Change one's own password."""
    form = PasswordForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            person = queries.get_account(viewer().account_id)
            service.change_password(person, old=form.old.data, new=form.password.data, actor=viewer(), now=now())
            return finish(url_for("accounts.account"), _("Your password is changed. Other browsers are signed out."))
    return page("accounts/password.html", form=form)


@bp.post("/account/sessions/<id:session_id>/end")
@allow()
def end_session(session_id: int) -> Reply:
    """Sign another browser out."""
    service.end_session(session_id, account_id=viewer().account_id, now=now())
    return finish(url_for("accounts.account"), _("That browser is signed out."))


@bp.post("/account/sessions/end-others")
@allow()
def end_other_sessions() -> Reply:
    """Sign every other browser out."""
    service.end_sessions(viewer().account_id, now=now(), keep_session=viewer().session_id)
    return finish(url_for("accounts.account"), _("All other browsers are signed out."))


@bp.route("/account/deputy", methods=["GET", "POST"])
@allow(*DEPUTISABLE_ROLES)
def deputy() -> Reply:
    """Name a deputy for the days one is away."""
    person = queries.get_account(viewer().account_id)
    form = DeputyForm.bind(queries.find_deputy(person.id))
    form.deputy_id.options = queries.list_deputy_choices(person.id)
    form.process_choices("deputy_id")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            deputy_account = queries.get_account(int(form.deputy_id.data))
            service.set_deputy(
                person,
                deputy_account,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                actor=viewer(),
                now=now(),
            )
            return finish(
                url_for("accounts.account"), _("%(name)s acts for you while you are away.", name=deputy_account.name)
            )
    return page("accounts/deputy.html", form=form)


@bp.post("/account/deputy/end")
@allow(*DEPUTISABLE_ROLES)
def end_deputy() -> Reply:
    """End the deputy's time, on being back."""
    service.end_deputy(queries.get_account(viewer().account_id), actor=viewer(), now=now())
    return finish(url_for("accounts.account"), _("Nobody acts for you now."))
