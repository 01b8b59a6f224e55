"""Plain text: validation of typed text, folding for search, header-safe text."""

from __future__ import annotations

import re
import unicodedata

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError

# Control characters except tab and newline; bidi embeddings, overrides and isolates; the byte order mark; surrogates.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
TERM = re.compile(r"[a-z0-9]+")


def clean(text: str, *, limit: int, field: str | None = None) -> str:
    """Return `text` stripped, with `\\n` line ends.

    Raises DomainError for control and bidirectional formatting characters, and for more than `limit` characters.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if FORBIDDEN.search(plain):
        raise DomainError(
            _("Remove the hidden control characters: type the text again or paste it as plain text"),
            field=field,
            code="control_characters",
        )
    if len(plain) > limit:
        raise DomainError(
            _(
                "Use %(limit)s characters or fewer; you have used %(length)s",
                limit=f"{limit:,}",
                length=f"{len(plain):,}",
            ),
            field=field,
            code="text_too_long",
        )
    return plain


def fold(text: str) -> str:
    """Return `text` case-folded and without accents, for comparisons."""
    base_letters = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(base_letters).casefold()


def search_terms(text: str) -> list[str]:
    """Return the searchable words of `text`, folded, at most ten."""
    return TERM.findall(fold(text))[:10]


def name_parts(text: str) -> list[str]:
    """Return the parts of a typed name or address, folded, in any script, at most ten."""
    return fold(text).split()[:10]


def sanitise_header(text: str) -> str:
    """Return a name or subject for an email header: one line, no encoded-word, no control characters.

    Without this, Python 3.11.7 turns the text `=?utf-8?q?…=0D=0ABcc:…?=` into a header of its own (header injection).
    """
    one_line = " ".join(FORBIDDEN.sub(" ", text).split())
    return one_line.replace("=?", "= ?").replace("?=", "? =")
