"""Fields of ours as NHS.UK components, through nhsuk-frontend-jinja's own macros.

They want lenient undefined values, so they live in an environment of their own; our templates stay
strict (libraries.md 1).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import g
from flask_babel import gettext
from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from volunteer_hub.core import fields
from volunteer_hub.patient_data import guard

MACROS = {"input": "input", "textarea": "textarea", "select": "select", "radios": "radios", "checkboxes": "checkboxes"}


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("nhsuk_frontend_jinja"),
        undefined=ChainableUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@lru_cache(maxsize=32)
def _macro(name: str) -> Any:
    template = _environment().get_template(f"nhsuk/components/{name}/macro.jinja")
    return getattr(template.module, MACROS[name])


def _common(field: Any) -> dict[str, Any]:
    params: dict[str, Any] = {"name": field.name, "id": field.id}
    if field.description:
        params["hint"] = {"text": str(field.description)}
    if field.errors:
        params["errorMessage"] = {"text": str(field.errors[0])}
    return params


def _label(field: Any) -> str:
    if field.required or field.needed_if:
        return str(field.label.text)
    return gettext("%(label)s (optional)", label=field.label.text)


def _typed(field: Any) -> dict[str, Any]:
    params = _common(field) | {"label": {"text": _label(field)}, "value": field._value()}
    if isinstance(field, fields.TextAreaField):
        return params | {"rows": field.rows}
    params |= {"type": field.input_type, "inputmode": field.input_mode, "autocomplete": field.autocomplete}
    params["classes"] = f"nhsuk-input--width-{field.width}" if field.width else ""
    for side, text in (("prefix", field.before), ("suffix", field.suffix)):
        if text:
            params[side] = {"text": str(text)}
    return params


def _items(field: Any, chosen: set[str]) -> list[dict[str, Any]]:
    key = "selected" if field.control == "select" else "checked"
    return [{"value": value, "text": str(label), key: value in chosen} for value, label in field.pairs()]


def _chosen(field: Any) -> dict[str, Any]:
    params = _common(field)
    if field.control == "select":
        items = _items(field, {field.chosen})
        return params | {"label": {"text": _label(field)}, "items": [{"value": "", "text": ""}, *items]}
    marked = set(field.data or []) if field.control == "checkboxes" else {field.chosen}
    # The id belongs to the first button: on the group it would take that button's label away from it.
    del params["id"]
    legend = {"text": _label(field), "size": "s"}
    params |= {"idPrefix": field.id, "fieldset": {"legend": legend}, "items": _items(field, marked)}
    if field.inline:
        params["classes"] = f"nhsuk-{field.control}--inline"
    return params


def form_field(field: Any) -> Markup:
    """One field with its label, hint, error and what was typed, as safe HTML."""
    params = _typed(field) if isinstance(field, fields.TextFieldBase) else _chosen(field)
    return Markup(_macro(field.control)(params))  # noqa: S704 -- the macros escape every value


def error_with_label(field: Any) -> str:
    """The first error of a field for the summary above the form, where no label stands beside it.

    An area's own words (`missing=`, a refusal of its service) say what they are about; the usual ones of
    the fields, such as "Enter a date", get the label before them.
    """
    message, label = str(field.errors[0]), str(field.label.text)
    usual = [str(error) for error in field.process_errors]
    if not getattr(field, "own_missing", True):
        usual.append(str(field.missing))
    if message not in usual or label.casefold() in message.casefold():
        return message
    began = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return gettext("%(label)s: %(message)s", label=label, message=began)


def register_form(form: Any) -> str:
    """Note which form a template has begun, for the tick that its button may need above it. Draws nothing."""
    g.form_drawn = form
    return ""


def patient_data_tick() -> Markup:
    """Above the button of a form with a warning: the tick that lets the very same words through. Once a form."""
    form = g.pop("form_drawn", None)
    if form is None or form.warned is None:
        return Markup("")
    item = {
        "value": "yes",
        "text": gettext("I have read this again. No patient can be recognised from it."),
        "checked": form.warned.ticked,
    }
    legend = {"text": gettext("Could somebody tell who the patient is?"), "size": "s"}
    hint = {
        "text": gettext(
            "Change the words if so. If not, tick the box and send the page again; your words are still here."
        )
    }
    params = {
        "name": guard.ACK_FIELD,
        "idPrefix": guard.ACK_FIELD,
        "items": [item],
        "fieldset": {"legend": legend},
        "hint": hint,
    }
    seen = Markup('<input type="hidden" name="{}" value="{}">').format(guard.ACK_TOKEN_FIELD, form.warned.digest)
    return seen + Markup(_macro("checkboxes")(params))  # noqa: S704 -- the macro escapes every value
