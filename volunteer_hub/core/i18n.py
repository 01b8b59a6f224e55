"""gettext for templates, quick enough for a list page.

Flask-Babel finds the reader's locale anew for every string; a page has a hundred. Here the locale is
found once a request, and a string is looked up once a process and locale.
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
    """The locale of the page or e-mail that is being written."""
    known: str | None = g.get("page_locale")
    if known is None:
        known = g.page_locale = str(get_locale() or "en")
    return known


@contextlib.contextmanager
def use_locale(language: str) -> Iterator[None]:
    """Write in another person's language for a while: an e-mail within somebody's request."""
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
def _translated(_locale: str, message: str) -> str:
    return str(babel_gettext(message))


@lru_cache(maxsize=20_000)
def _safe(language: str, message: str) -> Markup:
    # Our own source text or its translation; what is filled in is escaped by Markup's `%`.
    return Markup(_translated(language, message))  # noqa: S704


def translate(message: str, **values: Any) -> str:
    """`_()` for Python code that writes many strings: the translation with `%(name)s` filled in."""
    found = _translated(locale(), message)
    return found % values if values else found


def translate_plural(one: str, many: str, number: int, **values: Any) -> str:
    """The form for `number`, with `%(num)s` filled in."""
    return str(get_translations().ungettext(one, many, number)) % {"num": number, **values}


@pass_eval_context
def gettext(context: EvalContext, message: str, **values: Any) -> str:
    """`_()` of templates: the translation, with `%(name)s` filled in and escaped where the page is HTML."""
    found = (_safe if context.autoescape else _translated)(locale(), message)
    return found % values if values or "%" in found else found


@pass_eval_context
def ngettext(context: EvalContext, one: str, many: str, number: int, **values: Any) -> str:
    """The form for `number`, filled in, and escaped where the page is HTML."""
    found = str(get_translations().ungettext(one, many, number))
    return (Markup(found) if context.autoescape else found) % {"num": number, **values}  # noqa: S704


def init_app(app: Flask) -> None:
    """Give templates these functions instead of Flask-Babel's."""
    app.jinja_env.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
