"""Search for a term: by text, or by browsing down the tree (picker.py shows the result)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from volunteer_hub.vocabulary import queries
from volunteer_hub.vocabulary.queries import Term

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True)
class SearchOption:
    """A term in a result. `name` includes the parents' names in a text search; `has_narrower` if terms are below it."""

    code: str
    name: str
    has_narrower: bool
    is_chosen: bool


@dataclass(frozen=True)
class SearchResult:
    """The options of a search or of one level of the tree; `above` are (code, name) from the top down to `under`."""

    query: str
    under: str
    above: tuple[tuple[str, str], ...]
    options: tuple[SearchOption, ...]

    @property
    def is_search(self) -> bool:
        """Return whether the options are the result of a text search."""
        return bool(self.query)

    @property
    def is_top(self) -> bool:
        """Return whether the options are the groups at the top, which are opened rather than chosen."""
        return not self.query and not self.under


def search_or_browse(
    terms: dict[str, Term], *, query: str = "", under: str = "", chosen: Iterable[str] = ()
) -> SearchResult:
    """Return the terms that match `query`, else those below `under`, else the top of the tree.

    An unknown `under` counts as none; `chosen` are the codes that are chosen already.
    """
    query = " ".join(query[:MAX_QUERY_LENGTH].split())
    under = "" if query else queries.resolve_offered(terms, under)
    matches = _find_terms(terms, query, under)
    parents = {term.parent for term in terms.values() if not term.retired}
    chosen_codes = set(chosen)
    options = (
        SearchOption(
            term.code,
            queries.path_name(terms, term) if query else term.name,
            term.code in parents and term.code != under,
            term.code in chosen_codes,
        )
        for term in matches
    )
    return SearchResult(query, under, _above(terms, under), tuple(options))


def _find_terms(terms: dict[str, Term], query: str, under: str) -> Sequence[Term]:
    if under:
        return queries.list_with_children(terms, under)
    return queries.search(terms, query)


def _above(terms: dict[str, Term], under: str) -> tuple[tuple[str, str], ...]:
    """Return (code, name) from the top of the tree down to `under`, which comes last."""
    path: list[tuple[str, str]] = []
    code: str | None = under or None
    while code:
        path.append((code, terms[code].name))
        code = terms[code].parent
    return tuple(reversed(path))
