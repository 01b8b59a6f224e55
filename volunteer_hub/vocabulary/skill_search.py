"""Finding a word of a curated tree without JavaScript: a search, or walking down from the top.

A page hands its `?q=` and `?under=` to `pick` and shows the result with templates/macros/pickers.html.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from volunteer_hub.vocabulary import queries
from volunteer_hub.vocabulary.queries import Term

MAX_QUERY_LENGTH = 100


@dataclass(frozen=True)
class SearchOption:
    """One word on offer: its name with its parents' names, and whether narrower words stand below it."""

    code: str
    name: str
    has_narrower: bool
    is_chosen: bool


@dataclass(frozen=True)
class SearchResult:
    """What one showing of a picker offers."""

    query: str
    under: str
    above: tuple[tuple[str, str], ...]
    options: tuple[SearchOption, ...]

    @property
    def is_search(self) -> bool:
        """Whether the options answer a search."""
        return bool(self.query)

    @property
    def is_top(self) -> bool:
        """Whether the options are the groups at the top, to be opened rather than picked."""
        return not self.query and not self.under


def search_or_browse(
    found: dict[str, Term], *, query: str = "", under: str = "", chosen: Iterable[str] = ()
) -> SearchResult:
    """The words that answer `query`, else those below `under`, else the top of the tree.

    An unknown `under` counts as none; `chosen` are the codes that were picked already.
    """
    query = " ".join(query[:MAX_QUERY_LENGTH].split())
    under = "" if query else queries.resolve_offered(found, under)
    words = _words(found, query, under)
    parents = {word.parent for word in found.values() if not word.retired}
    held = set(chosen)
    options = (
        SearchOption(
            word.code,
            queries.path_name(found, word) if query else word.name,
            word.code in parents and word.code != under,
            word.code in held,
        )
        for word in words
    )
    return SearchResult(query, under, _above(found, under), tuple(options))


def _words(found: dict[str, Term], query: str, under: str) -> Sequence[Term]:
    if under:
        return queries.list_with_children(found, under)
    return queries.search(found, query)


def _above(found: dict[str, Term], under: str) -> tuple[tuple[str, str], ...]:
    """(code, name) of the words from the top down to `under`, which is the last."""
    way: list[tuple[str, str]] = []
    code: str | None = under or None
    while code:
        way.append((code, found[code].name))
        code = found[code].parent
    return tuple(reversed(way))
