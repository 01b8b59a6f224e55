"""`make bench-reliability`: measures the service while something fails, and prints the figures beside the goals.

`python -m benchmarks.reliability NAME ...` measures the named modules only. Exit code 1 where a goal is not met.
"""

from __future__ import annotations

import importlib
import sys

from benchmarks.reliability.figures import Figure, table

MODULES: tuple[str, ...] = (
    "slow_mail",
    "mail_kills",
    "connection_limit",
    "slow_bodies",
    "database_stops",
    "worker_memory",
)
"""Each has `measure() -> list[Figure]`."""


def main(names: list[str]) -> int:
    """Measure the named modules, or all. Returns the exit code."""
    figures: list[Figure] = []
    for name in names or MODULES:
        print(f"measuring {name}", file=sys.stderr, flush=True)
        figures += importlib.import_module(f"benchmarks.reliability.{name}").layout_faults()
    print(table(figures))
    return 0 if all(figure.is_met for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
