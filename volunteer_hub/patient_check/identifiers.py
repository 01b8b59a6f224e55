"""Numbers that stand for one person: NHS, CHI and H&C numbers, hospital numbers, identity cards, telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator

from volunteer_hub.patient_check import digits, lexicon
from volunteer_hub.patient_check.digits import TenDigitNumber
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_check.normalised_text import NormalisedText

BEFORE, AFTER, AROUND = 40, 24, 80
NUMBERED = (
    (lexicon.NHS, IdentifierKind.NHS_NUMBER),
    (lexicon.CHI, IdentifierKind.CHI_NUMBER),
    (lexicon.HC, IdentifierKind.HC_NUMBER),
)
THEIRS = re.compile(rf"\b(?:{lexicon.NHS.pattern}|chi\b|h&c\b|hospital {lexicon.NUMBER_WORD}\b|mrn\b|patient\b|pt\b)")
ABROAD = re.compile(r"\+[0-9 ().-]{0,9}$")
ADDRESS = re.compile(r"(?:://|www\.|\bdoi\b|\b10\.[0-9]{4})\S{0,60}$")
THEIR_PHONE = re.compile(
    rf"\b(?:his|her|their|patient's|mother's|father's|child's|husband's)\s(?:own\s)?(?:{lexicon.PHONE}|number|contact)\b"
    r"[a-z\s:.]{0,16}\+?[0-9][0-9 ().-]{7,18}"
)
PHONE = re.compile(rf"\b(?:{lexicon.PHONE})[a-z\s:.]{{0,12}}\+?[0-9][0-9 ().-]{{7,18}}")
HOME = re.compile(r"\b(?:village|parish|sub-?county|aged? [0-9]{1,3}|house no|street|kijiji|aldeia|bairro)\b")
PRIVATE = re.compile(r"\b(?:patient|mother|child|baby|woman|girl|boy)(?:'s)? name\b")


def find_numbers(plain: NormalisedText) -> Iterator[IdentifierMatch]:
    """Every number that stands for one person."""
    yield from _labelled_tens(plain)
    yield from _unlabelled_tens(plain)
    yield from _codes(plain, lexicon.HOSPITAL, IdentifierKind.HOSPITAL_NUMBER)
    yield from _codes(plain, lexicon.NEAR_PERSON, IdentifierKind.HOSPITAL_NUMBER, near=True)
    yield from _codes(plain, lexicon.PERSONAL, IdentifierKind.PERSONAL_ID, near=True)
    yield from _telephones(plain)


def _labelled_tens(plain: NormalisedText) -> Iterator[IdentifierMatch]:
    """Seven to twelve digits right after the name of the number: a typing error is still somebody's number."""
    for label, kind in NUMBERED:
        for name in label.finditer(plain.low):
            numbered = name.group()[-1] not in "s." or name.group().endswith("nos")
            begin = lexicon.FILLER.match(plain.low, name.end()).end()  # type: ignore[union-attr]
            form = lexicon.TEN_OR_SO if numbered or kind is not IdentifierKind.NHS_NUMBER else lexicon.TEN_EXACTLY
            number = form.match(plain.low, begin)
            if number:
                yield IdentifierMatch(kind, Severity.STOP, begin, number.end())


def _unlabelled_tens(plain: NormalisedText) -> Iterator[IdentifierMatch]:
    for ten in digits.ten_digit_numbers(plain.text):
        kind = _kind(ten)
        if kind and not digits.is_placeholder(ten.digits):
            severity = _severity(plain, ten, kind)
            if severity:
                yield IdentifierMatch(kind, severity, ten.start, ten.end)


def _kind(ten: TenDigitNumber) -> IdentifierKind | None:
    """Whose number it can be by its digits alone."""
    if not digits.has_valid_check_digit(ten.digits):
        return None
    if digits.is_northern_irish(ten.digits):
        return IdentifierKind.HC_NUMBER
    if digits.has_date_prefix(ten.digits) and ten.layout in {"six", "bare"}:
        return IdentifierKind.CHI_NUMBER
    return IdentifierKind.NHS_NUMBER if digits.is_issued_range(ten.digits) or ten.layout == "spaced" else None


def _severity(plain: NormalisedText, ten: TenDigitNumber, kind: IdentifierKind) -> Severity | None:
    label = _nearest_label(plain.low, ten)
    if label == "elsewhere" or (label != "theirs" and _part_of_more(plain.text, ten)):
        return None
    if label == "theirs":
        return Severity.STOP
    issued = kind is not IdentifierKind.NHS_NUMBER or digits.is_issued_range(ten.digits)
    usual = ten.layout == ("six" if kind is IdentifierKind.CHI_NUMBER else "spaced")
    if issued and (usual or _clinical(plain.low, ten)):
        return Severity.STOP
    return Severity.WARN


