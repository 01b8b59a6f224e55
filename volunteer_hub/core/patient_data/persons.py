"""What points at one person without a number: a date of birth, a date of care, initials, a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.core.patient_data import lexicon
from volunteer_hub.core.patient_data.kinds import Finding, Kind, Severity
from volunteer_hub.core.patient_data.plain import Plain

NEAR = 60
DOTTED = re.compile(r"(?<![A-Za-z.])[A-Z]\.\s?[A-Z](?:\.\s?[A-Z])?\b\.?(?![A-Za-z])")
CAPITALS = re.compile(
    r"\b(?:[Pp]atient|[Pp]t|[Bb]aby(?: of)?|[Cc]hild|[Gg]irl|[Bb]oy|Mrs|Mr|Ms|Miss|Mme|Sra?|[Ii]nitials)\b[.:,]?\s?([A-Z]{2,3})\b(?![-/])"
)
SAID = re.compile(r"\binitials[:\s]{0,3}$")
NO_INITIALS = frozenset(
    [
        "UK",
        "US",
        "USA",
        "WHO",
        "EU",
        "UN",
        "NB",
        "PS",
        "DOB",
        "MD",
        "DRC",
        "NGO",
        "ICU",
        "TB",
        "HIV",
        "BP",
        "OPD",
        "IPD",
        "IV",
        "IM",
        "AM",
        "PM",
        "NHS",
        "CHI",
        "ID",
        "QI",
        "RTI",
        "UTI",
        "GP",
        "ED",
        "AE",
        "ENT",
        "DKA",
        "CPR",
        "ECG",
        "CT",
        "MRI",
        "NMC",
        "GMC",
        "IT",
        "PPH",
        "ANC",
        "ART",
        "IPC",
        "BMI",
        "BA",
        "MA",
        "BSC",
        "PHD",
        "MSC",
        "IE",
        "EG",
        "AD",
        "BC",
        "DC",
        "PC",
        "TV",
        "PPE",
        "SOP",
        "CPD",
        "PDF",
        "HR",
        "HQ",
        "NICU",
        "MDT",
        "SAM",
        "MAM",
        "DM",
        "HTN",
    ]
)
STAFF = re.compile(
    r"\b(?:dr|drs|doctor|prof|professor|sister|sr|nurse|matron|midwife|rev|director|consultant|colleague|trainer|volunteer|coordinator|"
    r"facilitator|lecturer|tutor|docteur|doutora?|enfermeir[oa]|infirmiere?|daktari|muuguzi|author|by)\b[\s.,:]{0,3}$"
)
STAFF_BEFORE = re.compile(
    r"\b(?:dr|prof|sister|nurse|matron|midwife|daktari|docteur)\b[^.!?\n]{0,30}\b(?:and|&|with|,)\s$"
)
TITLED = re.compile(
    r"\b(?:Mr|Mrs|Ms|Miss|Mme|Madame|Monsieur|Sra?|Senhora?|Señora?|Bi|Bwana|Mama|Mzee|Baby|Master)\b\.?\s"
    r"([A-Z][\w'-]{1,20}|[A-Z]\.\s?[A-Z]\.?|[A-Z]{2,3}\b)(?:\s[A-Z][\w'-]{1,20})?"
)
NAMED = re.compile(
    r"\b([Pp]atient|[Pp]t|[Bb]aby|[Cc]hild|[Ii]nfant|[Bb]oy|[Gg]irl|[Mm]other|[Ww]oman|[Ll]ady|[Mm]an|[Mm]gonjwa|[Pp]aciente|"
    r"[Dd]oente|[Uu]tente|[Mm]alade)(?:'s)?[,:]?\s"
    r"(named:?\s|called\s|name(?: is|:| was)\s|full name:?\s|nomme?e?\s|nommée?\s|chamad[ao]\s|llamad[ao]\s|anayeitwa\s|jina:?\s|of\s|is\s)?"
    r"([A-Z][a-z'-]{1,20}|[A-Z]\.)(?:\s([A-Z][a-z'-]{1,20}))?"
)
NAMING = re.compile(r"nam|nom|call|cham|llam|jina|anay")
HEADING = frozenset(
    [
        "safety",
        "care",
        "flow",
        "health",
        "education",
        "information",
        "leaflet",
        "experience",
        "survey",
        "charter",
        "records",
        "record",
        "pathway",
        "pathways",
        "ward",
        "unit",
        "clinic",
        "hospital",
        "department",
        "services",
        "service",
        "journey",
        "protection",
        "nutrition",
        "survival",
        "mortality",
        "day",
        "week",
        "month",
        "rights",
        "handbook",
        "guideline",
        "guidelines",
        "protocol",
        "policy",
        "programme",
        "project",
        "workshop",
        "session",
        "training",
        "course",
        "module",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "the",
        "a",
        "an",
        "we",
        "i",
        "our",
        "my",
        "this",
        "that",
        "it",
        "they",
        "he",
        "she",
        "is",
        "was",
        "in",
        "on",
        "at",
        "for",
        "from",
        "with",
        "and",
        "or",
        "but",
        "please",
        "can",
        "could",
        "how",
        "what",
        "when",
        "where",
        "who",
        "why",
        "if",
        "then",
        "there",
        "kangaroo",
        "teresa",
        "english",
        "french",
        "portuguese",
        "swahili",
        "group",
        "groups",
        "committee",
        "centre",
        "center",
        "data",
        "system",
        "systems",
        "management",
        "support",
        "london",
        "kampala",
        "uganda",
        "kenya",
        "malawi",
        "zambia",
        "nepal",
        "tanzania",
        "ethiopia",
        "ghana",
        "nigeria",
        "rwanda",
        "somaliland",
        "africa",
        "teams",
        "zoom",
        "whatsapp",
        "glasgow",
        "apgar",
        "identification",
        "dr",
        "prof",
        "nurse",
        "sister",
        "not",
        "no",
        "yes",
        "all",
        "some",
        "each",
        "every",
        "one",
        "two",
        "three",
        "early",
        "warning",
        "score",
        "scores",
        "development",
        "welfare",
        "engagement",
        "involvement",
        "public",
        "first",
        "identifiable",
        "malaria",
        "covid",
        "ebola",
        "hepatitis",
        "down",
        "turner",
        "coma",
    ]
)


def found(plain: Plain) -> Iterator[Finding]:
    """Everything that points at one person without a number."""
    dates = [match.span() for match in lexicon.DATE.finditer(plain.low)]
    births = list(_births(plain.low, dates))
    yield from births
    taken = {finding.start for finding in births}
    for start, end in dates:
        if start not in taken and _of_care(plain.low, start, end):
            yield Finding(Kind.CARE_DATE, Severity.WARN, start, end)
    yield from _initials(plain)
    yield from _names(plain)


def _births(low: str, dates: list[tuple[int, int]]) -> Iterator[Finding]:
    for label in lexicon.BIRTH.finditer(low):
        if label.group() in lexicon.BORN and lexicon.NOT_A_BIRTH.search(_sentence_before(low, label.start())):
            continue
        after = low[label.end() : label.end() + 50]
        match = lexicon.DATE.search(after) or lexicon.LOOSE_DATE.search(after)
        if match and match.start() <= 28 and not lexicon.SENTENCE_END.search(after[: match.start()]):
            yield Finding(Kind.BIRTH_DATE, Severity.STOP, label.end() + match.start(), label.end() + match.end())
            continue
        year = lexicon.YEAR.match(low, label.end())
        if year and label.group() not in lexicon.BORN:
            yield Finding(Kind.BIRTH_DATE, Severity.WARN, label.start(), year.end())
            continue
        for start, end in _just_before(dates, label.start()):
            yield Finding(Kind.BIRTH_DATE, Severity.STOP, start, end)


def _just_before(dates: list[tuple[int, int]], place: int) -> list[tuple[int, int]]:
    """The date that stands right before a label, as in `12/3/1984 (DOB)`."""
    return [(start, end) for start, end in dates if 0 <= place - end <= 3][:1]


def _sentence_before(low: str, place: int) -> str:
    before = low[max(0, place - NEAR) : place]
    ends = [match.end() for match in lexicon.SENTENCE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


def _sentence_after(low: str, place: int) -> str:
    after = low[place : place + NEAR]
    end = lexicon.SENTENCE_END.search(after)
    return after[: end.start() + 2] if end else after


def _of_care(low: str, start: int, end: int) -> bool:
    """Whether a date says when somebody was ill, and not when people met."""
    before, after = _sentence_before(low, start), _sentence_after(low, end)
    event = _distance(lexicon.EVENT, before, after)
    close = min(_distance(words, before, after) for words in (lexicon.CARE, lexicon.PATIENT, lexicon.AGE))
    if close <= NEAR and close <= event:
        return True
    return event > NEAR and _distance(lexicon.SOMEBODY, before, after) <= NEAR


def _distance(words: re.Pattern[str], before: str, after: str) -> int:
    """Characters between a date and the nearest of these words in its sentence; more than NEAR if none."""
    left = [len(before) - match.end() for match in words.finditer(before)]
    right = words.search(after)
    return min([*left, right.start() if right else NEAR + 1, NEAR + 1])


def _initials(plain: Plain) -> Iterator[Finding]:
    for match in DOTTED.finditer(plain.text):
        letters = "".join(letter for letter in match.group() if letter.isalpha())
        if letters not in NO_INITIALS and not _staff(plain.low, match.start()) and _person_near(plain.low, match):
            yield Finding(Kind.INITIALS, Severity.WARN, *match.span())
    for match in CAPITALS.finditer(plain.text):
        said = match.group()[:8].lower() == "initials"
        if match.group(1) not in NO_INITIALS and (
            _ill(_sentence_after(plain.low, match.end())) or (said and _person_near(plain.low, match))
        ):
            yield Finding(Kind.INITIALS, Severity.WARN, *match.span(1))


def _staff(low: str, place: int) -> bool:
    before = low[max(0, place - 50) : place]
    return bool(STAFF.search(before) or STAFF_BEFORE.search(before))


def _ill(text: str) -> bool:
    return bool(lexicon.CARE.search(text[:45]) or lexicon.AGE.search(text[:25]))


def _person_near(low: str, match: re.Match[str]) -> bool:
    before, after = _sentence_before(low, match.start())[-30:], _sentence_after(low, match.end())
    if SAID.search(before) or _ill(after):
        return True
    beside = (before, after[:20])
    return any(words.search(text) for text in beside for words in (lexicon.PATIENT, lexicon.SOMEBODY))


def _names(plain: Plain) -> Iterator[Finding]:
    for match in TITLED.finditer(plain.text):
        after = _sentence_after(plain.low, match.end())
        if _ill(after) and not _staff(plain.low, match.start()) and match.group(1).lower() not in HEADING:
            yield Finding(Kind.NAME, Severity.WARN, *match.span())
    for match in NAMED.finditer(plain.text):
        if _is_name(plain, match):
            yield Finding(Kind.NAME, Severity.WARN, match.start(3), match.end())


def _is_name(plain: Plain, match: re.Match[str]) -> bool:
    noun, link, first, second = match.groups()
    if first.lower() in HEADING or (second and second.lower() in HEADING):
        return False
    if link and NAMING.match(link):
        return True
    if link and link != "of ":
        return bool(second)
    return bool(second and noun[0].islower()) or _ill(_sentence_after(plain.low, match.end()))
