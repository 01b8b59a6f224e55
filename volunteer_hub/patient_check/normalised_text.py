"""A text made plain before it is looked at: digits, spaces and dashes of every alphabet become ASCII's."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

# Soft hyphen, zero-width space to right-to-left mark, word joiner and its neighbours, BOM.
INVISIBLE = frozenset({0xAD, *range(0x200B, 0x2010), *range(0x2060, 0x2065), 0xFEFF})
QUOTES = {"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'}


class NormalisedText(NamedTuple):
    """`text` keeps capitals; `low` is the same, letter for letter, in lower case without accents."""

    text: str
    low: str


class _Characters(dict[int, str]):
    """One character for `str.translate`, looked up in Unicode once a process."""

    def __missing__(self, code: int) -> str:
        self[code] = made = self.make(chr(code))
        return made

    def make(self, character: str) -> str:
        """The plain form of `character`."""
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
        """One lower-case letter without its accent, so that places stay the same."""
        if character == "°":
            return "o"  # typed for the small o of `nº`
        bare = unicodedata.normalize("NFKD", character)[0].lower()
        return bare if len(bare) == 1 else character


_PLAIN, _LOW = _Characters(), _Low()


def normalise(text: str) -> NormalisedText:
    """`text` normalised (NFKC), with ASCII digits, spaces and dashes."""
    if text.isascii():
        return NormalisedText(text, text.lower())
    once = unicodedata.normalize("NFKC", text).translate(_PLAIN)
    return NormalisedText(once, once.translate(_LOW))
