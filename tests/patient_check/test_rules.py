"""What the patient check finds and lets pass: the labelled set, and properties of any text."""

from __future__ import annotations

import itertools
import random
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scripts import patient_data_labelled
from tests.support import sample_notes
from tests.support.patient_data import HELD_OUT, LABELLED, load_labelled
from volunteer_hub.patient_check import digits
from volunteer_hub.patient_check.kinds import IdentifierKind, Severity
from volunteer_hub.patient_check.normalised_text import normalise
from volunteer_hub.patient_check.rules import find_identifiers, verdict

NINES = st.integers(0, 999_999).map(lambda seed: sample_notes.nhs_number(random.Random(seed)))  # noqa: S311 -- chance that repeats
FRAMES = st.sampled_from(sample_notes.FRAMES)
LAYOUTS = st.sampled_from(sample_notes.LAYOUTS)
ELSEWHERE = st.sampled_from(
    ("Tel: {}", "phone {}", "my mobile is {}", "WhatsApp {}", "fax {}", "ISBN {}", "Invoice no. {}", "grant {}", "tracking {}",
     "Meeting ID {}", "bank account {}", "purchase order {}", "PO {}", "serial no {}", "UGX {}", "GMC {}", "https://example.org/{}")
)  # fmt: skip
SLOW = (
    "9" * 4000, "9 " * 2000, "nhs " * 1000, "A. " * 1333, "A.B. " * 800, "patient Mary " * 300, "dob " * 1000, "1/1/2020 " * 444,
    " " * 4000, "her phone " * 400, "999 123 4594 " * 300, "hospital number " * 250, "patient number is is is : : " * 140,
    "Mrs Auma " * 440, "n.h.s. no no no " * 250, "born " * 800, "١" * 4000, "\u200b" * 4000, "of the patient " * 260, "-/-. " * 800,
)  # fmt: skip


def test_the_labelled_set_is_what_its_script_writes() -> None:
    assert LABELLED.read_text(encoding="utf-8") == patient_data_labelled.content()
    rows = load_labelled()
    assert len(rows) >= 500
    assert len({row.text for row in rows}) >= len(rows) - 2
    assert sum(row.expected == "pass" for row in rows) >= 200


def test_every_labelled_text_gets_its_expected_result() -> None:
    wrong = [row for row in load_labelled() if verdict(row.text) != row.expected]
    assert wrong == []


def test_held_out_texts_are_stopped_and_passed_as_measured() -> None:
    """The rules were not changed after these were written: some are missed, and docs/patient-data.md says which."""
    rows = load_labelled(HELD_OUT)
    stops = [row for row in rows if row.expected == "stop"]
    assert sum(verdict(row.text) == "stop" for row in stops) / len(stops) >= 0.97
    assert [row for row in rows if row.expected == "pass" and verdict(row.text) == "stop"] == []


def test_recall_on_formatted_numbers_meets_its_goal() -> None:
    stops = sum(verdict(text) == "stop" for text in sample_notes.numbers_in_layouts(3000, seed=11))
    assert stops / 3000 >= 0.995


def test_false_stops_on_realistic_notes_meet_their_goal() -> None:
    stopped = [text for text in sample_notes.realistic_notes(5000, seed=11) if verdict(text) == "stop"]
    assert len(stopped) <= 5


@given(NINES, LAYOUTS, FRAMES)
def test_a_formatted_number_is_found_in_any_frame(number: str, layout: str, frame: str) -> None:
    text = frame.replace("{}", layout.format(number[:3], number[3:6], number[6:]))
    matches = find_identifiers(text)
    assert matches[0].severity is Severity.STOP
    assert matches[0].kind in {IdentifierKind.NHS_NUMBER, IdentifierKind.HOSPITAL_NUMBER}


@given(NINES, st.sampled_from(sample_notes.SCRIPTS), FRAMES)
def test_digits_of_any_alphabet_are_the_same_number(number: str, script: str, frame: str) -> None:
    spaced = f"{number[:3]} {number[3:6]} {number[6:]}"
    there = frame.replace("{}", spaced.translate(str.maketrans(sample_notes.SCRIPTS[0], script)))
    assert find_identifiers(there) == find_identifiers(frame.replace("{}", spaced))


@given(ELSEWHERE, st.text("0123456789", min_size=10, max_size=10), st.booleans())
def test_number_labelled_as_something_else_is_not_stopped(frame: str, number: str, spaced: bool) -> None:
    laid_out = f"{number[:3]} {number[3:6]} {number[6:]}" if spaced else number
    assert verdict(frame.replace("{}", laid_out)) == "pass"


@given(st.text(max_size=300))
def test_result_is_deterministic_and_ordered_for_any_text(text: str) -> None:
    matches = find_identifiers(text)
    assert matches == find_identifiers(text)
    assert matches == sorted(matches, key=lambda match: match.severity is not Severity.STOP)
    assert all(a.end <= b.start or b.end <= a.start for a, b in itertools.combinations(matches, 2))
    assert len(normalise(text).text) == len(normalise(text).low)
    assert normalise(normalise(text).text) == normalise(text)


@given(st.text("0123456789", min_size=9, max_size=9))
def test_one_check_digit_at_most_fits_nine_digits(nine: str) -> None:
    assert sum(digits.has_valid_check_digit(f"{nine}{last}") for last in range(10)) <= 1


@pytest.mark.parametrize("text", SLOW, ids=range(len(SLOW)))
def test_no_text_takes_long(text: str) -> None:
    began = time.process_time()
    find_identifiers(text[:4000])
    assert time.process_time() - began < 1


@pytest.mark.parametrize(
    ("text", "kind", "severity"),
    [
        ("CHI 010203 4567", IdentifierKind.CHI_NUMBER, Severity.STOP),
        ("H&C number 320 000 1234", IdentifierKind.HC_NUMBER, Severity.STOP),
        ("NHS number 943 476 591x", IdentifierKind.NHS_NUMBER, Severity.STOP),
        ("MRN 123456", IdentifierKind.HOSPITAL_NUMBER, Severity.STOP),
        ("The patient's national ID is CM9000000000AA", IdentifierKind.PERSONAL_ID, Severity.STOP),
        ("patient, her mobile is 07700 900456", IdentifierKind.CONTACT, Severity.STOP),
        ("DOB 12/03/1984", IdentifierKind.BIRTH_DATE, Severity.STOP),
        ("DOB 1984", IdentifierKind.BIRTH_DATE, Severity.WARN),
        ("patient admitted on 12/03/2026", IdentifierKind.CARE_DATE, Severity.WARN),
        ("patient A.B. needs dialysis", IdentifierKind.INITIALS, Severity.WARN),
        ("Mrs Auma was admitted", IdentifierKind.NAME, Severity.WARN),
        ("the sheet says 9991234594", IdentifierKind.NHS_NUMBER, Severity.WARN),
    ],
)
def test_each_kind_has_its_severity(text: str, kind: IdentifierKind, severity: Severity) -> None:
    assert [(match.kind, match.severity) for match in find_identifiers(text)] == [(kind, severity)]


def test_stops_come_before_warnings() -> None:
    matches = find_identifiers("patient A.B. was admitted on 12/03/2026, NHS number 999 123 4594")
    assert [match.severity for match in matches] == [Severity.STOP, Severity.WARN, Severity.WARN]
    assert matches[0].code == "nhs_number"
