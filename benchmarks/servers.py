"""The same pages from several servers, in alternating rounds: requests per second and CPU time per request.

Run manually: `python -m benchmarks.servers`. A server that is not installed is left out.
"""

from __future__ import annotations

import importlib.util
import statistics
from contextlib import ExitStack

from benchmarks import demo_app
from benchmarks.reliability.load import Load, read_page, run_server
from tests.support.http_user import HttpUser
from volunteer_hub.demo.builder import PASSWORD

ROUNDS, SECONDS, READERS = 4, 3.0, 8
PAGES = {"/healthz": "", "/requests/": "coordinator", "/find": "volunteer"}
GRANIAN = "-m granian --http 1 --no-ws --log-level warning --workers 2 --host 127.0.0.1 --port {port}"
SERVERS = {
    "granian wsgi": f"{GRANIAN} --interface wsgi --blocking-threads 4 wsgi:app",
    "volunteer_hub.serving": "-m volunteer_hub.serving --port {port}",
    "asgiref on granian": f"{GRANIAN} --interface asginl benchmarks.server_candidates:asgiref_app",
    "waitress x2": "-m benchmarks.server_candidates {port}",
}
NEEDS = {"asgiref on granian": "asgiref", "waitress x2": "waitress"}


def cookie_of(port: int, person: str) -> str:
    """Return the session cookie of one of the demonstration's accounts; empty for no person."""
    return HttpUser(port).sign_in(f"{person}@example.org", PASSWORD).cookie if person else ""


def main() -> None:
    """Print one row per page and server: the medians of the rounds."""
    database = demo_app.make_app(requests=2000).config["SQLALCHEMY_DATABASE_URI"]
    names = [name for name in SERVERS if importlib.util.find_spec(NEEDS.get(name, "granian"))]
    with ExitStack() as stack:
        running = {name: stack.enter_context(run_server(SERVERS[name], database)) for name in names}
        print(f"\n{'page':<14}{'server':<24}{'requests/s':>12}{'CPU ms':>10}{'slowest ms':>12}")
        for path, person in PAGES.items():
            cookie = cookie_of(running[names[0]][0], person)
            loads_by_server: dict[str, list[Load]] = {name: [] for name in names}
            for turn in range(ROUNDS * len(names)):
                name = names[turn % len(names)]
                port, pid = running[name]
                load = read_page(port, path, cookie=cookie, seconds=SECONDS, readers=READERS, pid=pid)
                loads_by_server[name].append(load)
            for name, loads in loads_by_server.items():
                rate, cpu, slow = (
                    statistics.median(getattr(load, what) for load in loads) for what in ("rate", "cpu_ms", "slowest")
                )
                print(f"{path:<14}{name:<24}{rate:>12.0f}{cpu:>10.2f}{slow * 1000:>12.0f}", flush=True)


if __name__ == "__main__":
    main()
