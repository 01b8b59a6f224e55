"""Two checks before each request: staff have a second factor, and sensitive pages need a recent proof of identity."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import Flask, current_app, redirect, request, url_for

from volunteer_hub.accounts import forms, queries, rules, service
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer, is_public, is_sensitive
from volunteer_hub.core.db import READ_METHODS, db
from volunteer_hub.core.http import Reply, is_local, page, replay, viewer
from volunteer_hub.core.throttle import IDENTITY_FIELD

ENDPOINTS_WITHOUT_SECOND_FACTOR = frozenset(
    {
        "accounts.sign_out",
        "accounts.second_factor",
        "accounts.set_up_second_factor",
        "accounts.recovery_codes",
        "accounts.confirm_identity",
    }
)
"""Endpoints that stay open, beside the public ones, to a person who still has to set up a required second factor."""
HELP_BLUEPRINT = "help"
FIELDS_NOT_RESUBMITTED = frozenset({"csrf_token", IDENTITY_FIELD})


def is_second_factor_required(person: Viewer) -> bool:
    """Return whether the person's roles require a second factor in this installation."""
    return bool(current_app.config["REQUIRE_SECOND_FACTOR"]) and person.has(*rules.ROLES_REQUIRING_SECOND_FACTOR)


def _require_second_factor() -> Reply | None:
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return None
    if request.endpoint in ENDPOINTS_WITHOUT_SECOND_FACTOR or request.blueprint == HELP_BLUEPRINT:
        return None
    person = viewer()
    if person.has_second_factor or not is_second_factor_required(person):
        return None
    return redirect(url_for("accounts.second_factor"), 303)


def is_identity_recently_confirmed(person: Viewer) -> bool:
    """Return whether the person confirmed their identity within REAUTH_MINUTES."""
    earliest = clock.now() - dt.timedelta(minutes=current_app.config["REAUTH_MINUTES"])
    return person.confirmed_at is not None and person.confirmed_at > earliest


def _require_identity() -> Reply | None:
    if request.endpoint is None or not is_sensitive(current_app.view_functions[request.endpoint]):
        return None
    person = viewer()
    if is_identity_recently_confirmed(person):
        return None
    if request.method in READ_METHODS:
        back = request.full_path.rstrip("?")
        return redirect(url_for("accounts.confirm_identity", next=back if is_local(back) else None), 303)
    return _ask_and_resubmit(person)


def _ask_and_resubmit(person: Viewer) -> Reply | None:
    """Ask for proof of identity in the middle of a POST; the page carries the posted fields and submits them again."""
    form = forms.identity_form(person.has_second_factor)
    has_answer = IDENTITY_FIELD in request.form
    if has_answer and form.validate_on_submit() and _confirm_identity(form, person):
        return replay()
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in FIELDS_NOT_RESUBMITTED]
    return page("accounts/identity_resubmit.html", form=form, carried=carried, status=422 if has_answer else 401)


def _confirm_identity(form: forms.CodeIdentityForm | forms.PasswordIdentityForm, person: Viewer) -> bool:
    """Check the answer and return whether it is right; if it is, commit that at once.

    If the proof were rolled back together with a refused action, a one-time code could be used twice. A duplicate
    submission waits for the first one and finds the identity confirmed. The caller then looks up the first one's
    response again (`replay`), because the lock on the form submission ended with this commit.
    """
    if _is_already_confirmed(person):
        return True
    with form.catch_domain_errors():
        service.confirm_identity(form.identity.data, actor=person, now=clock.now())
        db.session.commit()
        return True
    return False


def _is_already_confirmed(person: Viewer) -> bool:
    return is_identity_recently_confirmed(
        replace(person, confirmed_at=queries.find_identity_confirmed_at(person.session_id))
    )


def init_app(app: Flask) -> None:
    """Register both checks. They run after those of `core.http`: without access, no identity is asked for."""
    app.before_request(_require_second_factor)
    app.before_request(_require_identity)
