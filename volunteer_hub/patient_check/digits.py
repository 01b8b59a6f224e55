"""Patient numbers of the United Kingdom: check digits, issued ranges, layouts.

Sources. The rule of the check digit (first nine digits times 10 down to 2, modulus 11; a result of 10 is
never issued), the ranges for England, Wales and the Isle of Man (400 000 000 to 499 999 999 and 600 000 000 to
799 999 999, without the check digit), for Northern Ireland (320 000 001 to 399 999 999), for Scotland
(010 101 0000 to 311 299 9999) and for tests (999 ..., never issued) are as documented by the crate `nhs-number`
of GIG Cymru NHS Wales and by Wikipedia, "NHS number". That crate also names 300 000 000 to 399 999 999 for
England; here 300 to 319 count as possible, not as usual. From general knowledge, without a source: a CHI number
begins with the date of birth as DDMMYY and has the same check digit; older NHS numbers had other formats and are
found only by their label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

GROUP = re.compile(r"[0-9]+")
SEPARATORS = frozenset(" \t\n-._/·")
LAYOUTS = {(10,): "bare", (3, 3, 4): "spaced", (6, 4): "six", (3, 7): "odd", (5, 5): "odd", (3, 4, 3): "odd"}
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class TenDigitNumber(NamedTuple):
    """Ten digits in a text. `layout` is bare, spaced (3-3-4), six (6-4) or odd."""

    start: int
    end: int
    digits: str
    layout: str


def has_valid_check_digit(digits: str) -> bool:
    """Return whether the tenth digit is the modulus-11 check digit of the nine before it."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def is_issued_range(digits: str) -> bool:
    """Return whether a number is in the range of England, Wales and the Isle of Man, or in the test range."""
    return digits[0] in "467" or digits.startswith("999")


def is_northern_irish(digits: str) -> bool:
    """Return whether a number is in the range of Health and Care numbers of Northern Ireland."""
    return "320" <= digits[:3] <= "399"


def has_date_prefix(digits: str) -> bool:
    """Return whether the first six digits are a date DDMMYY, as in a CHI number."""
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= month <= 12 and 1 <= day <= DAYS[month - 1]


def is_placeholder(digits: str) -> bool:
    """Return whether all ten digits are the same: a placeholder, though its check digit may be valid."""
    return len(set(digits)) == 1


def ten_digit_numbers(text: str) -> Iterator[TenDigitNumber]:
    """Yield every ten-digit number in one of the layouts."""
    groups = [match.span() for match in GROUP.finditer(text)]
    for first, (start, end) in enumerate(groups):
        lengths = [end - start]
        last = first
        while (
            sum(lengths) < 10 and last + 1 < len(groups) and _is_separator(text[groups[last][1] : groups[last + 1][0]])
        ):
            last += 1
            lengths.append(groups[last][1] - groups[last][0])
        layout = LAYOUTS.get(tuple(lengths))
        if layout:
            end = groups[last][1]
            yield TenDigitNumber(start, end, "".join(GROUP.findall(text[start:end])), layout)


def _is_separator(gap: str) -> bool:
    return len(gap) <= 3 and SEPARATORS.issuperset(gap)
