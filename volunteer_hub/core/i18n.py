"""gettext for templates, fast enough for list pages.

Flask-Babel determines the locale again for every string, and a page has a hundred. Here the locale is determined once
per request, and a string is looked up once per process and locale.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from flask import Flask, g
from flask_babel import force_locale, get_locale, get_translations
from flask_babel import gettext as babel_gettext
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup


def locale() -> str:
    """Return the locale of the page or email that is being rendered."""
    name: str | None = g.get("page_locale")
    if name is None:
        name = g.page_locale = str(get_locale() or "en")
    return name


@contextlib.contextmanager
def use_locale(language: str) -> Iterator[None]:
    """Render in another locale within the block, such as an email to another user within a request."""
    before = g.get("page_locale")
    with force_locale(language):
        g.page_locale = language
        try:
            yield
        finally:
            if before is None:
                g.pop("page_locale", None)
            else:
                g.page_locale = before


@lru_cache(maxsize=20_000)
def _lookup(_locale: str, message: str) -> str:
    return str(babel_gettext(message))


@lru_cache(maxsize=20_000)
def _lookup_markup(language: str, message: str) -> Markup:
    # Safe: our own source text or its translation. Values are escaped by Markup's `%`.
    return Markup(_lookup(language, message))  # noqa: S704


def translate(message: str, **values: Any) -> str:
    """Return the translation with `%(name)s` filled in. For Python code that needs many strings."""
    text = _lookup(locale(), message)
    return text % values if values else text


def translate_plural(singular: str, plural: str, number: int, **values: Any) -> str:
    """Return the translated form for `number`, with `%(num)s` filled in."""
    return str(get_translations().ungettext(singular, plural, number)) % {"num": number, **values}


@pass_eval_context
def gettext(context: EvalContext, message: str, **values: Any) -> str:
    """Return the translation with `%(name)s` filled in; values are escaped where the template is HTML."""
    text = (_lookup_markup if context.autoescape else _lookup)(locale(), message)
    return text % values if values or "%" in text else text


@pass_eval_context
def ngettext(context: EvalContext, singular: str, plural: str, number: int, **values: Any) -> str:
    """Return the translated form for `number`, filled in; values are escaped where the template is HTML."""
    text = str(get_translations().ungettext(singular, plural, number))
    return (Markup(text) if context.autoescape else text) % {"num": number, **values}  # noqa: S704


def init_app(app: Flask) -> None:
    """Replace Flask-Babel's template functions with those of this module."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
