"""Dates that identify a patient: dates of birth, and dates of care."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.patient_check import lexicon
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import NormalisedText

NEARBY_CHARACTERS = 60


def find_dates(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    """Yield dates of birth, and dates of care near a word for a patient."""
    dates = [match.span() for match in lexicon.DATE.finditer(normalised.low)]
    births = list(_births(normalised.low, dates))
    yield from births
    birth_starts = {match.start for match in births}
    for start, end in dates:
        if start not in birth_starts and _is_date_of_care(normalised.low, start, end):
            yield IdentifierMatch(IdentifierKind.CARE_DATE, Severity.WARN, start, end)


def _births(low: str, dates: list[tuple[int, int]]) -> Iterator[IdentifierMatch]:
    for label in lexicon.BIRTH.finditer(low):
        if label.group() in lexicon.BORN_WORDS and lexicon.NOT_A_BIRTH.search(sentence_before(low, label.start())):
            continue
        after = low[label.end() : label.end() + 50]
        match = lexicon.DATE.search(after) or lexicon.LOOSE_DATE.search(after)
        if match and match.start() <= 28 and not lexicon.SENTENCE_END.search(after[: match.start()]):
            yield IdentifierMatch(
                IdentifierKind.BIRTH_DATE, Severity.STOP, label.end() + match.start(), label.end() + match.end()
            )
            continue
        year = lexicon.YEAR.match(low, label.end())
        if year and label.group() not in lexicon.BORN_WORDS:
            yield IdentifierMatch(IdentifierKind.BIRTH_DATE, Severity.WARN, label.start(), year.end())
            continue
        for start, end in _just_before(dates, label.start()):
            yield IdentifierMatch(IdentifierKind.BIRTH_DATE, Severity.STOP, start, end)


def _just_before(dates: list[tuple[int, int]], position: int) -> list[tuple[int, int]]:
    """Return the date directly before a label, as in `12/3/1984 (DOB)`."""
    return [(start, end) for start, end in dates if 0 <= position - end <= 3][:1]


def sentence_before(low: str, position: int) -> str:
    """Return the nearby text before a position, within its sentence."""
    before = low[max(0, position - NEARBY_CHARACTERS) : position]
    ends = [match.end() for match in lexicon.SENTENCE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


def sentence_after(low: str, position: int) -> str:
    """Return the nearby text after a position, within its sentence."""
    after = low[position : position + NEARBY_CHARACTERS]
    end = lexicon.SENTENCE_END.search(after)
    return after[: end.start() + 2] if end else after


def _is_date_of_care(low: str, start: int, end: int) -> bool:
    """Return whether a date is closer to a word of care or for a patient than to one for an event, such as a meeting."""
    before, after = sentence_before(low, start), sentence_after(low, end)
    event = _distance(lexicon.EVENT, before, after)
    care = min(_distance(pattern, before, after) for pattern in (lexicon.CARE, lexicon.PATIENT, lexicon.AGE))
    if care <= NEARBY_CHARACTERS and care <= event:
        return True
    return event > NEARBY_CHARACTERS and _distance(lexicon.PERSON, before, after) <= NEARBY_CHARACTERS


def _distance(pattern: re.Pattern[str], before: str, after: str) -> int:
    """Return the characters between a date and the nearest match in its sentence; NEARBY_CHARACTERS + 1 if none."""
    left = [len(before) - match.end() for match in pattern.finditer(before)]
    right = pattern.search(after)
    return min([*left, right.start() if right else NEARBY_CHARACTERS + 1, NEARBY_CHARACTERS + 1])
