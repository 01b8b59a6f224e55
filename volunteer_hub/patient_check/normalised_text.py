"""Normalise a text before it is screened: digits, spaces and dashes of all scripts become ASCII."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

# Soft hyphen, zero-width space to right-to-left mark, word joiner and its neighbours, byte order mark.
INVISIBLE = frozenset({0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF})
QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}


class NormalisedText(NamedTuple):
    """A normalised text. `low` is `text` in lower case without accents, with the same positions."""

    text: str
    low: str


class _Characters(dict[int, str]):
    """A table for `str.translate`, filled from the Unicode database on demand."""

    def __missing__(self, code: int) -> str:
        self[code] = replacement = self.make(chr(code))
        return replacement

    def make(self, character: str) -> str:
        """Return the replacement of `character`."""
        category = unicodedata.category(character)
        if ord(character) in INVISIBLE:
            return ""
        if category == "Nd":
            return str(unicodedata.decimal(character))
        if category == "Zs":
            return " "
        if category == "Pd" or character == "\u2212":
            return "-"
        return QUOTES.get(character, character)


class _Low(_Characters):
    def make(self, character: str) -> str:
        """Return one lower-case letter without its accent, so that positions stay the same."""
        if character == "°":
            return "o"  # typed for the small o of `nº`
        bare = unicodedata.normalize("NFKD", character)[0].lower()
        return bare if len(bare) == 1 else character


_PLAIN, _LOW = _Characters(), _Low()


def normalise(text: str) -> NormalisedText:
    """Return `text` in NFKC, with ASCII digits, spaces and dashes and without invisible characters."""
    if text.isascii():
        return NormalisedText(text, text.lower())
    normalised = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return NormalisedText(normalised, normalised.translate(_LOW))
