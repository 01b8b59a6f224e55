"""Kinds of settings: what text each takes, and how it tells what to set instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import limits

from volunteer_hub.core.email_address import parse_email

YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"0", "false", "no", "off"})
MAX_TEXT_LENGTH = 2_000


class SettingKind(Protocol):
    """What a setting may hold. `parse` raises ValueError; `hint` then says what to set."""

    @property
    def hint(self) -> str:
        """What to set, after “set”."""

    def parse(self, text: str) -> object:
        """The value that the text stands for."""


@dataclass(frozen=True)
class TextKind:
    """One line of visible text, up to `longest` characters."""

    max_length: int = MAX_TEXT_LENGTH

    @property
    def hint(self) -> str:
        """What to set."""
        return f"one line of at most {self.max_length} characters"

    def parse(self, text: str) -> str:
        """The text itself."""
        if len(text) > self.max_length or not text.isprintable():
            raise ValueError
        return text


@dataclass(frozen=True)
class ChoiceKind:
    """One of a few words."""

    choices: tuple[str, ...]

    @property
    def hint(self) -> str:
        """What to set."""
        return "one of: " + ", ".join(self.choices)

    def parse(self, text: str) -> str:
        """The word itself."""
        if text not in self.choices:
            raise ValueError
        return text


@dataclass(frozen=True)
class BooleanKind:
    """On or off."""

    hint = "1 for on or 0 for off"

    def parse(self, text: str) -> bool:
        """True or False; 1, true, yes, on and 0, false, no, off in any case."""
        if text.lower() not in YES | NO:
            raise ValueError
        return text.lower() in YES


@dataclass(frozen=True)
class IntegerKind:
    """A whole number within bounds."""

    minimum: int
    maximum: int

    @property
    def hint(self) -> str:
        """What to set."""
        return f"a whole number from {self.minimum} to {self.maximum}"

    def parse(self, text: str) -> int:
        """The number; ASCII digits only."""
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
    """A number within bounds, decimals allowed."""

    minimum: float
    maximum: float

    @property
    def hint(self) -> str:
        """What to set."""
        return f"a number from {self.minimum:g} to {self.maximum:g}"

    def parse(self, text: str) -> float:
        """The number. `nan` compares with nothing, so it is outside all bounds."""
        if not self.minimum <= float(text) <= self.maximum:
            raise ValueError
        return float(text)


@dataclass(frozen=True)
class ListKind:
    """Several texts, separated by commas."""

    hint = "values separated by commas"

    def parse(self, text: str) -> tuple[str, ...]:
        """The texts, without the empty ones."""
        return tuple(part.strip() for part in text.split(",") if part.strip())


@dataclass(frozen=True)
class EmailKind:
    """An email address."""

    hint = "one email address, like hub@hospital.nhs.uk"

    def parse(self, text: str) -> str:
        """The address as it was written."""
        if parse_email(text) is None:
            raise ValueError
        return text


@dataclass(frozen=True)
class RateLimitKind:
    """How often something may be tried."""

    hint = "one limit, like 10 per 15 minutes"

    def parse(self, text: str) -> str:
        """The text itself, once it is known that it can be read."""
        (item,) = limits.parse_many(text)  # `parse` would take the first of several and forget the others
        if item.amount < 1 or item.get_expiry() < 1:
            raise ValueError
        return text
