"""Three schedulers deliver 1,000 emails while one of them is killed 45 times."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.reliability.figures import Figure, template_database
from tests.support import outbox
from tests.support.live import LiveServer
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.mail.states import MailState

MAILS = int(os.environ.get("KILL_MAILS", "1000"))
KILLS = int(os.environ.get("KILLS", "45"))
SCHEDULERS = 3
SECONDS_PER_MAIL = 0.03
DELIVERY_TIMEOUT = 900


def measure() -> list[Figure]:
    """Return the figures for both databases."""
    return [figure for kind in ("sqlite", "postgresql") for figure in _measure(kind)]


def _measure(kind: str) -> list[Figure]:
    with (
        tempfile.TemporaryDirectory(prefix="vh_kills_") as folder,
        template_database(kind) as database,
        _live_database(Path(folder), database) as live,
        ScriptedMailServer(Script(seconds_per_mail=SECONDS_PER_MAIL)) as server,
    ):
        addresses = outbox.fill(live, MAILS)
        kills = _kill_schedulers(live, server)
        states, log = outbox.states(live), server.log
        never = [address for address in addresses if not log.begun[address]]
        uncertain = [address for address, state in states.items() if state is MailState.UNCERTAIN]
        print(f"{kind}: {kills} kills, {outbox.count_states(live)}", file=sys.stderr, flush=True)
        return [
            Figure(f"{kind}: never handed over", len(never), 0),
            Figure(f"{kind}: handed over twice", sum(count > 1 for count in log.taken.values()), 0),
            Figure(
                f"{kind}: marked sent, not taken",
                sum(_is_lost(log.taken[address], states[address]) for address in addresses),
                0,
            ),
            Figure(f"{kind}: uncertain", len(uncertain), kills),
            Figure(f"{kind}: uncertain, never on the wire", sum(not log.begun[address] for address in uncertain), 0),
        ]


def _is_lost(taken: int, state: MailState) -> bool:
    return not taken and state is MailState.SENT


@contextmanager
def _live_database(folder: Path, database: object) -> Iterator[LiveServer]:
    live = LiveServer(folder, database, "kills")
    try:
        yield live
    finally:
        live.remove()


def _kill_schedulers(live: LiveServer, server: ScriptedMailServer) -> int:
    """Kill schedulers in turn until KILLS is reached or all emails are delivered, then deliver the rest.

    Returns the number of kills.
    """
    chance, kills = random.Random(45), 0  # noqa: S311 -- a repeatable choice, no secret
    running = [outbox.start_scheduler(live, server.port) for _ in range(SCHEDULERS)]
    try:
        while kills < KILLS and outbox.UNFINISHED & outbox.count_states(live).keys():
            before = server.log.taken.total()
            outbox.wait_for(lambda before=before: server.log.taken.total() > before, 30)
            time.sleep(chance.uniform(0.05, 0.5))
            kills += 1
            # The oldest leads most of the time; killing in turn reaches every process.
            running.pop(0).kill()
            running.append(outbox.start_scheduler(live, server.port))
        outbox.wait_until_ended(live, DELIVERY_TIMEOUT)
    finally:
        _end(running)
    return kills


def _end(running: list[subprocess.Popen[bytes]]) -> None:
    for process in running:
        process.kill()
        process.wait()
