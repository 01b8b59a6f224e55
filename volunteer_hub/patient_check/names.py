"""Initials and names next to words for a patient."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.patient_check import lexicon
from volunteer_hub.patient_check.dates import sentence_after, sentence_before
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import NormalisedText


def split_words(text: str) -> frozenset[str]:
    """Return the distinct words of a text."""
    return frozenset(text.split())


DOTTED = re.compile(r"(?<![A-Za-z.])[A-Z]\.\s?[A-Z](?:\.\s?[A-Z])?\b\.?(?![A-Za-z])")
CAPITALS = re.compile(
    r"\b(?:[Pp]atient|[Pp]t|[Bb]aby(?: of)?|[Cc]hild|[Gg]irl|[Bb]oy|Mrs|Mr|Ms|Miss|Mme|Sra?|[Ii]nitials)\b[.:,]?\s?([A-Z]{2,3})\b(?![-/])"
)
INITIALS_LABEL = re.compile(r"\binitials[:\s]{0,3}$")
ABBREVIATIONS = split_words(
    """
    UK US USA WHO EU UN NB PS DOB MD DRC NGO ICU TB HIV BP OPD IPD IV IM AM PM NHS CHI ID QI RTI UTI GP ED AE
    ENT DKA CPR ECG CT MRI NMC GMC IT PPH ANC ART IPC BMI BA MA BSC PHD MSC IE EG AD BC DC PC TV PPE SOP CPD PDF
    HR HQ NICU MDT SAM MAM DM HTN
    """
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
PATIENT_NAME = re.compile(
    r"\b([Pp]atient|[Pp]t|[Bb]aby|[Cc]hild|[Ii]nfant|[Bb]oy|[Gg]irl|[Mm]other|[Ww]oman|[Ll]ady|[Mm]an|[Mm]gonjwa|[Pp]aciente|"
    r"[Dd]oente|[Uu]tente|[Mm]alade)(?:'s)?[,:]?\s"
    r"((?:is |was |who is )?(?:named:?|called)\s|name(?: is|:| was)\s|full name:?\s|nomme?e?\s|nommée?\s|chamad[ao]\s|llamad[ao]\s|anayeitwa\s|jina:?\s|of\s|is\s)?"
    r"([A-Z][a-z'-]{1,20}|[A-Z]\.)(?:\s([A-Z][a-z'-]{1,20}))?"
)
NAMING_VERB = re.compile(r"nam|nom|call|cham|llam|jina|anay")
NOT_A_NAME = split_words(
    """
    safety care flow health education information leaflet experience survey charter records record pathway
    pathways ward unit clinic hospital department services service journey protection nutrition survival
    mortality day week month rights handbook guideline guidelines protocol policy programme project workshop
    session training course module monday tuesday wednesday thursday friday saturday sunday january february
    march april may june july august september october november december the a an we i our my this that it they
    he she is was in on at for from with and or but please can could how what when where who why if then there
    kangaroo teresa english french portuguese swahili group groups committee centre center data system systems
    management support london kampala uganda kenya malawi zambia nepal tanzania ethiopia ghana nigeria rwanda
    somaliland africa teams zoom whatsapp glasgow apgar identification dr prof nurse sister not no yes all some
    each every one two three early warning score scores development welfare engagement involvement public first
    identifiable malaria covid ebola hepatitis down turner coma
    """
)


def find_names(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    """Yield initials and names that may be a patient's."""
    yield from _initials(normalised)
    yield from _names(normalised)


def _initials(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    for match in DOTTED.finditer(normalised.text):
        letters = "".join(letter for letter in match.group() if letter.isalpha())
        if (
            not _is_abbreviation(normalised.low, match, letters)
            and not _is_staff(normalised.low, match.start())
            and _is_near_person(normalised.low, match)
        ):
            yield IdentifierMatch(IdentifierKind.INITIALS, Severity.WARN, *match.span())
    for match in CAPITALS.finditer(normalised.text):
        is_labelled = match.group()[:8].lower() == "initials"
        if match.group(1) not in ABBREVIATIONS and (
            _describes_illness(sentence_after(normalised.low, match.end()))
            or (is_labelled and _is_near_person(normalised.low, match))
        ):
            yield IdentifierMatch(IdentifierKind.INITIALS, Severity.WARN, *match.span(1))


def _is_abbreviation(low: str, match: re.Match[str], letters: str) -> bool:
    """Return whether the letters are a common abbreviation that is not followed by an age."""
    return letters in ABBREVIATIONS and not lexicon.AGE.match(low[match.end() : match.end() + 25].lstrip(" ,:;("))


def _is_staff(low: str, position: int) -> bool:
    before = low[max(0, position - 50) : position]
    return bool(STAFF.search(before) or STAFF_BEFORE.search(before))


def _describes_illness(text: str) -> bool:
    return bool(lexicon.CARE.search(text[:45]) or lexicon.AGE_OR_NUMBER.search(text[:25]))


def _is_near_person(low: str, match: re.Match[str]) -> bool:
    before, after = sentence_before(low, match.start())[-30:], sentence_after(low, match.end())
    if INITIALS_LABEL.search(before) or _describes_illness(after):
        return True
    beside = (before, after[:20])
    return any(pattern.search(text) for text in beside for pattern in (lexicon.PATIENT, lexicon.PERSON))


def _names(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    for match in TITLED.finditer(normalised.text):
        after = sentence_after(normalised.low, match.end())
        if (
            _describes_illness(after)
            and not _is_staff(normalised.low, match.start())
            and match.group(1).lower() not in NOT_A_NAME
        ):
            yield IdentifierMatch(IdentifierKind.NAME, Severity.WARN, *match.span())
    for match in PATIENT_NAME.finditer(normalised.text):
        if _is_name(normalised, match):
            yield IdentifierMatch(IdentifierKind.NAME, Severity.WARN, match.start(3), match.end())


def _is_name(normalised: NormalisedText, match: re.Match[str]) -> bool:
    noun, link, first, second = match.groups()
    if first.lower() in NOT_A_NAME or (second and second.lower() in NOT_A_NAME):
        return False
    if link and NAMING_VERB.search(link):
        return True
    if link and link != "of ":
        return bool(second)
    return bool(second and noun[0].islower()) or _describes_illness(sentence_after(normalised.low, match.end()))
