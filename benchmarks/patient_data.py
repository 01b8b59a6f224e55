"""The patient-data guard: recall on formatted numbers, false stops on realistic notes, and its speed."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path

from tests.support import sample_notes
from tests.support.patient_data import HELD_OUT, LABELLED, load_labelled
from volunteer_hub.patient_check.rules import find_identifiers, verdict

SEED, NUMBERS, NOTES = 1, 5000, 10_000
TEXTS = {"realistic": "", "digits in pairs": "99 " * 1334, "initials": "A.B. " * 800, "dates": "1/1/2020 " * 445}


def confusion(path: Path) -> Counter[tuple[str, str]]:
    """Return the number of each (expected, actual) pair of verdicts in a labelled file."""
    return Counter((row.expected, verdict(row.text)) for row in load_labelled(path))


def format_share(part: int, whole: int) -> str:
    """Format a share: `12 of 13 (92.3 %)`."""
    return f"{part} of {whole} ({100 * part / whole:.1f} %)"


def print_labelled(name: str, path: Path) -> None:
    """Print precision and recall of stops, and the shares of noticed and passed texts."""
    pairs = confusion(path)
    stopped = sum(count for (_expected, actual), count in pairs.items() if actual == "stop")
    wanted = sum(count for (expected, _actual), count in pairs.items() if expected == "stop")
    warned = sum(count for (expected, _actual), count in pairs.items() if expected == "warn")
    noticed = pairs["warn", "warn"] + pairs["warn", "stop"]
    clean = sum(count for (expected, _actual), count in pairs.items() if expected == "pass")
    print(f"{name}: {sum(pairs.values())} texts")
    print(
        f"  stops: precision {format_share(pairs['stop', 'stop'], stopped)}, recall {format_share(pairs['stop', 'stop'], wanted)}"
    )
    print(
        f"  doubtful texts noticed {format_share(noticed, warned)}, clean texts passed {format_share(pairs['pass', 'pass'], clean)}"
    )


def microseconds(text: str) -> float:
    """Return the CPU microseconds of one check of a text, the best of five."""
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        find_identifiers(text)
        best = min(best, time.process_time() - began)
    return best * 1_000_000


def main() -> None:
    """Print the figures that docs/patient-data.md quotes."""
    print("\nPatient-data guard")
    print_labelled("labelled set, which the rules were written with", LABELLED)
    print_labelled("held-out set, written after the rules", HELD_OUT)
    stopped = sum(verdict(text) == "stop" for text in sample_notes.numbers_in_layouts(NUMBERS, seed=SEED))
    print(f"formatted NHS numbers of the test range: recall {format_share(stopped, NUMBERS)}, goal 99.5 %")
    answers = Counter(verdict(text) for text in sample_notes.realistic_notes(NOTES, seed=SEED))
    per_thousand = 1000 / NOTES
    print(f"realistic notes: {answers['stop'] * per_thousand:.2f} false stops in 1,000 (of {NOTES:,}), goal 1.00")
    print(f"realistic notes: {answers['warn'] * per_thousand:.2f} false warnings in 1,000")
    realistic = " ".join(sample_notes.realistic_notes(80, seed=SEED))
    for name, text in TEXTS.items():
        print(f"4,000 characters, {name}: {microseconds((text or realistic)[:4000]):,.0f} µs of CPU")


if __name__ == "__main__":
    main()
