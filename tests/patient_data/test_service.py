"""Checks of texts that do not come from a form, and of file names."""

from __future__ import annotations

import pytest
from flask import Flask

from volunteer_hub.core.errors import DomainError
from volunteer_hub.patient_check.kinds import IdentifierKind, IdentifierMatch, Severity
from volunteer_hub.patient_data.labels import LABELS, STOP, WARN, advice
from volunteer_hub.patient_data.service import check_file_name, check_text

CANARY = "999 123 4594"


@pytest.mark.parametrize(
    "name",
    ["9991234594_wound.jpg", "scan 999-123-4594.png", "999_123_4594.pdf", "NHS9991234594.docx", "DOB_12.03.1984.txt", "MRN123456.jpg",
     "patient_Mary_Okello.pdf"],
)  # fmt: skip
def test_file_name_with_a_patient_in_it_is_refused_without_quoting_it(app: Flask, name: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_file_name(name, field="file")
    assert refused.value.message.startswith("Rename the file.")
    assert not any(part in refused.value.message for part in ("9991234594", "123456", "1984", "Okello"))
    assert refused.value.field == "file"


@pytest.mark.parametrize(
    "name", ["IMG_20260312_123456.jpg", "WhatsApp Image 2026-03-12 at 10.11.12.jpeg", "receipt 4417.pdf", "invoice_4012345678.pdf",
             "infection-control-slides-v2.10.3.pptx", "agreement_2026.pdf", "volunteers.csv"],
)  # fmt: skip
def test_usual_file_name_passes(app: Flask, name: str) -> None:
    check_file_name(name)


def test_text_that_stops_is_refused_even_if_acknowledged(app: Flask) -> None:
    for acknowledged in (False, True):
        with pytest.raises(DomainError) as refused:
            check_text(f"See {CANARY}", acknowledged=acknowledged, field="note")
        assert (refused.value.field, refused.value.code) == ("note", "patient_data")
        assert CANARY not in refused.value.message


def test_doubtful_text_is_refused_until_acknowledged(app: Flask) -> None:
    with pytest.raises(DomainError):
        check_text("Mrs Auma was admitted last night")
    check_text("Mrs Auma was admitted last night", acknowledged=True)
    check_text("We saw 12 nurses.")
    check_text(None)


def test_every_finding_has_advice(app: Flask) -> None:
    assert set(LABELS) == set(IdentifierKind)
    assert set(STOP) | set(WARN) == set(IdentifierKind)
    for severity, texts in ((Severity.STOP, STOP), (Severity.WARN, WARN)):
        for kind in texts:
            assert advice(IdentifierMatch(kind, severity, 0, 0)).endswith(".")
