"""Kinds of settings: how each parses its text, and the hint for an invalid one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import limits

from volunteer_hub.core.email_address import parse_email

TRUE_TEXTS = frozenset({"1", "true", "yes", "on"})
FALSE_TEXTS = frozenset({"0", "false", "no", "off"})
MAX_TEXT_LENGTH = 2_000


class SettingKind(Protocol):
    """A kind of setting. `parse` raises ValueError for an invalid text; `hint` then says what to set."""

    @property
    def hint(self) -> str:
        """What to set, as the continuation of “set”."""

    def parse(self, text: str) -> object:
        """Return the value of the text. Raises ValueError."""


@dataclass(frozen=True)
class TextKind:
    """One line of printable text, up to `max_length` characters."""

    max_length: int = MAX_TEXT_LENGTH

    @property
    def hint(self) -> str:
        """What to set, as the continuation of “set”."""
        return f"one line of at most {self.max_length} characters"

    def parse(self, text: str) -> str:
        """Return the text."""
        if len(text) > self.max_length or not text.isprintable():
            raise ValueError
        return text


@dataclass(frozen=True)
class ChoiceKind:
    """One of a fixed set of values."""

    choices: tuple[str, ...]

    @property
    def hint(self) -> str:
        """What to set, as the continuation of “set”."""
        return "one of: " + ", ".join(self.choices)

    def parse(self, text: str) -> str:
        """Return the text."""
        if text not in self.choices:
            raise ValueError
        return text


@dataclass(frozen=True)
class BooleanKind:
    """A boolean."""

    hint = "1 for on or 0 for off"

    def parse(self, text: str) -> bool:
        """Return True for 1, true, yes, on and False for 0, false, no, off, in any case."""
        if text.lower() not in TRUE_TEXTS | FALSE_TEXTS:
            raise ValueError
        return text.lower() in TRUE_TEXTS


@dataclass(frozen=True)
class IntegerKind:
    """A whole number between `minimum` and `maximum`, inclusive."""

    minimum: int
    maximum: int

    @property
    def hint(self) -> str:
        """What to set, as the continuation of “set”."""
        return f"a whole number from {self.minimum} to {self.maximum}"

    def parse(self, text: str) -> int:
        """Return the number; only ASCII digits are accepted."""
        if (
            not text.isascii()
            or not text.isdecimal()
            or len(text) > 10
            or not self.minimum <= int(text) <= self.maximum
        ):
            raise ValueError
        return int(text)


@dataclass(frozen=True)
class NumberKind:
    """A number between `minimum` and `maximum`, inclusive; decimals are allowed."""

    minimum: float
    maximum: float

    @property
    def hint(self) -> str:
        """What to set, as the continuation of “set”."""
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def parse(self, text: str) -> float:
        """Return the number. `nan` compares false with everything, so it is out of bounds."""
        if not self.minimum <= float(text) <= self.maximum:
            raise ValueError
        return float(text)


@dataclass(frozen=True)
class ListKind:
    """A comma-separated list of texts."""

    hint = "values separated by commas"

    def parse(self, text: str) -> tuple[str, ...]:
        """Return the texts, stripped, without empty ones."""
        return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class EmailKind:
    """An email address."""

    hint = "one email address, like hub@hospital.nhs.uk"

    def parse(self, text: str) -> str:
        """Return the address unchanged."""
        if parse_email(text) is None:
            raise ValueError
        return text


@dataclass(frozen=True)
class RateLimitKind:
    """A rate limit in the notation of the `limits` package."""

    hint = "one limit, like 10 per 15 minutes"

    def parse(self, text: str) -> str:
        """Return the text if it is exactly one valid limit."""
        (item,) = limits.parse_many(text)  # `limits.parse` would silently take the first of several
        if item.amount < 1 or item.get_expiry() < 1:
            raise ValueError
        return text
