"""Write tests/data/patient_data_labelled.csv, the texts on which the patient-data guard is measured; reproducible.

The parts: samples (tests/data/nhs_number_samples.csv), requests (the invented needs of the demonstration), hand
(tests/data/patient_data_hand_*.txt), numbers and notes (tests/support/sample_notes.py with a seed of their own). Run it after a
change of any of them: `python -m scripts.patient_data_labelled`.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from tests.support import sample_notes

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
OUTPUT = DATA / "patient_data_labelled.csv"
Row = tuple[str, str, str, str]


def _table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rows() -> Iterator[Row]:
    """Yield (text, expected, reason, part) of every row."""
    for row in _table(DATA / "nhs_number_samples.csv"):
        yield row["text"], row["expected"], row["why"], "samples"
    for row in _table(ROOT / "volunteer_hub" / "demo" / "data" / "requests_examples.csv"):
        yield row["need"], "pass", "need of an invented request", "requests"
    for line in (DATA / "patient_data_hand_pass.txt").read_text(encoding="utf-8").splitlines():
        yield line, "pass", "note without a patient", "hand"
    for line in (DATA / "patient_data_hand_found.txt").read_text(encoding="utf-8").splitlines():
        expected, text, reason = line.split("|")
        yield text, expected, reason, "hand"
    for text in sample_notes.numbers_in_layouts(100, seed=2026):
        yield text, "stop", "NHS number of the test range, formatted", "numbers"
    for text in sample_notes.realistic_notes(100, seed=2026):
        yield text, "pass", "note without a patient, from templates", "notes"


def content() -> str:
    """Return the whole file."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(("text", "expected", "why", "part"))
    writer.writerows(rows())
    return file.getvalue()


if __name__ == "__main__":
    OUTPUT.write_text(content(), encoding="utf-8")
