"""Render our form fields as NHS.UK components, with nhsuk-frontend-jinja's own macros.

Those macros rely on lenient undefined values, so they run in a Jinja environment of their own; our templates use
StrictUndefined.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from flask import g
from flask_babel import gettext
from jinja2 import ChainableUndefined, Environment, PackageLoader
from markupsafe import Markup

from volunteer_hub.core import fields

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


def render_component(name: str, params: dict[str, Any]) -> Markup:
    """Render the NHS.UK component `name` (a key of MACROS) with its documented parameters."""
    return Markup(_macro(name)(params))  # noqa: S704 -- the macros escape every value


def _common_params(field: Any) -> dict[str, Any]:
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


def _text_params(field: Any) -> dict[str, Any]:
    params = _common_params(field) | {"label": {"text": _label(field)}, "value": field._value()}
    if isinstance(field, fields.TextAreaField):
        return params | {"rows": field.rows}
    params |= {"type": field.input_type, "inputmode": field.input_mode, "autocomplete": field.autocomplete}
    params["classes"] = f"nhsuk-input--width-{field.width}" if field.width else ""
    for side, text in (("prefix", field.before), ("suffix", field.suffix)):
        if text:
            params[side] = {"text": str(text)}
    return params


def _items(field: Any, selected: set[str]) -> list[dict[str, Any]]:
    key = "selected" if field.control == "select" else "checked"
    return [{"value": value, "text": str(label), key: value in selected} for value, label in field.list_choices()]


def _choice_params(field: Any) -> dict[str, Any]:
    params = _common_params(field)
    if field.control == "select":
        items = _items(field, {field.current_value})
        return params | {"label": {"text": _label(field)}, "items": [{"value": "", "text": ""}, *items]}
    selected = set(field.data or []) if field.control == "checkboxes" else {field.current_value}
    # The id belongs to the first input: on the group it would detach the label of that input.
    del params["id"]
    legend = {"text": _label(field), "size": "s"}
    params |= {"idPrefix": field.id, "fieldset": {"legend": legend}, "items": _items(field, selected)}
    if field.inline:
        params["classes"] = f"nhsuk-{field.control}--inline"
    return params


def form_field(field: Any) -> Markup:
    """Render one field with its label, hint, error and current value."""
    params = _text_params(field) if isinstance(field, fields.TextFieldBase) else _choice_params(field)
    return render_component(field.control, params)


def error_with_label(field: Any) -> str:
    """Return a field's first error for the error summary, where no label stands beside it.

    Messages written for one field (`missing=`, a refusal of the service) already name their subject. The default
    messages of the field classes, such as "Enter a date", get the label as a prefix.
    """
    message, label = str(field.errors[0]), str(field.label.text)
    default_messages = [str(error) for error in field.process_errors]
    if not getattr(field, "own_missing", True):
        default_messages.append(str(field.missing))
    if message not in default_messages or label.casefold() in message.casefold():
        return message
    lowered = message[:1].lower() + message[1:] if message[1:2].islower() else message
    return gettext("%(label)s: %(message)s", label=label, message=lowered)


def register_form(form: Any) -> str:
    """Remember the form that a template has opened, for what its button may need above it. Renders nothing."""
    g.rendered_form = form
    return ""


def pop_registered_form() -> Any:
    """Return the form that the template opened last, once; None when there is none."""
    return g.pop("rendered_form", None)
