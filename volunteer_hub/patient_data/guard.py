"""Screen the free text of posted forms for patient data.

A certain finding is an error of its field. A doubtful one is an error too, until the author ticks the acknowledgement
box; the tick is bound to the exact text by a keyed digest and counts for no other text. Texts are neither logged nor
stored: a stored warning holds only the codes of the findings.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Mapping
from typing import Any

from flask import Flask, current_app, g, request
from flask_babel import gettext
from markupsafe import Markup

from volunteer_hub.core import forms
from volunteer_hub.core.db import db
from volunteer_hub.core.field_rendering import pop_registered_form, render_component
from volunteer_hub.core.forms import TextWarning
from volunteer_hub.patient_check.kinds import IdentifierMatch, Severity
from volunteer_hub.patient_check.rules import find_identifiers
from volunteer_hub.patient_data.labels import advice
from volunteer_hub.patient_data.models import PatientDataWarning

ACK_FIELD, ACK_TOKEN_FIELD = "no_patient_data", "patient_data_seen"
STOPS_ONLY = "stops"
"""The value of a field's `guarded` that ignores doubtful findings."""


def screen(form: forms.Form) -> TextWarning | None:
    """Add an error to each field whose text identifies a patient or may do so.

    Returns the warning about the doubtful texts, None where there are none. Once they are acknowledged, their codes
    are kept for `record_acknowledged`.
    """
    screened = {field.name: (field, _matches(field)) for field in form if _is_free_text(field)}
    for field, matches in screened.values():
        _add_error(field, [match for match in matches if match.severity is Severity.STOP])
    doubtful = {name: matches for name, (_, matches) in screened.items() if matches and not _has_stop(matches)}
    if not doubtful:
        return None
    warning = _make_warning({name: form[name].data for name in doubtful})
    for name, matches in doubtful.items():
        if warning.is_acknowledged:
            _codes_of_request()[name] = "|".join(sorted({match.code for match in matches}))
        else:
            _add_error(form[name], matches)
    return warning


def _is_free_text(field: Any) -> bool:
    return bool(getattr(field, "guarded", False) and isinstance(field.data, str))


def _matches(field: Any) -> list[IdentifierMatch]:
    matches = find_identifiers(field.data)
    if field.guarded == STOPS_ONLY:  # the field asks for a name, so a name is no warning
        return [match for match in matches if match.severity is Severity.STOP]
    return matches


def _has_stop(matches: list[IdentifierMatch]) -> bool:
    return any(match.severity is Severity.STOP for match in matches)


def _add_error(field: Any, matches: list[IdentifierMatch]) -> None:
    if matches:
        message = advice(matches[0])
        field.errors = [*field.errors, message]
        field.process_errors = [*field.process_errors, message]  # the summary then puts the field's label before it


def _make_warning(texts: Mapping[str, str]) -> TextWarning:
    content = "\x1e".join(["patient data", request.path, *(f"{name}={text}" for name, text in sorted(texts.items()))])
    digest = hmac.new(str(current_app.secret_key).encode(), content.encode(), hashlib.sha256).hexdigest()
    is_same = hmac.compare_digest(request.form.get(ACK_TOKEN_FIELD, "").encode("utf-8", "replace"), digest.encode())
    return TextWarning(digest, is_same and request.form.get(ACK_FIELD) == "yes")


def _codes_of_request() -> dict[str, str]:
    """Return this request's acknowledged codes by field name. They are stored only if the act is committed."""
    codes: dict[str, str] = g.setdefault("acknowledged_patient_data", {})
    return codes


def record_acknowledged(*, account_id: int | None, now: dt.datetime) -> None:
    """Store the acknowledged warnings of this request in the current transaction: codes and field names, no text."""
    for field, reasons in g.pop("acknowledged_patient_data", {}).items():
        db.session.add(
            PatientDataWarning(at=now, account_id=account_id, path=_path_for_storage(), field=field, reasons=reasons)
        )


def _path_for_storage() -> str:
    """Return the request's path without the secret that some links carry."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "…") if token else request.path


def render_acknowledgement() -> Markup:
    """Render the acknowledgement box for the form that the template registered; empty where it has no warning.

    Renders once per form, above its first button.
    """
    form = pop_registered_form()
    if form is None or form.text_warning is None:
        return Markup("")
    item = {
        "value": "yes",
        "text": gettext("I have read this again. No patient can be recognised from it."),
        "checked": form.text_warning.is_acknowledged,
    }
    legend = {"text": gettext("Could somebody tell who the patient is?"), "size": "s"}
    hint = {
        "text": gettext(
            "Change the words if so. If not, tick the box and send the page again; your words are still here."
        )
    }
    params = {"name": ACK_FIELD, "idPrefix": ACK_FIELD, "items": [item], "fieldset": {"legend": legend}, "hint": hint}
    digest = Markup('<input type="hidden" name="{}" value="{}">').format(ACK_TOKEN_FIELD, form.text_warning.digest)
    return digest + render_component("checkboxes", params)


def init_app(app: Flask) -> None:
    """Screen every posted form of `app`, and give templates the acknowledgement box."""
    forms.register_text_check(screen, record_acknowledged)
    app.jinja_env.globals["render_acknowledgement"] = render_acknowledgement
