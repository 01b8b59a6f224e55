"""`make bench`: speed and weight of the pages, as ratios of one interleaved run.

Run manually, never by the tests. Absolute milliseconds depend on the machine; quote the ratios.
"""

from __future__ import annotations

from benchmarks import list_pages, matching, patient_data, shortlist, solving, weight


def main() -> None:
    """Run every benchmark in turn."""
    list_pages.main()
    weight.main()
    patient_data.main()
    solving.main()
    matching.main()
    shortlist.main()


if __name__ == "__main__":
    main()
