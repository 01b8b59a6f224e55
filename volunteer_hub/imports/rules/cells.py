"""Parsers of single cells: text, addresses, dates, hours, lists. Each raises DomainError with what to do."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TypeVar

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.core import plain_text, times
from volunteer_hub.core.email_address import parse_email
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules.lookup import Lookup, normalise
from volunteer_hub.imports.rules.outcome import RowError
from volunteer_hub.imports.rules.table import ImportRow

T = TypeVar("T")
E = TypeVar("E", bound=enum.StrEnum)
DECIMAL = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
UK_DATE = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
ENTRY_SEPARATOR = re.compile(r"[|;\n]")
MIN_WEEKLY_MINUTES, MAX_WEEKLY_MINUTES = 15, 40 * 60
INVALID_DATE_MESSAGE = _l("Enter a real date, like 2027-03-27 or 27/3/2027.")


class CellReader:
    """Reads the cells of one row and collects all errors instead of stopping at the first."""

    def __init__(self, row: ImportRow) -> None:
        self.row = row
        self.errors: list[RowError] = []
        if row.overlong:
            self.errors.append(
                RowError(
                    row.number, None, _("It has more cells than the first row has names. Is a comma not in quotes?")
                )
            )

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a cell; None for an empty or an invalid one."""
        with self.collect_errors(column):
            text = plain_text.clean(self.row.cells.get(column, ""), limit=4_000)
            return parse(text) if text else None
        return None

    def require(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Return the value of a mandatory cell; an empty one is an error."""
        if not self.row.cells.get(column):
            self.errors.append(RowError(self.row.number, column, _("It is empty, and it is needed.")))
        return self.read(column, parse)

    @contextmanager
    def collect_errors(self, column: str | None) -> Iterator[None]:
        """Record a DomainError of the block as an error of that column."""
        try:
            yield
        except DomainError as error:
            self.errors.append(RowError(self.row.number, column, error.message))


def line_parser(limit: int) -> Callable[[str], str]:
    """Return a parser of one line of at most `limit` characters; line ends become spaces."""

    def parse(text: str) -> str:
        return " ".join(plain_text.clean(text, limit=limit).split())

    return parse


def parse_email_address(text: str) -> str:
    """Return an e-mail address in lower case."""
    address = parse_email(text)
    if address is None:
        raise DomainError(_("This is not an e-mail address. It must look like name@example.org."), code="email_invalid")
    return address


def parse_weekly_minutes(text: str) -> int:
    """Return hours a week, given in quarters, as minutes."""
    minutes = round(float(text.replace(",", ".")) * 60) if DECIMAL.fullmatch(text) else -1
    if minutes % 15 or not MIN_WEEKLY_MINUTES <= minutes <= MAX_WEEKLY_MINUTES:
        raise DomainError(
            _("Enter hours a week between 0.25 and 40 in quarters, like 1.5."), code="weekly_hours_invalid"
        )
    return minutes


def parse_date(text: str) -> dt.date:
    """Return a calendar date, written year first or day first."""
    iso, uk = ISO_DATE.fullmatch(text), UK_DATE.fullmatch(text)
    parts = (iso[1], iso[2], iso[3]) if iso else (uk[3], uk[2], uk[1]) if uk else None
    if parts is None or not 2000 <= int(parts[0]) <= 2100:
        raise DomainError(INVALID_DATE_MESSAGE, code="date_invalid")
    try:
        return dt.date(*map(int, parts))
    except ValueError as error:
        raise DomainError(INVALID_DATE_MESSAGE, code="date_invalid") from error


def parse_time_zone(text: str) -> str:
    """Return the name of a time zone, found in any case."""
    zone = text if text in times.zone_names() else _zones_by_normalised_name().get(normalise(text))
    if zone is None:
        raise DomainError(
            _("There is no time zone “%(text)s”. They are named after a town, like Africa/Kampala.", text=text),
            code="time_zone_unknown",
        )
    return zone


def _zones_by_normalised_name() -> dict[str, str]:
    return {normalise(name): name for name in times.zone_names()}


def choice_parser(synonyms: Mapping[str, E], kind: type[E]) -> Callable[[str], E]:
    """Return a parser of one member of `kind`, by its value or a synonym."""
    choices = {normalise(choice.value): choice for choice in kind} | {
        normalise(synonym): choice for synonym, choice in synonyms.items()
    }

    def parse(text: str) -> E:
        choice = choices.get(normalise(text))
        if choice is None:
            raise DomainError(
                _(
                    "“%(text)s” is none of: %(choices)s.",
                    text=text,
                    choices=", ".join(choice.value for choice in kind),
                ),
                code="choice_unknown",
            )
        return choice

    return parse


def split_entries(text: str) -> list[str]:
    """Return the entries of a list separated by `|`, `;` or line ends."""
    return [part.strip() for part in ENTRY_SEPARATOR.split(text) if part.strip()]


def code_list_parser(lookup: Lookup[str], *, max_entries: int) -> Callable[[str], tuple[str, ...]]:
    """Return a parser of up to `max_entries` codes or names, without duplicates."""

    def parse(text: str) -> tuple[str, ...]:
        codes = tuple(dict.fromkeys(lookup.get(part) for part in split_entries(text)))
        _refuse_too_many(len(codes), max_entries)
        return codes

    return parse


def level_list_parser(
    lookup: Lookup[str], parse_level: Callable[[str], E], *, max_entries: int
) -> Callable[[str], tuple[tuple[str, E], ...]]:
    """Return a parser of up to `max_entries` codes or names with a parse_level each: `en:native|fr:b2`."""

    def parse_entry(part: str) -> tuple[str, E]:
        name, colon, level_text = part.rpartition(":")
        if not colon:
            raise DomainError(_("“%(part)s” says no level: write it after a colon.", part=part), code="level_missing")
        return lookup.get(name.strip()), parse_level(level_text.strip())

    def parse(text: str) -> tuple[tuple[str, E], ...]:
        levels: dict[str, E] = {}
        for part in split_entries(text):
            code, level_text = parse_entry(part)
            if levels.setdefault(code, level_text) != level_text:
                raise DomainError(
                    _("“%(part)s” is there twice with another level.", part=part), code="level_contradictory"
                )
        _refuse_too_many(len(levels), max_entries)
        return tuple(levels.items())

    return parse


def _refuse_too_many(number: int, most: int) -> None:
    if number > most:
        raise DomainError(
            _("There are %(number)s entries; %(most)s are the most.", number=number, most=most), code="too_many_entries"
        )