def _nearest_label(low: str, ten: TenDigitNumber) -> str:
    """What the number is said to be: "theirs" (a patient's), "elsewhere" (an invoice, a telephone), or nothing."""
    before = low[max(0, ten.start - BEFORE) : ten.start]
    theirs = _last(THEIRS, before)
    right_before = lexicon.RIGHT_BEFORE.search(before)
    elsewhere = right_before.start() if right_before else _elsewhere(before)
    if theirs >= 0 or elsewhere >= 0:
        return "theirs" if theirs > elsewhere else "elsewhere"
    after = low[ten.end : ten.end + AFTER]
    if lexicon.RIGHT_AFTER.match(after):
        return "elsewhere"
    return "theirs" if THEIRS.search(after) else ""


def _elsewhere(before: str) -> int:
    """Where the last word ends that makes a number something else, if what follows is not about somebody."""
    end = _last(lexicon.ELSEWHERE, before)
    between = before[end:]
    return -1 if lexicon.ABOUT.search(between) or lexicon.SENTENCE_END.search(between) else end


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _part_of_more(text: str, ten: TenDigitNumber) -> bool:
    """Whether the digits belong to something longer: a decimal, an address, a telephone abroad, a serial number."""
    before, after = text[max(0, ten.start - 60) : ten.start], text[ten.end : ten.end + 2]
    tight = len(before) > 1 and before[-1] in ".-/," and before[-2].isalnum()
    glued = before[-1:].isalpha() and ten.layout == "bare"
    goes_on = len(after) > 1 and after[0] in ".-/," and after[1].isdigit()
    mail = after[:1] == "@"
    return tight or glued or goes_on or mail or bool(ABROAD.search(before[-10:]) or ADDRESS.search(before))


def _clinical(low: str, ten: TenDigitNumber) -> bool:
    around = low[max(0, ten.start - AROUND) : ten.end + AROUND]
    return any(words.search(around) for words in (lexicon.CLINICAL, lexicon.CARE, lexicon.PATIENT, lexicon.PERSON))


def _codes(
    plain: NormalisedText, labels: re.Pattern[str], kind: IdentifierKind, *, near: bool = False
) -> Iterator[IdentifierMatch]:
    """Numbers of a hospital's own, or of the state's, after their names; with `near` only beside a person."""
    for name in labels.finditer(plain.low):
        begin = lexicon.FILLER.match(plain.low, name.end()).end()  # type: ignore[union-attr]
        code = lexicon.CODE.match(plain.low, begin)
        if not code or not _is_code(plain.low, code, name.group()):
            continue
        if near and not _of_a_person(plain.low, name.start(), code.end()):
            continue
        yield IdentifierMatch(kind, Severity.STOP, begin, code.end())


def _is_code(low: str, code: re.Match[str], label: str) -> bool:
    """Whether it is one person's number and no count, date or network address."""
    text = code.group()
    figures = sum(character.isdigit() for character in text)
    least = 5 if re.search(rf"(?:patient|pt|patients) {lexicon.NUMBER_WORD}$", label) and text.isdigit() else 3
    if figures < least or text.count(".") > 2 or lexicon.DATE.fullmatch(text):
        return False
    return not lexicon.COUNTED.match(low, code.end())


def _of_a_person(low: str, start: int, end: int) -> bool:
    before, after = low[max(0, start - AROUND) : end], low[end : end + AROUND]
    if lexicon.NOT_THEIRS.search(before[-(end - start) - 16 :]):
        return False
    return any(
        words.search(text) for text in (before, after) for words in (lexicon.PATIENT, lexicon.PERSON, lexicon.CARE)
    )


def _telephones(plain: NormalisedText) -> Iterator[IdentifierMatch]:
    """A telephone is a patient's when the words say so; a volunteer's own is welcome."""
    for phone in THEIR_PHONE.finditer(plain.low):
        before = plain.low[max(0, phone.start() - 120) : phone.end()]
        if lexicon.PATIENT.search(before) or lexicon.PERSON.search(before):
            yield IdentifierMatch(IdentifierKind.CONTACT, Severity.STOP, phone.start(), phone.end())
    for phone in PHONE.finditer(plain.low):
        around = plain.low[max(0, phone.start() - AROUND) : phone.end() + AROUND]
        if HOME.search(around) and (lexicon.PATIENT.search(around) or PRIVATE.search(around)):
            yield IdentifierMatch(IdentifierKind.CONTACT, Severity.STOP, phone.start(), phone.end())
