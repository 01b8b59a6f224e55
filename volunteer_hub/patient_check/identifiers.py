"""Numbers that identify one person: NHS, CHI and H&C numbers, hospital numbers, identity cards, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.patient_check import digits, lexicon
from volunteer_hub.patient_check.digits import TenDigitNumber
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import NormalisedText

CHARACTERS_BEFORE, CHARACTERS_AFTER, CHARACTERS_AROUND = 40, 24, 80
LABELLED_KINDS = (
    (lexicon.NHS, IdentifierKind.NHS_NUMBER),
    (lexicon.CHI, IdentifierKind.CHI_NUMBER),
    (lexicon.HC, IdentifierKind.HC_NUMBER),
)
PATIENT_NUMBER_LABEL = re.compile(
    rf"\b(?:{lexicon.NHS.pattern}|chi\b|h&c\b|hospital {lexicon.NUMBER_WORD}\b|mrn\b|patient\b|pt\b)"
)
FOREIGN_PHONE = re.compile(r"\+[0-9 ().-]{0,9}$")
ADDRESS = re.compile(r"(?:://|www\.|\bdoi\b|\b10\.[0-9]{4})\S{0,60}$")
PATIENT_PHONE = re.compile(
    rf"\b(?:his|her|their|patient's|mother's|father's|child's|husband's)\s(?:own\s)?(?:{lexicon.PHONE}|number|contact)\b"
    r"[a-z\s:.]{0,16}\+?[0-9][0-9 ().-]{7,18}"
)
PHONE = re.compile(rf"\b(?:{lexicon.PHONE})[a-z\s:.]{{0,12}}\+?[0-9][0-9 ().-]{{7,18}}")
HOME = re.compile(r"\b(?:village|parish|sub-?county|aged? [0-9]{1,3}|house no|street|kijiji|aldeia|bairro)\b")
PRIVATE = re.compile(r"\b(?:patient|mother|child|baby|woman|girl|boy)(?:'s)? name\b")


def find_numbers(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    """Yield every number that identifies one person."""
    yield from _numbers_after_label(normalised)
    yield from _numbers_without_label(normalised)
    yield from _codes(normalised, lexicon.HOSPITAL, IdentifierKind.HOSPITAL_NUMBER)
    yield from _codes(normalised, lexicon.LABEL_NEAR_PERSON, IdentifierKind.HOSPITAL_NUMBER, near=True)
    yield from _codes(normalised, lexicon.PERSONAL, IdentifierKind.PERSONAL_ID, near=True)
    yield from _telephones(normalised)


def _numbers_after_label(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    """Yield seven to twelve digits right after a label; the wrong length is probably a mistyped number."""
    for label, kind in LABELLED_KINDS:
        for name in label.finditer(normalised.low):
            has_number_word = name.group()[-1] not in "s." or name.group().endswith("nos")
            begin = lexicon.FILLER.match(normalised.low, name.end()).end()  # type: ignore[union-attr]
            form = (
                lexicon.ABOUT_TEN_DIGITS
                if has_number_word or kind is not IdentifierKind.NHS_NUMBER
                else lexicon.TEN_DIGITS
            )
            number = form.match(normalised.low, begin)
            if number:
                yield IdentifierMatch(kind, Severity.STOP, begin, number.end())


def _numbers_without_label(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    for ten in digits.ten_digit_numbers(normalised.text):
        kind = _kind(ten)
        if kind and not digits.is_placeholder(ten.digits):
            severity = _severity(normalised, ten, kind)
            if severity:
                yield IdentifierMatch(kind, severity, ten.start, ten.end)


def _kind(ten: TenDigitNumber) -> IdentifierKind | None:
    """Return which kind of number it can be, judged by its digits alone."""
    if not digits.has_valid_check_digit(ten.digits):
        return None
    if digits.is_northern_irish(ten.digits):
        return IdentifierKind.HC_NUMBER
    if digits.has_date_prefix(ten.digits) and ten.layout in {"six", "bare"}:
        return IdentifierKind.CHI_NUMBER
    return IdentifierKind.NHS_NUMBER if digits.is_issued_range(ten.digits) or ten.layout == "spaced" else None


def _severity(normalised: NormalisedText, ten: TenDigitNumber, kind: IdentifierKind) -> Severity | None:
    label = _nearest_label(normalised.low, ten)
    if label == "elsewhere" or (label != "theirs" and _is_part_of_longer(normalised.text, ten)):
        return None
    if label == "theirs":
        return Severity.STOP
    is_issued = kind is not IdentifierKind.NHS_NUMBER or digits.is_issued_range(ten.digits)
    is_usual_layout = ten.layout == ("six" if kind is IdentifierKind.CHI_NUMBER else "spaced")
    if is_issued and (is_usual_layout or _is_in_clinical_context(normalised.low, ten)):
        return Severity.STOP
    return Severity.WARN


def _nearest_label(low: str, ten: TenDigitNumber) -> str:
    """Return what the nearest label says: "theirs" (a patient's number), "elsewhere" (an invoice, a telephone) or ""."""
    before = low[max(0, ten.start - CHARACTERS_BEFORE) : ten.start]
    theirs = _last(PATIENT_NUMBER_LABEL, before)
    right_before = lexicon.RIGHT_BEFORE.search(before)
    elsewhere = right_before.start() if right_before else _elsewhere(before)
    if theirs >= 0 or elsewhere >= 0:
        return "theirs" if theirs > elsewhere else "elsewhere"
    after = low[ten.end : ten.end + CHARACTERS_AFTER]
    if lexicon.RIGHT_AFTER.match(after):
        return "elsewhere"
    return "theirs" if PATIENT_NUMBER_LABEL.search(after) else ""


def _elsewhere(before: str) -> int:
    """Return the end of the last label of another kind of number, -1 if the text after it is about a person."""
    end = _last(lexicon.OTHER_NUMBER, before)
    between = before[end:]
    return -1 if lexicon.ABOUT.search(between) or lexicon.SENTENCE_END.search(between) else end


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _is_part_of_longer(text: str, ten: TenDigitNumber) -> bool:
    """Return whether the digits belong to something longer: a decimal, a URL, a foreign telephone, a serial number."""
    before, after = text[max(0, ten.start - 60) : ten.start], text[ten.end : ten.end + 2]
    is_joined_before = len(before) > 1 and before[-1] in ".-/," and before[-2].isalnum()
    follows_letter = before[-1:].isalpha() and ten.layout == "bare"
    is_joined_after = len(after) > 1 and after[0] in ".-/," and after[1].isdigit()
    is_email = after[:1] == "@"
    return (
        is_joined_before
        or follows_letter
        or is_joined_after
        or is_email
        or bool(FOREIGN_PHONE.search(before[-10:]) or ADDRESS.search(before))
    )


def _is_in_clinical_context(low: str, ten: TenDigitNumber) -> bool:
    around = low[max(0, ten.start - CHARACTERS_AROUND) : ten.end + CHARACTERS_AROUND]
    return any(pattern.search(around) for pattern in (lexicon.CLINICAL, lexicon.CARE, lexicon.PATIENT, lexicon.PERSON))


def _codes(
    normalised: NormalisedText, labels: re.Pattern[str], kind: IdentifierKind, *, near: bool = False
) -> Iterator[IdentifierMatch]:
    """Yield a hospital's or the state's own numbers after their labels; with `near` only close to a word for a person."""
    for name in labels.finditer(normalised.low):
        begin = lexicon.FILLER.match(normalised.low, name.end()).end()  # type: ignore[union-attr]
        code = lexicon.CODE.match(normalised.low, begin)
        if not code or not _is_code(normalised.low, code, name.group()):
            continue
        if near and not _is_near_person(normalised.low, name.start(), code.end()):
            continue
        yield IdentifierMatch(kind, Severity.STOP, begin, code.end())


def _is_code(low: str, code: re.Match[str], label: str) -> bool:
    """Return whether it is one person's number, not a count, date or IP address."""
    text = code.group()
    digit_count = sum(character.isdigit() for character in text)
    min_digits = 5 if re.search(rf"(?:patient|pt|patients) {lexicon.NUMBER_WORD}$", label) and text.isdigit() else 3
    if digit_count < min_digits or text.count(".") > 2 or lexicon.DATE.fullmatch(text):
        return False
    return not lexicon.COUNT_UNIT.match(low, code.end())


def _is_near_person(low: str, start: int, end: int) -> bool:
    before, after = low[max(0, start - CHARACTERS_AROUND) : end], low[end : end + CHARACTERS_AROUND]
    if lexicon.NOT_A_PATIENTS.search(before[-(end - start) - 16 :]):
        return False
    return any(
        pattern.search(text) for text in (before, after) for pattern in (lexicon.PATIENT, lexicon.PERSON, lexicon.CARE)
    )


def _telephones(normalised: NormalisedText) -> Iterator[IdentifierMatch]:
    """Yield telephone numbers that the text attributes to a patient; those of volunteers are allowed."""
    for phone in PATIENT_PHONE.finditer(normalised.low):
        before = normalised.low[max(0, phone.start() - 120) : phone.end()]
        if lexicon.PATIENT.search(before) or lexicon.PERSON.search(before):
            yield IdentifierMatch(IdentifierKind.CONTACT, Severity.STOP, phone.start(), phone.end())
    for phone in PHONE.finditer(normalised.low):
        around = normalised.low[max(0, phone.start() - CHARACTERS_AROUND) : phone.end() + CHARACTERS_AROUND]
        if HOME.search(around) and (lexicon.PATIENT.search(around) or PRIVATE.search(around)):
            yield IdentifierMatch(IdentifierKind.CONTACT, Severity.STOP, phone.start(), phone.end())
