"""Filters and globals for templates: dates in the reader's time zone, money, labels, form fields, static URLs."""

from __future__ import annotations

import datetime as dt
import enum
import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel.dates import format_date, format_timedelta
from flask import Flask, request, url_for
from flask_babel import get_locale, ngettext
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from volunteer_hub.core import http, i18n, times
from volunteer_hub.core.access import Role
from volunteer_hub.core.field_rendering import error_with_label, form_field, register_form
from volunteer_hub.core.forms import new_form_key
from volunteer_hub.core.money import Money

# Keyed by class and value: members of different StrEnums with the same value are equal as dictionary keys.
_labels: dict[tuple[type, str], Any] = {}
_tones: dict[tuple[type, str], str] = {}
_actions: dict[str, Any] = {}


def register_labels(
    labels: Mapping[Any, Any], tones: Mapping[Any, str] | None = None, actions: Mapping[str, Any] | None = None
) -> None:
    """Register an area's labels of states and choices, their tag colours, and its labels of audit actions."""
    _labels.update({(type(key), key.value): text for key, text in labels.items()})
    _tones.update({(type(key), key.value): tone for key, tone in (tones or {}).items()})
    _actions.update(actions or {})


def label(value: enum.StrEnum) -> str:
    """Return the label of a state or choice. Raises KeyError for one without a label."""
    return _label(i18n.locale(), type(value), value.value)


@lru_cache(maxsize=5_000)
def _label(_locale: str, kind: type, value: str) -> str:
    return str(_labels[kind, value])


def list_labels() -> Mapping[tuple[type, str], Any]:
    """Return all registered labels, for the test that none is missing."""
    return _labels


def audit_action_label(entry: Any) -> str:
    """Return the label of an audit entry's action, the action itself if it has none."""
    return str(_actions.get(entry.action, entry.action))


def list_actions() -> Mapping[str, Any]:
    """Return the labels of all audit actions, for the test that none is missing."""
    return _actions


def state_tag(value: enum.StrEnum) -> Markup:
    """Render a state as a coloured tag; the colour carries no extra information."""
    return _state_tag(i18n.locale(), type(value), value.value)


@lru_cache(maxsize=5_000)
def _state_tag(locale: str, kind: type, value: str) -> Markup:
    tone = _tones.get((kind, value), "")
    classes = f"nhsuk-tag nhsuk-tag--{tone}" if tone else "nhsuk-tag"
    return Markup('<strong class="{}">{}</strong>').format(classes, _label(locale, kind, value))


def day(value: dt.date | None) -> str:
    """Format a calendar day, such as `27 Mar 2027`; an em dash for None."""
    return _day(i18n.locale(), value) if value else "—"


@lru_cache(maxsize=5_000)
def _day(locale: str, value: dt.date) -> str:
    return str(format_date(value, "d MMM yyyy", locale=locale))


def moment(value: dt.datetime | None, zone: str | None = None) -> str:
    """Format an instant in the reader's time zone or in `zone`, with the city that names the zone."""
    if value is None:
        return "—"
    name = zone or http.viewer().time_zone
    local = value.astimezone(times.zone(name))
    return f"{_day(i18n.locale(), local.date())}, {local:%H:%M} {zone_city(name)}"


def age(since: dt.datetime | None, now: dt.datetime) -> str:
    """Format the time since an instant in its largest unit: `2 days`; an em dash for None."""
    return str(format_timedelta(now - since, threshold=1.2, locale=i18n.locale())) if since else "—"


def zone_city(zone_name: str) -> str:
    """Return the city in a time zone's name: `Dar es Salaam` for `Africa/Dar_es_Salaam`."""
    return zone_name.rsplit("/", 1)[-1].replace("_", " ")


def current_query() -> dict[str, str]:
    """Return the query arguments of this page for a link that repeats them, without names that `url_for` interprets."""
    path_arguments = request.view_args or {}
    return {
        name: value
        for name, value in request.args.items()
        if name != "endpoint" and not name.startswith("_") and name not in path_arguments
    }


def hours(minutes: int | None) -> str:
    """Format minutes as hours and minutes: `2 hours`, `1 hour 30 minutes`, `45 minutes`; an em dash for None."""
    return "—" if minutes is None else _hours(i18n.locale(), minutes)


@lru_cache(maxsize=5_000)
def _hours(_locale: str, minutes: int) -> str:
    whole, rest = divmod(minutes, 60)
    parts = [ngettext("%(num)s hour", "%(num)s hours", whole)] if whole or not rest else []
    return " ".join([*parts, ngettext("%(num)s minute", "%(num)s minutes", rest)] if rest else parts)


def duration(minutes: int) -> str:
    """Format minutes in short form: `45 min`, `2 h`, `1 h 20 min`."""
    whole, rest = divmod(minutes, 60)
    parts = [i18n.translate("%(n)s h", n=whole)] if whole else []
    return " ".join([*parts, i18n.translate("%(n)s min", n=rest)] if rest or not whole else parts)


def weeks(number: int | None) -> str:
    """Format a number of weeks: `1 week`, `8 weeks`; an em dash for None."""
    return "—" if number is None else _weeks(i18n.locale(), number)


@lru_cache(maxsize=500)
def _weeks(_locale: str, number: int) -> str:
    return str(ngettext("%(num)s week", "%(num)s weeks", number))


def window_text(window: times.Window) -> str:
    """Format a weekly window: `Tue 18:00–20:00`."""
    return f"{weekday(window.weekday)} {clock_time(window.start)}–{clock_time(window.end)}"


def clock_time(minutes: int) -> str:
    """Format minutes after midnight: `18:05`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def weekday(number: int, width: str = "abbreviated") -> str:
    """Return the name of a weekday; Monday is 0. `width` is Babel's: `abbreviated`, `wide`."""
    return str(get_locale().days["format"][width][number])


def money(minor: int | None, currency: str) -> str:
    """Format an amount in minor units with its currency; an em dash for None."""
    return "—" if minor is None else Money(minor, currency).format(str(get_locale() or "en"))


def lines(text: str | None) -> Markup:
    """Render user text as escaped HTML with its paragraphs and line breaks."""
    blocks = [block for block in (text or "").split("\n\n") if block.strip()]
    return Markup("").join(
        Markup("<p>{}</p>").format(Markup("<br>").join(escape(line) for line in block.split("\n"))) for block in blocks
    )


@lru_cache(maxsize=64)
def _fingerprint(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def static_url(name: str) -> str:
    """Return the URL of a static file with a hash of its content, so that it can be cached for ever."""
    path = Path(__file__).parent.parent / "static" / name
    return f"/static/{name}?v={_fingerprint(path)}"


def init_app(app: Flask) -> None:
    """Install the filters and globals of templates."""
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for function in (
        day,
        moment,
        age,
        zone_city,
        hours,
        duration,
        weeks,
        window_text,
        clock_time,
        weekday,
        money,
        lines,
        label,
        state_tag,
        audit_action_label,
        error_with_label,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.globals.update(
        form_field=form_field,
        register_form=register_form,
        new_form_key=new_form_key,
        static_url=static_url,
        url_for=url_for,
        current_query=current_query,
        Role=Role,
        service_name=app.config["SERVICE_NAME"],
        contact_email=app.config["CONTACT_EMAIL"],
    )

    @app.context_processor
    def _viewer() -> dict[str, Any]:
        return {"viewer": http.viewer()}
