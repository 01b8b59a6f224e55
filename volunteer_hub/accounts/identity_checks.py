"""Two walls before a page: staff have a second factor, and sensitive acts are begun by the person themselves."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from flask import Flask, current_app, redirect, request, url_for
from werkzeug.wrappers import Response

from volunteer_hub.accounts import forms, queries, rules, service
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer, is_public, is_sensitive
from volunteer_hub.core.db import READ_METHODS, db
from volunteer_hub.core.throttle import IDENTITY_FIELD
from volunteer_hub.core.web import is_local, page, replay, viewer

ENDPOINTS_WITHOUT_SECOND_FACTOR = frozenset(
    {
        "accounts.sign_out",
        "second_factor.show",
        "second_factor.set_up",
        "second_factor.recovery_codes",
        "identity.confirm",
    }
)
"""Pages for somebody whose role needs a second factor and who has none yet, beside those that everybody may read."""
HELP_BLUEPRINT = "help"
FIELDS_NOT_RESUBMITTED = frozenset({"csrf_token", IDENTITY_FIELD})
Reply = Response | tuple[str, int]


def is_second_factor_required(person: Viewer) -> bool:
    """Whether a person's roles need a second factor here."""
    return bool(current_app.config["REQUIRE_SECOND_FACTOR"]) and person.has(*rules.ROLES_REQUIRING_SECOND_FACTOR)


def _require_second_factor() -> Reply | None:
    if request.endpoint is None or is_public(current_app.view_functions[request.endpoint]):
        return None
    if request.endpoint in ENDPOINTS_WITHOUT_SECOND_FACTOR or request.blueprint == HELP_BLUEPRINT:
        return None
    person = viewer()
    if person.has_second_factor or not is_second_factor_required(person):
        return None
    return redirect(url_for("second_factor.show"), 303)


def is_identity_recently_confirmed(person: Viewer) -> bool:
    """Whether the person proved not long ago who they are."""
    lately = clock.now() - dt.timedelta(minutes=current_app.config["REAUTH_MINUTES"])
    return person.confirmed_at is not None and person.confirmed_at > lately


def _require_identity() -> Reply | None:
    if request.endpoint is None or not is_sensitive(current_app.view_functions[request.endpoint]):
        return None
    person = viewer()
    if is_identity_recently_confirmed(person):
        return None
    if request.method in READ_METHODS:
        back = request.full_path.rstrip("?")
        return redirect(url_for("identity.confirm", next=back if is_local(back) else None), 303)
    return _ask_and_carry(person)


def _ask_and_carry(person: Viewer) -> Reply | None:
    """Ask in the middle of a post; what was typed comes back with the answer, and then the act goes on."""
    form = forms.identity_form(person.has_second_factor)
    answered = IDENTITY_FIELD in request.form
    if answered and form.accepted() and _proves(form, person):
        return replay()
    carried = [(name, value) for name, value in request.form.items(multi=True) if name not in FIELDS_NOT_RESUBMITTED]
    return page("accounts/identity_resubmit.html", form=form, carried=carried, status=422 if answered else 401)


def _proves(form: forms.CodeIdentityForm | forms.PasswordIdentityForm, person: Viewer) -> bool:
    """Whether the answer is right. The proof is kept at once, whatever becomes of the act behind it.

    Were it undone with an act that is refused, a code would open twice. A second press of the same button
    waited for the first and finds the proof given; the caller then looks for the first one's answer again,
    because the lock on the shown form ended with the transaction.
    """
    if _was_proved_meanwhile(person):
        return True
    with form.refusals():
        service.confirm_identity(form.identity.data, actor=person, now=clock.now())
        db.session.commit()
        return True
    return False


def _was_proved_meanwhile(person: Viewer) -> bool:
    return is_identity_recently_confirmed(
        replace(person, confirmed_at=queries.find_identity_confirmed_at(person.session_id))
    )


def init_app(app: Flask) -> None:
    """Stand behind the checks of core.web: whoever may not enter at all is not asked who they are."""
    app.before_request(_require_second_factor)
    app.before_request(_require_identity)
