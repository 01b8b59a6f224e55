"""Plain text: what is refused, and how it is folded for searching."""

from __future__ import annotations

import re
import unicodedata

from volunteer_hub.core.errors import DomainError

# NUL and other controls but tab and newline; bidi embeddings, overrides and isolates; the BOM.
FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
TERM = re.compile(r"[a-z0-9]+")


def clean(text: str, *, limit: int, field: str | None = None) -> str:
    """`text` with one kind of line end and no outer space.

    Raises DomainError for control or direction-changing characters and for over-long text.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if FORBIDDEN.search(plain):
        raise DomainError(
            "Remove the hidden control characters: type the text again or paste it as plain text", field=field
        )
    if len(plain) > limit:
        raise DomainError(f"Use {limit:,} characters or fewer; you have used {len(plain):,}", field=field)
    return plain


def fold(text: str) -> str:
    """Lower case without accents: what a search compares."""
    marks_off = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return "".join(marks_off).casefold()


def search_terms(text: str) -> list[str]:
    """The searchable words of `text`, folded, at most ten."""
    return TERM.findall(fold(text))[:10]


def name_parts(text: str) -> list[str]:
    """The parts of a name or address as they were typed, folded, in any script, at most ten."""
    return fold(text).split()[:10]


def sanitise_header(text: str) -> str:
    """A name or subject for an e-mail header: one line, no encoded-word, no controls.

    Python 3.11.7 turns `=?utf-8?q?…=0D=0ABcc:…?=` into a real header (trust.md 9).
    """
    one_line = " ".join(FORBIDDEN.sub(" ", text).split())
    return one_line.replace("=?", "= ?").replace("?=", "? =")
