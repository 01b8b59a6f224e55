"""Pages about one's own second factor, recovery codes and trusted browsers."""

from __future__ import annotations

import segno
from flask import current_app, redirect, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from volunteer_hub.accounts import codes as app_codes
from volunteer_hub.accounts import identity_checks, queries, service, sessions
from volunteer_hub.accounts.forms import SecondFactorSetupForm
from volunteer_hub.accounts.labels import describe_browser
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.core.access import allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer


@bp.get("/account/second-factor/")
@allow()
def second_factor() -> Reply:
    """Show whether the second factor is on, what can be done, and the trusted browsers."""
    person = viewer()
    devices = queries.list_trusted_devices(person.account_id, now=now())
    return page(
        "accounts/second_factor.html",
        is_on=person.has_second_factor,
        is_required=identity_checks.is_second_factor_required(person),
        codes_left=queries.count_recovery_codes(person.account_id) if person.has_second_factor else 0,
        devices=[(device, describe_browser(device.browser)) for device in devices],
    )


@bp.route("/account/second-factor/set-up", methods=["GET", "POST"])
@allow()
@sensitive
def set_up_second_factor() -> Reply:
    """Show a new secret to scan or type, and turn the second factor on once a code of it is entered."""
    person = viewer()
    form = SecondFactorSetupForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            account = queries.get_account(person.account_id)
            new_codes = service.enable_second_factor(
                account, form.setup_token.data or "", form.app_code.data, actor=person, now=now()
            )
            return _show_codes(new_codes, _("Your second factor is on."))
    return _set_up_page(form)


def _set_up_page(form: SecondFactorSetupForm) -> Reply:
    """Render the page with the secret displayed before, while it is valid, or with a new one."""
    person = viewer()
    setup_token = form.setup_token.data or ""
    secret = service.decrypt_setup_secret(setup_token, account_id=person.account_id, now=now())
    if secret is None:
        setup_token = service.start_setup(person.account_id, now=now())
        secret = service.decrypt_setup_secret(setup_token, account_id=person.account_id, now=now()) or ""
    uri = app_codes.setup_uri(secret, email=person.email, service=current_app.config["SERVICE_NAME"])
    return page(
        "accounts/second_factor_setup.html",
        form=form,
        setup_token=setup_token,
        qr_code=_qr_code(uri),
        secret=app_codes.group_characters(secret),
        is_replacement=person.has_second_factor,
    )


def _qr_code(uri: str) -> Markup:
    """Return a QR code as inline SVG, black on white whatever the page's colours."""
    svg = segno.make(uri, error="m").svg_inline(
        scale=6, border=4, dark="#000", light="#fff", title=_("QR code for your authenticator app"), lineclass=None
    )
    return Markup(svg)  # noqa: S704 -- made by segno from squares; it escapes the title


def _show_codes(new_codes: list[str], message: str) -> Response:
    ciphertext = sessions.encrypt_codes(new_codes, account_id=viewer().account_id, now=now())
    return finish(url_for("accounts.recovery_codes", sealed=ciphertext), message)


@bp.get("/account/second-factor/codes")
@allow()
def recovery_codes() -> Reply:
    """Display new recovery codes, for ten minutes."""
    codes = sessions.decrypt_codes(request.args.get("sealed", ""), account_id=viewer().account_id, now=now())
    if not codes:
        return redirect(url_for("accounts.second_factor"), 303)
    return page("accounts/recovery_codes.html", codes=codes)


@bp.route("/account/second-factor/new-codes", methods=["GET", "POST"])
@allow()
@sensitive
def new_recovery_codes() -> Reply:
    """Replace the recovery codes by new ones."""
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            new_codes = service.replace_recovery_codes(
                queries.get_account(viewer().account_id), actor=viewer(), now=now()
            )
            return _show_codes(new_codes, _("The old recovery codes open nothing any more."))
    return page("accounts/new_recovery_codes.html", form=form)


@bp.route("/account/second-factor/turn-off", methods=["GET", "POST"])
@allow()
@sensitive
def turn_off_second_factor() -> Reply:
    """Turn the second factor off."""
    form, is_required = ConfirmForm.bind(), identity_checks.is_second_factor_required(viewer())
    if form.validate_on_submit():
        with form.catch_domain_errors():
            person = queries.get_account(viewer().account_id)
            service.disable_second_factor(person, is_required=is_required, actor=viewer(), now=now())
            return finish(url_for("accounts.second_factor"), _("Your second factor is off."))
    return page("accounts/second_factor_off.html", form=form, is_required=is_required)


@bp.post("/account/second-factor/browsers/<id:device_id>/end")
@allow()
def end_device(device_id: int) -> Reply:
    """Stop trusting one browser: a code is asked for there again."""
    service.end_device(device_id, account_id=viewer().account_id, now=now())
    return finish(url_for("accounts.second_factor"), _("That browser is asked for a code again."))


@bp.post("/account/second-factor/browsers/end-all")
@allow()
def end_devices() -> Reply:
    """Stop trusting every browser of the account."""
    service.end_devices(viewer().account_id, now=now())
    return finish(url_for("accounts.second_factor"), _("Every browser is asked for a code again."))
