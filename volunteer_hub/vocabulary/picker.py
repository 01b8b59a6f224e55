"""The picker of terms on a page, which works without JavaScript: search by text or browse down the tree, press a button.

Rendered by the macro `picker` (templates/macros/pickers.html).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import request, url_for

from volunteer_hub.core.query_values import query_values
from volunteer_hub.vocabulary.queries import Term
from volunteer_hub.vocabulary.skill_search import SearchResult, search_or_browse


def search_terms(terms: dict[str, Term], chosen: Iterable[str]) -> SearchResult:
    """Return what the page shows for its `?q=` and `?under=`; `chosen` are the codes that are chosen already."""
    values = query_values()
    return search_or_browse(terms, query=values.text("q"), under=values.text("under"), chosen=chosen)


def same_search(endpoint: str, **values: Any) -> str:
    """Return the address of the same page and search, so that several terms can be added in a row."""
    search = query_values()
    return url_for(endpoint, q=search.text("q") or None, under=search.text("under") or None, **values)


def read_code() -> str:
    """Return the code of the term whose button was pressed."""
    return request.form.get("code", "")


def read_select(name: str) -> str:
    """Return the value of the select `name` beside that term."""
    return request.form.get(f"{name}-{read_code()}", "")
