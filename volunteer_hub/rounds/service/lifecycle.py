"""A round: asked for, run, kept, released or discarded. People decide; the service only proposes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts.queries import names_by_id
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import bulk_insert, db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.matching.queries import weights
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.rules import require_not_closed
from volunteer_hub.rounds import emails
from volunteer_hub.rounds.models import MatchingRound, RoundProposal, UnfilledRequest
from volunteer_hub.rounds.queries import round_settings, rounds
from volunteer_hub.rounds.rules import RoundPlan
from volunteer_hub.rounds.states import ProposalState, RoundState

HEARTBEAT_TIMEOUT = dt.timedelta(minutes=3)
"""A round that has not beaten for so long was killed: it beats every few seconds while it runs."""
KILLED_MESSAGE = "The process that ran this round ended before it was done. Nothing was kept; start it again."
PROPOSAL_COLUMNS = ("round_id", "request_id", "volunteer_id", "rank", "score", "score_breakdown", "state")
UNFILLED_COLUMNS = ("round_id", "request_id", "seats", "candidates", "nearest_volunteer_id", "failed_gates")
NOT_READY = "This round has been released or discarded already, or is not done yet."
ALREADY = (
    "A round of this programme is under way, started by {who} on {when:%d/%m/%Y at %H:%M} UTC. "
    "Wait until it is done, then start another."
)


def request_round(
    programme: Programme,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    seed: int | None = None,
    fill_first: bool | None = None,
) -> MatchingRound:
    """Ask for a round: it waits to start. Raises Conflict while another one of the programme waits or runs."""
    require_not_closed(programme.state)
    if under_way := rounds.find_busy(programme.id):
        who = names_by_id([under_way.requested_by_id]).get(under_way.requested_by_id or 0, "the service")
        raise Conflict(ALREADY.format(who=who, when=under_way.requested_at))
    setting = round_settings.get_settings(programme.id)
    round_ = MatchingRound(
        programme_id=programme.id,
        state=RoundState.QUEUED,
        requested_by_id=actor.account_id if actor else None,
        requested_at=now,
        as_of=now.date(),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        fill_first=setting.fill_first if fill_first is None else fill_first,
        weights_id=weights.latest().version,
    )
    round_.programme = programme
    db.session.add(round_)
    try:
        db.session.flush()
    except IntegrityError as error:  # a rival was quicker: the unique index knows
        raise Conflict("A round of this programme has just been started by somebody else.") from error
    audit.record("round.asked", round_, actor=actor, now=now, seed=round_.seed, fill_first=round_.fill_first)
    return round_


def claim_round(round_: MatchingRound, *, now: dt.datetime) -> None:
    """The process that calls this runs the round. Raises Conflict when another one does."""
    if round_.state is not RoundState.QUEUED:
        raise Conflict("This round has been started already.")
    audit.move(round_, RoundState.RUNNING, actor=None, now=now)
    round_.started_at = round_.heartbeat_at = now


def store(round_: MatchingRound, plan: RoundPlan, gates: Mapping[int, str], *, now: dt.datetime) -> None:
    """Store all that a round found, at once: proposals with their reasons, what is unmet (`gates`: reasons.of), the figures."""
    digest = plan.fingerprint
    audit.move(round_, RoundState.READY, actor=None, now=now, digest=digest)
    round_.ended_at, round_.progress, round_.fingerprint = now, 100, digest
    round_.summary = json.dumps(dataclasses.asdict(plan.figures))
    # Past the objects: tens of thousands of rows of one shape.
    bulk_insert(RoundProposal.__tablename__, PROPOSAL_COLUMNS, _proposals(round_.id, plan))
    bulk_insert(UnfilledRequest.__tablename__, UNFILLED_COLUMNS, _unmet(round_.id, plan, gates))
    for earlier in rounds.list_superseded(round_):
        audit.move(earlier, RoundState.DISCARDED, actor=None, now=now, superseded_by=round_.id)
    if round_.requested_by_id is None:
        emails.queue_round_ready(round_, now=now)


def _proposals(round_id: int, plan: RoundPlan) -> Iterator[Sequence[int | str]]:
    """Rows of the chosen, with their reasons, and of those next in line."""
    planned, next_in_line = ProposalState.PLANNED.value, ProposalState.RESERVE.value
    for volunteer_id, request_id, score, place in plan.pairs:
        fit = "[]" if place else plan.reasons[volunteer_id, request_id]
        yield round_id, request_id, volunteer_id, place, score, fit, next_in_line if place else planned


def _unmet(round_id: int, plan: RoundPlan, gates: Mapping[int, str]) -> Iterator[Sequence[int | str | None]]:
    for request_id, seats, candidates, nearest_id in plan.unfilled:
        yield round_id, request_id, seats, candidates, nearest_id, gates.get(request_id, "[]")


def fail(round_: MatchingRound, reason: str, *, now: dt.datetime) -> None:
    """The round could not be run to its end; nothing of it was kept."""
    audit.move(round_, RoundState.FAILED, actor=None, now=now, note=reason)
    round_.failure, round_.ended_at = reason, now
    emails.queue_round_failed(round_, now=now)


def fail_timed_out(now: dt.datetime) -> int:
    """Rounds whose process was killed: say so, and let others start. Gives how many."""
    found = rounds.lock_timed_out(since=now - HEARTBEAT_TIMEOUT)
    for round_ in found:
        fail(round_, KILLED_MESSAGE, now=now)
    return len(found)


def discard(round_: MatchingRound, *, actor: Viewer, now: dt.datetime) -> None:
    """Throw a round away before anybody was asked. Raises Conflict for one that runs or was released."""
    if round_.state not in (RoundState.QUEUED, RoundState.READY):
        raise Conflict("This round runs, or has been released or discarded already.")
    audit.move(round_, RoundState.DISCARDED, actor=actor, now=now)
    round_.ended_at = round_.ended_at or now


def select_proposals(
    round_: MatchingRound,
    *,
    listed_ids: Collection[int],
    selected_ids: Collection[int],
    actor: Viewer,
    now: dt.datetime,
) -> tuple[int, int]:
    """Of the proposals `shown` leave out those that are not `ticked`, and take the ticked ones back in.

    Gives how many were left out and taken back. Raises Conflict for a round that is not ready.
    """
    if round_.state is not RoundState.READY:
        raise Conflict(NOT_READY)
    out, back = [], []
    for one in rounds.list_by_ids(round_.id, listed_ids):
        if one.state is ProposalState.PLANNED and one.id not in selected_ids:
            one.state = ProposalState.LEFT_OUT
            out.append(one.id)
        elif one.state is ProposalState.LEFT_OUT and one.id in selected_ids:
            one.state = ProposalState.PLANNED
            back.append(one.id)
    if out or back:
        audit.record("round.chosen", round_, actor=actor, now=now, left_out=out, taken_back=back)
    return len(out), len(back)


def publish(round_: MatchingRound, *, proposal_ids: Collection[int] | None, actor: Viewer, now: dt.datetime) -> int:
    """Let the chosen proposals (ids; None for all that are planned) go out to their volunteers. Gives how many will.

    They are sent one after another (`proposing.send_due`), each judged again before. Raises Conflict for a
    round that is not ready, DomainError when its programme has closed, none is chosen or one is not of this round.
    """
    if round_.state is not RoundState.READY:
        raise Conflict(NOT_READY)
    require_not_closed(round_.programme.state)
    planned = rounds.list_planned(round_.id)
    wanted = {one.id for one in planned} if proposal_ids is None else set(proposal_ids)
    if not wanted:
        raise DomainError("Choose at least one proposal to release.")
    if wanted - {one.id for one in planned}:
        raise DomainError("The list has changed since it was shown. Look through it again.")
    for one in planned:
        if one.id not in wanted:
            one.state = ProposalState.LEFT_OUT
    audit.move(round_, RoundState.PUBLISHED, actor=actor, now=now, released=len(wanted), of=len(planned))
    round_.published_by_id, round_.published_at = actor.account_id, now
    return len(wanted)


def request_due(now: dt.datetime) -> int:
    """Ask for the rounds that are due by their programmes' settings. Gives how many."""
    due = [setting for setting in rounds.lock_due_settings(now.date()) if not rounds.find_busy(setting.programme_id)]
    for setting in due:
        _move_on(setting, now.date())
        request_round(db.session.get_one(Programme, setting.programme_id), actor=None, now=now)
    return len(due)


def _move_on(setting: RoundSetting, today: dt.date) -> None:
    """The next round is so many days after the last one was due, and in the future."""
    step = dt.timedelta(days=setting.every_days or 1)
    next_on = setting.next_on or today
    while next_on <= today:
        next_on += step
    setting.next_on = next_on
