"""Numbers of patients in the United Kingdom: check digits, ranges, layouts.

Sources. The rule of the check digit (first nine digits times 10 down to 2, modulus 11; a result of 10 is
never issued), the ranges for England, Wales and the Isle of Man (400 000 000 to 499 999 999 and 600 000 000 to
799 999 999, without the check digit), for Northern Ireland (320 000 001 to 399 999 999), for Scotland
(010 101 0000 to 311 299 9999) and for tests (999 ..., never issued) are as documented by the crate `nhs-number`
of GIG Cymru NHS Wales and by Wikipedia, "NHS number". That crate also names 300 000 000 to 399 999 999 for
England; we take 300 to 319 as possible, not as usual. General knowledge, not looked up: a CHI number begins
with the date of birth as DDMMYY and has the same check digit; older NHS numbers had other forms and are found
only by their label.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

GROUP = re.compile(r"[0-9]+")
BETWEEN = frozenset(" \t\n-._/·")
LAYOUTS = {(10,): "bare", (3, 3, 4): "spaced", (6, 4): "six", (3, 7): "odd", (5, 5): "odd", (3, 4, 3): "odd"}
DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class TenDigitNumber(NamedTuple):
    """Ten digits as they stand: `layout` is bare, spaced (3-3-4), six (6-4) or odd."""

    start: int
    end: int
    digits: str
    layout: str


def has_valid_check_digit(digits: str) -> bool:
    """Whether the tenth digit is the modulus-11 check of the nine before it."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


def is_issued_range(digits: str) -> bool:
    """Whether a number of England, Wales or the Isle of Man can begin like this; the test range counts."""
    return digits[0] in "467" or digits.startswith("999")


def is_northern_irish(digits: str) -> bool:
    """Whether a Health and Care number of Northern Ireland can begin like this."""
    return "320" <= digits[:3] <= "399"


def has_date_prefix(digits: str) -> bool:
    """Whether the first six digits are a day DDMMYY, as in a CHI number."""
    day, month = int(digits[:2]), int(digits[2:4])
    return 1 <= month <= 12 and 1 <= day <= DAYS[month - 1]


def is_placeholder(digits: str) -> bool:
    """One digit ten times: fits the check, belongs to nobody."""
    return len(set(digits)) == 1


def ten_digit_numbers(text: str) -> Iterator[TenDigitNumber]:
    """Every place where ten digits stand in one of the layouts."""
    groups = [(found.start(), found.end()) for found in GROUP.finditer(text)]
    for first, (start, end) in enumerate(groups):
        lengths = [end - start]
        last = first
        while sum(lengths) < 10 and last + 1 < len(groups) and _joined(text[groups[last][1] : groups[last + 1][0]]):
            last += 1
            lengths.append(groups[last][1] - groups[last][0])
        layout = LAYOUTS.get(tuple(lengths))
        if layout:
            end = groups[last][1]
            yield TenDigitNumber(start, end, "".join(GROUP.findall(text[start:end])), layout)


def _joined(gap: str) -> bool:
    return len(gap) <= 3 and BETWEEN.issuperset(gap)
