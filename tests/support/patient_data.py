"""The labelled texts of the patient-data guard, and how well it does on them."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent.parent / "data"
LABELLED, HELD_OUT = DATA / "patient_data_labelled.csv", DATA / "patient_data_held_out.csv"


class LabelledText(NamedTuple):
    """A text, what the guard should say (stop, warn, pass), and which part of the set it is of."""

    text: str
    expected: str
    part: str


def load_labelled(path: Path = LABELLED) -> list[LabelledText]:
    """All rows of a labelled file."""
    with path.open(newline="", encoding="utf-8") as file:
        return [LabelledText(row["text"], row["expected"], row.get("part", "")) for row in csv.DictReader(file)]
