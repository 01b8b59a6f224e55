"""The labelled texts on which the patient-data guard is measured."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent.parent / "data"
LABELLED, HELD_OUT = DATA / "patient_data_labelled.csv", DATA / "patient_data_held_out.csv"


class LabelledText(NamedTuple):
    """A text, the expected verdict of the guard (stop, warn, pass), and the part of the set."""

    text: str
    expected: str
    part: str


def load_labelled(path: Path = LABELLED) -> list[LabelledText]:
    """Return all rows of a labelled file."""
    with path.open(newline="", encoding="utf-8") as file:
        return [LabelledText(row["text"], row["expected"], row.get("part", "")) for row in csv.DictReader(file)]
