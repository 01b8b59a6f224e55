"""Figures about the language and the size of the code: `python -m scripts.code_figures [FOLDER]`, as one line per figure."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.support import naming


def count_names(files: list[Path]) -> tuple[int, int]:
    """Return (banned names defined, functions named by a participle)."""
    faults = [fault for path in files for fault in naming.list_faults(path)]
    participles = sum("participle" in fault for fault in faults)
    return len(faults) - participles, participles


def figures(root: Path) -> dict[str, int]:
    """Return the figures of the package `volunteer_hub` under `root`."""
    package = root / "volunteer_hub"
    files = sorted(package.rglob("*.py"))
    texts = {path: path.read_text() for path in files}
    banned, participles = count_names(files)
    everything = [path for folder in ("volunteer_hub", "tests", "benchmarks", "scripts", "migrations", "docs")
                  for path in (root / folder).rglob("*") if path.suffix in {".py", ".md", ".toml"}]  # fmt: skip
    return {
        "files": len(files),
        "lines": sum(text.count("\n") for text in texts.values()),
        "blueprints": sum(text.count("Blueprint(") for text in texts.values()),
        "class names that stand twice": len(naming.find_repeated_classes(files)),
        "banned names": banned,
        "functions named by a participle": participles,
        "mutual imports": len(naming.list_mutual_imports(package)),
        "references to documents outside the repository": sum(
            len(naming.OUTSIDE_DOCUMENT.findall(path.read_text())) for path in [*everything, root / "pyproject.toml"]
        ),
    }


def main() -> None:
    """Print the figures of a checkout, of this one if none is named."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[1]
    for name, value in figures(root).items():
        sys.stdout.write(f"{value:7,}  {name}\n")


if __name__ == "__main__":
    main()
