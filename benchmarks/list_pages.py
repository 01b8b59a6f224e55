"""CPU time of signed-in list pages, compared with a bare Flask + ORM page of the same size: goal <= 1.5 times."""

from __future__ import annotations

import statistics
import time
from typing import Any

from benchmarks import baseline_page, demo_app

ROUNDS, REQUESTS = 8, 30
PAGES = {
    "browse, with fit": ("volunteer", "/find"),
    "requests": ("coordinator", "/requests/"),
    "placements": ("coordinator", "/placements/"),
}


def cpu_ms(client: Any, path: str) -> float:
    """Return CPU milliseconds (user + system) per request, over one round."""
    before = time.process_time()
    for _ in range(REQUESTS):
        reply = client.get(path)
        assert reply.status_code == 200, reply.status_code
    return (time.process_time() - before) * 1000 / REQUESTS


def main() -> None:
    """Print one row per page: this service, the baseline, and the median of the rounds' ratios."""
    app = demo_app.make_app()
    uri = app.config["SQLALCHEMY_DATABASE_URI"]
    print("\nA list page against a bare Flask + ORM page of the same bytes (CPU ms a request, uncompressed)")
    print(f"{'page':<20}{'bytes':>8}{'ours':>8}{'bare':>8}{'ratio':>8}   goal 1.5")
    for name, (person, path) in PAGES.items():
        ours = demo_app.sign_in_client(app, person)
        size = len(ours.get(path).data)
        baseline = baseline_page.sign_in_client(baseline_page.make_baseline(uri, size=size))
        cpu_ms(ours, path), cpu_ms(baseline, "/")
        pairs = [(cpu_ms(ours, path), cpu_ms(baseline, "/")) for _ in range(ROUNDS)]
        ratio = statistics.median(a / b for a, b in pairs)
        mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(f"{name:<20}{size:>8}{mine:>8.2f}{theirs:>8.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
