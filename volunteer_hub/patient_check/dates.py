"""Dates that point at one person: of birth, and of care."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.patient_check import lexicon
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import NormalisedText

NEAR = 60


def find_dates(plain: NormalisedText) -> Iterator[IdentifierMatch]:
    """Dates of birth, and dates of care near a patient."""
    dates = [match.span() for match in lexicon.DATE.finditer(plain.low)]
    births = list(_births(plain.low, dates))
    yield from births
    taken = {finding.start for finding in births}
    for start, end in dates:
        if start not in taken and _of_care(plain.low, start, end):
            yield IdentifierMatch(IdentifierKind.CARE_DATE, Severity.WARN, start, end)


def _births(low: str, dates: list[tuple[int, int]]) -> Iterator[IdentifierMatch]:
    for label in lexicon.BIRTH.finditer(low):
        if label.group() in lexicon.BORN and lexicon.NOT_A_BIRTH.search(sentence_before(low, label.start())):
            continue
        after = low[label.end() : label.end() + 50]
        match = lexicon.DATE.search(after) or lexicon.LOOSE_DATE.search(after)
        if match and match.start() <= 28 and not lexicon.SENTENCE_END.search(after[: match.start()]):
            yield IdentifierMatch(
                IdentifierKind.BIRTH_DATE, Severity.STOP, label.end() + match.start(), label.end() + match.end()
            )
            continue
        year = lexicon.YEAR.match(low, label.end())
        if year and label.group() not in lexicon.BORN:
            yield IdentifierMatch(IdentifierKind.BIRTH_DATE, Severity.WARN, label.start(), year.end())
            continue
        for start, end in _just_before(dates, label.start()):
            yield IdentifierMatch(IdentifierKind.BIRTH_DATE, Severity.STOP, start, end)


def _just_before(dates: list[tuple[int, int]], place: int) -> list[tuple[int, int]]:
    """The date that stands right before a label, as in `12/3/1984 (DOB)`."""
    return [(start, end) for start, end in dates if 0 <= place - end <= 3][:1]


def sentence_before(low: str, place: int) -> str:
    """What stands before a place in its sentence, as far as it is near."""
    before = low[max(0, place - NEAR) : place]
    ends = [match.end() for match in lexicon.SENTENCE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


def sentence_after(low: str, place: int) -> str:
    """What stands after a place in its sentence, as far as it is near."""
    after = low[place : place + NEAR]
    end = lexicon.SENTENCE_END.search(after)
    return after[: end.start() + 2] if end else after


def _of_care(low: str, start: int, end: int) -> bool:
    """Whether a date says when somebody was ill, and not when people met."""
    before, after = sentence_before(low, start), sentence_after(low, end)
    event = _distance(lexicon.EVENT, before, after)
    close = min(_distance(words, before, after) for words in (lexicon.CARE, lexicon.PATIENT, lexicon.AGE))
    if close <= NEAR and close <= event:
        return True
    return event > NEAR and _distance(lexicon.PERSON, before, after) <= NEAR


def _distance(words: re.Pattern[str], before: str, after: str) -> int:
    """Characters between a date and the nearest of these words in its sentence; more than NEAR if none."""
    left = [len(before) - match.end() for match in words.finditer(before)]
    right = words.search(after)
    return min([*left, right.start() if right else NEAR + 1, NEAR + 1])
