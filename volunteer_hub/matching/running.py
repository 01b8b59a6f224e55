"""Running a round: claim it, load, compute with no lock held, keep everything at once. Any number of processes may try.

Every step is its own transaction. Whatever is killed half-way leaves the row "running" without a beat and
nothing else: `rounds.fail_silent` tells, and the next one starts from the beginning.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import logging
import time
from collections.abc import Iterator

import sqlalchemy as sa

from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.matching.models import MatchRound
from volunteer_hub.matching.queries import rounds, weights
from volunteer_hub.matching.rules.plans import Plan, Progress, Settings
from volunteer_hub.matching.service import rounds as service

log = logging.getLogger(__name__)
BEAT = 5.0
"""Seconds between two signs of life."""


def run_waiting(now: dt.datetime) -> int:
    """A job: run every round that waits to start. Gives how many were run to their end."""
    service.fail_silent(now)
    db.session.commit()
    return sum(run(round_id) for round_id in rounds.waiting_to_start())


def run(round_id: int, progress: Progress | None = None) -> bool:
    """Run one round. False when another process has it, or it failed; commits on its way."""
    try:
        round_ = rounds.get(round_id, locked=True)
        service.begin(round_, now=clock.now())
        db.session.commit()
    except Conflict:
        db.session.rollback()
        return False
    try:
        found = compute(round_.programme_id, settings_for(round_), _beating(round_id, progress))
        service.keep(rounds.get(round_id, locked=True), found, now=clock.now())
        db.session.commit()
    except Exception:
        log.exception("round %s failed", round_id)
        db.session.rollback()
        service.fail(rounds.get(round_id, locked=True), "The round could not be computed; the log of the service says why.",
                     now=clock.now())  # fmt: skip
        db.session.commit()
        return False
    return True


def settings_for(round_: MatchRound) -> Settings:
    """How a stored round goes: by its own day, seed and version of the weights."""
    setting = rounds.settings_of(round_.programme_id)
    return Settings(
        as_of=round_.as_of,
        weights=weights.version(round_.weights_id),
        seed=round_.seed,
        fill_first=round_.fill_first,
        per_volunteer=setting.proposals_per_volunteer,
        per_seat=setting.proposals_per_seat,
    )


def compute(programme_id: int, settings: Settings, progress: Progress | None = None) -> Plan:
    """Load what is there and plan. Writes nothing; while it computes it holds no lock."""
    # numpy and the solver are loaded by whoever runs a round, and by no web process before that (speed.md).
    from volunteer_hub.matching.engine.loading import load_people, load_requests  # noqa: PLC0415
    from volunteer_hub.matching.engine.planning import plan  # noqa: PLC0415

    with _no_rubbish():
        people = load_people(today=settings.as_of)
        requests, free = load_requests(programme_id, today=settings.as_of)
        waiting = rounds.waiting_by_request(programme_id)
        db.session.rollback()  # SQLite: other people write while we compute
        return plan(people, requests, free, waiting, settings, progress)


@contextlib.contextmanager
def _no_rubbish() -> Iterator[None]:
    """No search for rubbish in rings meanwhile: among millions of rows and no rings it takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _beating(round_id: int, progress: Progress | None) -> Progress:
    """Tell the page how far the round is, every few seconds, and whoever else wants to know."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if progress:
            progress(done, of)
        if time.monotonic() - last > BEAT:
            last = time.monotonic()
            # Past the guard and the version: a sign of life is no change of the round.
            db.session.execute(
                sa.update(MatchRound)
                .where(MatchRound.id == round_id)
                .values(beat_at=clock.now(), progress=min(99, 100 * done // max(1, of)))
                .execution_options(synchronize_session=False)
            )
            db.session.commit()

    return tell
