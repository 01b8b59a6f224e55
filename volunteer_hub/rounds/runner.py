"""Execute a round: claim it, compute the plan from one snapshot while holding no lock, store the result in one transaction.

Any number of processes may try to claim a round; every step is its own transaction. A process that is killed leaves a
row in the state "running" without a heartbeat and nothing else: `lifecycle.fail_timed_out` marks it failed, and a new
round starts from the beginning.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import gc
import logging
import time
from collections.abc import Iterator, Mapping, Sequence

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

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
"""Seconds between two heartbeats."""
MAX_PAIRS_IN_PAGE = 100_000
"""Up to this many pairs (ready volunteers times open requests) a round runs within the web request; larger rounds are
queued for the scheduler."""
STOPPED_MESSAGE = _l("Stopped by hand.")
FAILED_MESSAGE = _l("The round could not be computed; the log of the service says why.")


def run_queued(now: dt.datetime) -> int:
    """Run every queued round (a scheduler job). Returns how many were completed; commits after each step."""
    service.fail_timed_out(now)
    db.session.commit()
    completed = sum(run(round_id) for round_id in rounds.list_queued_ids())
    if completed:
        give_back()  # a scheduler process lives long: return the memory to the system
    return completed


def run(round_id: int, progress: Progress | None = None) -> bool:
    """Claim and execute one round. Returns False if another process has claimed it or it failed. Commits."""
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
    """Request a round and claim it in the same transaction, so that no other process can claim it. The caller commits,
    then calls `run_claimed`.

    Rounds that timed out are marked failed first: without a scheduler no other process does so. Raises Conflict while
    another round of the programme is queued or running.
    """
    service.fail_timed_out(clock.now())
    round_ = service.request_round(programme, actor=actor, now=clock.now(), seed=seed, fill_first=fill_first)
    service.claim_round(round_, now=clock.now())
    return round_


def run_claimed(round_id: int, progress: Progress | None = None) -> bool:
    """Execute a round that this process has claimed and store the result. Returns False if it failed. Commits."""
    try:
        round_ = rounds.get(round_id)
        parameters, programme_id = parameters_of(round_), round_.programme_id
        plan_and_reasons = plan_with_reasons(programme_id, parameters, _with_heartbeat(round_id, progress))
        service.store(rounds.get(round_id, locked=True), *plan_and_reasons, now=clock.now())
        db.session.commit()
    except Exception:
        log.exception("round %s failed", round_id)
        db.session.rollback()
        _fail_if_running(round_id, str(FAILED_MESSAGE))
        return False
    return True


def stop(round_id: int) -> bool:
    """Mark a round that this process has claimed as stopped by hand, so that another one may start. Commits.

    Returns False if the round was stored already.
    """
    db.session.rollback()
    try:
        return _fail_if_running(round_id, str(STOPPED_MESSAGE)) is not RoundState.READY
    except NotFound:  # stopped before the row was committed
        return True


def _fail_if_running(round_id: int, reason: str) -> RoundState:
    """Fail a running round. Returns the state in which the round is afterwards."""
    round_ = rounds.get(round_id, locked=True)
    if round_.state is RoundState.RUNNING:  # otherwise another process has marked it failed already
        service.fail(round_, reason, now=clock.now())
    state = round_.state
    db.session.commit()
    return state


def parameters_of(round_: MatchingRound) -> RoundParameters:
    """Return the parameters of a stored round: its own day, seed and version of the weights, and the current limits."""
    setting = round_settings.get_settings(round_.programme_id)
    return RoundParameters(
        as_of=round_.as_of,
        weights=weights.get_version(round_.weights_id),
        seed=round_.seed,
        fill_first=round_.fill_first,
        per_volunteer=setting.proposals_per_volunteer,
        per_seat=setting.proposals_per_seat,
    )


def current_parameters(
    programme_id: int, *, as_of: dt.date, seed: int, fill_first: bool | None = None
) -> RoundParameters:
    """Return the parameters of a round that is not stored (a dry run), with the latest weights."""
    setting = round_settings.get_settings(programme_id)
    return RoundParameters(
        as_of=as_of,
        weights=weights.get_latest(),
        seed=seed,
        fill_first=setting.fill_first if fill_first is None else fill_first,
        per_volunteer=setting.proposals_per_volunteer,
        per_seat=setting.proposals_per_seat,
    )


def compute(programme_id: int, parameters: RoundParameters, progress: Progress | None = None) -> RoundPlan:
    """Plan a round from one snapshot of the database. Writes nothing and holds no lock."""
    with snapshot():
        return _plan(programme_id, parameters, progress)[0]


def plan_with_reasons(
    programme_id: int, parameters: RoundParameters, progress: Progress | None = None
) -> tuple[RoundPlan, Mapping[int, str]]:
    """Plan a round, and explain from the same snapshot why the nearest volunteer of each unfilled request is ineligible.

    Returns the plan, and the failed gates as JSON by request id.
    """
    with snapshot():
        round_plan, requests = _plan(programme_id, parameters, progress)
        return round_plan, unfilled_reasons.collect_reasons(round_plan, requests, parameters, progress)


def _plan(
    programme_id: int, parameters: RoundParameters, progress: Progress | None
) -> tuple[RoundPlan, Sequence[RequestFacts]]:
    """Return the plan and the requests it was computed from."""
    # Import numpy and the solver only when a round runs: web processes stay small until then.
    from volunteer_hub.matching.engine.loading import load_requests, load_volunteers  # noqa: PLC0415
    from volunteer_hub.matching.engine.volunteer_arrays import sort_by_skill  # noqa: PLC0415
    from volunteer_hub.rounds.engine.planning import plan  # noqa: PLC0415

    report = progress or (lambda _done, _of: None)
    with _cyclic_gc_disabled():
        volunteers = sort_by_skill(load_volunteers(today=parameters.as_of))
        report(0, 1)  # loading and solving are long steps: send a heartbeat before and after each
        requests, free_seats = load_requests(programme_id, today=parameters.as_of)
        waiting = rounds.count_waiting_by_request(programme_id)
        report(0, 1)
        round_plan = plan(volunteers, requests, free_seats, waiting, parameters, progress)
        report(1, 1)
        return round_plan, requests


@contextlib.contextmanager
def _cyclic_gc_disabled() -> Iterator[None]:
    """Disable the cyclic garbage collector: with millions of rows and no cycles it takes a quarter of the run time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _with_heartbeat(round_id: int, progress: Progress | None) -> Progress:
    """Return a callback that records a heartbeat every HEARTBEAT_SECONDS and passes each call on to `progress`."""
    last_beat = time.monotonic()

    def report(done: int, of: int) -> None:
        nonlocal last_beat
        if progress:
            progress(done, of)
        if time.monotonic() - last_beat > HEARTBEAT_SECONDS:
            last_beat = time.monotonic()
            try:
                record_heartbeat(round_id, min(99, 100 * done // max(1, of)))
            except sa.exc.OperationalError:  # a long write elsewhere holds the lock; the next heartbeat is soon enough
                log.warning("round %s could not give a sign of life just now", round_id)

    return report


def record_heartbeat(round_id: int, percent: int) -> None:
    """Record heartbeat and progress (0 to 99 percent) of a running round.

    Uses a connection of its own and bypasses the state guard and the version column, as the round itself does not
    change.
    """
    with db.engine.begin() as connection:
        connection.execute(
            sa.update(MatchingRound)
            .where(MatchingRound.id == round_id, MatchingRound.state == RoundState.RUNNING)
            .values(heartbeat_at=clock.now(), progress=percent)
        )
