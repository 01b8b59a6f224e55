"""Running a round: claim it, look at one moment and compute with no lock held, keep everything at once.

Any number of processes may try. Every step is its own transaction. Whatever is killed half-way leaves the row
"running" without a beat and nothing else: `rounds.fail_silent` tells, and the next one starts from the beginning.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import logging
import time
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa

from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db, snapshot
from volunteer_hub.core.errors import Conflict, NotFound
from volunteer_hub.core.memory import give_back
from volunteer_hub.fit.rules import RequestFacts
from volunteer_hub.matching.queries import weights
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import round_settings, rounds
from volunteer_hub.rounds.rules import Progress, RoundParameters, RoundPlan
from volunteer_hub.rounds.service import lifecycle as service
from volunteer_hub.rounds.service import unfilled_reasons
from volunteer_hub.rounds.states import RoundState

log = logging.getLogger(__name__)
HEARTBEAT_SECONDS = 5.0
"""Seconds between two signs of life."""
MAX_PAIRS_IN_PAGE = 100_000
"""So many pairs (ready volunteers times open requests) are looked at within a page; more are left to the scheduler."""
STOPPED = "Stopped by hand."
FAILED = "The round could not be computed; the log of the service says why."


def run_queued(now: dt.datetime) -> int:
    """A job: run every round that waits to start. Gives how many were run to their end."""
    service.fail_timed_out(now)
    db.session.commit()
    done = sum(run(round_id) for round_id in rounds.list_queued_ids())
    if done:
        give_back()  # the scheduler stays as small as it was
    return done


def run(round_id: int, progress: Progress | None = None) -> bool:
    """Claim and run one round. False when another process has it, or it failed; commits on its way."""
    try:
        service.claim_round(rounds.get(round_id, locked=True), now=clock.now())
        db.session.commit()
    except Conflict:
        db.session.rollback()
        return False
    return run_claimed(round_id, progress)


def request_and_claim(
    programme: Programme, *, actor: Viewer | None, seed: int | None = None, fill_first: bool | None = None
) -> MatchingRound:
    """A round that whoever asks also runs: nobody else can take it in between. The caller commits, then `go_on`.

    One that was killed gives way to it: where rounds are run by hand or by a timer no scheduler says that it is dead.
    """
    service.fail_timed_out(clock.now())
    round_ = service.request_round(programme, actor=actor, now=clock.now(), seed=seed, fill_first=fill_first)
    service.claim_round(round_, now=clock.now())
    return round_


def run_claimed(round_id: int, progress: Progress | None = None) -> bool:
    """Run a round that this process has begun, and keep what it finds. False when it failed; commits on its way."""
    try:
        round_ = rounds.get(round_id)
        settings, programme_id = parameters_of(round_), round_.programme_id
        found = plan_with_reasons(programme_id, settings, _with_heartbeat(round_id, progress))
        service.store(rounds.get(round_id, locked=True), *found, now=clock.now())
        db.session.commit()
    except Exception:
        log.exception("round %s failed", round_id)
        db.session.rollback()
        _give_up(round_id, FAILED)
        return False
    return True


def stop(round_id: int) -> bool:
    """Somebody stops a round that this process has begun: say so at once, so that another may start. Commits.

    False when it was done and kept already.
    """
    db.session.rollback()
    try:
        return _give_up(round_id, STOPPED) is not RoundState.READY
    except NotFound:  # stopped before it was there for others
        return True


def _give_up(round_id: int, words: str) -> RoundState:
    """The state in which it is then."""
    round_ = rounds.get(round_id, locked=True)
    if round_.state is RoundState.RUNNING:  # else somebody took it for dead and has said so
        service.fail(round_, words, now=clock.now())
    state = round_.state
    db.session.commit()
    return state


def parameters_of(round_: MatchingRound) -> RoundParameters:
    """How a stored round goes: by its own day, seed and version of the weights."""
    setting = round_settings.get_settings(round_.programme_id)
    return RoundParameters(
        as_of=round_.as_of,
        weights=weights.version(round_.weights_id),
        seed=round_.seed,
        fill_first=round_.fill_first,
        per_volunteer=setting.proposals_per_volunteer,
        per_seat=setting.proposals_per_seat,
    )


def current_parameters(
    programme_id: int, *, as_of: dt.date, seed: int, fill_first: bool | None = None
) -> RoundParameters:
    """How a round that is not stored would go now."""
    setting = round_settings.get_settings(programme_id)
    return RoundParameters(
        as_of=as_of,
        weights=weights.latest(),
        seed=seed,
        fill_first=setting.fill_first if fill_first is None else fill_first,
        per_volunteer=setting.proposals_per_volunteer,
        per_seat=setting.proposals_per_seat,
    )


def compute(programme_id: int, settings: RoundParameters, progress: Progress | None = None) -> RoundPlan:
    """Look at everything as it is at one moment and plan. Writes nothing and holds no lock."""
    with snapshot():
        return _plan(programme_id, settings, progress)[0]


def plan_with_reasons(
    programme_id: int, settings: RoundParameters, progress: Progress | None = None
) -> tuple[RoundPlan, Mapping[int, str]]:
    """The same with what keeps the nearest of each unmet request out, seen at the same moment."""
    with snapshot():
        found, requests = _plan(programme_id, settings, progress)
        return found, unfilled_reasons.collect_reasons(found, requests, settings, progress)


def _plan(
    programme_id: int, settings: RoundParameters, progress: Progress | None
) -> tuple[RoundPlan, Sequence[RequestFacts]]:
    """The plan, and the requests that it is about."""
    # numpy and the solver are loaded by whoever runs a round, and by no web process before that (speed.md).
    from volunteer_hub.matching.engine.loading import load_requests, load_volunteers  # noqa: PLC0415
    from volunteer_hub.matching.engine.volunteer_arrays import sort_by_skill  # noqa: PLC0415
    from volunteer_hub.rounds.engine.planning import plan  # noqa: PLC0415

    tell = progress or (lambda _done, _of: None)
    with _cyclic_gc_disabled():
        people = sort_by_skill(load_volunteers(today=settings.as_of))
        tell(0, 1)  # loading and solving are long steps: a sign of life on either side of each
        requests, free = load_requests(programme_id, today=settings.as_of)
        waiting = rounds.count_waiting_by_request(programme_id)
        tell(0, 1)
        found = plan(people, requests, free, waiting, settings, progress)
        tell(1, 1)
        return found, requests


@contextlib.contextmanager
def _cyclic_gc_disabled() -> Iterator[None]:
    """No search for rubbish in rings meanwhile: among millions of rows and no rings it takes a quarter of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_heartbeat(round_id: int, progress: Progress | None) -> Progress:
    """Tell the page how far the round is, every few seconds, and whoever else wants to know."""
    last = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal last
        if progress:
            progress(done, of)
        if time.monotonic() - last > HEARTBEAT_SECONDS:
            last = time.monotonic()
            try:
                record_heartbeat(round_id, min(99, 100 * done // max(1, of)))
            except sa.exc.OperationalError:  # somebody else writes for long: the next beat tells as well
                log.warning("round %s could not give a sign of life just now", round_id)

    return tell


def record_heartbeat(round_id: int, percent: int) -> None:
    """A sign of life: on a connection of its own, past the guard and the version, as it changes nothing of the round."""
    with db.engine.begin() as connection:
        connection.execute(
            sa.update(MatchingRound)
            .where(MatchingRound.id == round_id, MatchingRound.state == RoundState.RUNNING)
            .values(heartbeat_at=clock.now(), progress=percent)
        )
