"""The lifecycle of a round: requested, claimed, stored, published or discarded. Only people publish or discard."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
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
from volunteer_hub.rounds.rules import RoundPlan, can_discard, can_publish, is_queued
from volunteer_hub.rounds.states import ProposalState, RoundState

HEARTBEAT_TIMEOUT = dt.timedelta(minutes=3)
"""A running round without a heartbeat for this long was killed (see `runner.HEARTBEAT_SECONDS`)."""
KILLED_MESSAGE = _l("The process that ran this round ended before it was done. Nothing was kept; start it again.")
PROPOSAL_COLUMNS = ("round_id", "request_id", "volunteer_id", "rank", "score", "score_breakdown", "state")
UNFILLED_COLUMNS = ("round_id", "request_id", "seats", "candidates", "nearest_volunteer_id", "failed_gates")
NOT_READY_MESSAGE = _l("This round has been released or discarded already, or is not done yet.")


def request_round(
    programme: Programme,
    *,
    actor: Viewer | None,
    now: dt.datetime,
    seed: int | None = None,
    fill_first: bool | None = None,
) -> MatchingRound:
    """Queue a round. `actor` None: requested by the service. A seed is drawn if none is given.

    Raises Conflict while another round of the programme is queued or running, and if the programme does not run.
    """
    require_not_closed(programme.state)
    if busy_round := rounds.find_busy(programme.id):
        requester = names_by_id([busy_round.requested_by_id]).get(busy_round.requested_by_id or 0, _("the service"))
        raise Conflict(
            _(
                "A round of this programme is under way, started by %(name)s on %(day)s at %(time)s UTC. "
                "Wait until it is done, then start another.",
                name=requester,
                day=f"{busy_round.requested_at:%d/%m/%Y}",
                time=f"{busy_round.requested_at:%H:%M}",
            ),
            code="round_busy",
        )
    setting = round_settings.get_settings(programme.id)
    round_ = MatchingRound(
        programme_id=programme.id,
        state=RoundState.QUEUED,
        requested_by_id=actor.account_id if actor else None,
        requested_at=now,
        as_of=now.date(),
        seed=secrets.randbelow(2**31) if seed is None else seed,
        fill_first=setting.fill_first if fill_first is None else fill_first,
        weights_id=weights.get_latest().version,
    )
    round_.programme = programme
    db.session.add(round_)
    try:
        db.session.flush()
    except IntegrityError as error:  # uq_matching_round_busy: another transaction requested a round first
        raise Conflict(
            _("A round of this programme has just been started by somebody else."), code="round_busy"
        ) from error
    audit.record("round.asked", round_, actor=actor, now=now, seed=round_.seed, fill_first=round_.fill_first)
    return round_


def claim_round(round_: MatchingRound, *, now: dt.datetime) -> None:
    """Claim a queued round for the calling process. Raises Conflict if it is claimed already."""
    if not is_queued(round_.state):
        raise Conflict(_("This round has been started already."), code="round_already_started")
    audit.move(round_, RoundState.RUNNING, actor=None, now=now)
    round_.started_at = round_.heartbeat_at = now


def store(round_: MatchingRound, plan: RoundPlan, failed_gates: Mapping[int, str], *, now: dt.datetime) -> None:
    """Store the result of a round: proposals with score breakdowns, unfilled requests, figures. Discards rounds it supersedes.

    `failed_gates`: JSON by request id, as `unfilled_reasons.collect_reasons` returns it.
    """
    fingerprint = plan.fingerprint
    audit.move(round_, RoundState.READY, actor=None, now=now, digest=fingerprint)
    round_.ended_at, round_.progress, round_.fingerprint = now, 100, fingerprint
    round_.summary = json.dumps(dataclasses.asdict(plan.figures))
    # Bulk insert past the ORM: tens of thousands of rows.
    bulk_insert(RoundProposal.__tablename__, PROPOSAL_COLUMNS, _list_proposal_rows(round_.id, plan))
    bulk_insert(UnfilledRequest.__tablename__, UNFILLED_COLUMNS, _list_unfilled_rows(round_.id, plan, failed_gates))
    for earlier in rounds.lock_superseded(round_):
        audit.move(earlier, RoundState.DISCARDED, actor=None, now=now, superseded_by=round_.id)
    if round_.requested_by_id is None:
        emails.notify_round_ready(round_, now=now)


def _list_proposal_rows(round_id: int, plan: RoundPlan) -> Iterator[Sequence[int | str]]:
    """Yield one row per pair; only chosen pairs carry a score breakdown."""
    planned_state, reserve_state = ProposalState.PLANNED.value, ProposalState.RESERVE.value
    for volunteer_id, request_id, score, rank in plan.pairs:
        score_breakdown = "[]" if rank else plan.reasons[volunteer_id, request_id]
        yield round_id, request_id, volunteer_id, rank, score, score_breakdown, reserve_state if rank else planned_state


def _list_unfilled_rows(
    round_id: int, plan: RoundPlan, failed_gates: Mapping[int, str]
) -> Iterator[Sequence[int | str | None]]:
    for request_id, seats, candidates, nearest_volunteer_id in plan.unfilled:
        yield round_id, request_id, seats, candidates, nearest_volunteer_id, failed_gates.get(request_id, "[]")


def fail(round_: MatchingRound, reason: str, *, now: dt.datetime) -> None:
    """Mark a running round as failed and email the coordinators. `reason` is shown on its page."""
    audit.move(round_, RoundState.FAILED, actor=None, now=now, note=reason)
    round_.failure, round_.ended_at = reason, now
    emails.notify_round_failed(round_, now=now)


def fail_timed_out(now: dt.datetime) -> int:
    """Fail running rounds without a recent heartbeat, so that others can start. Returns how many."""
    timed_out = rounds.lock_timed_out(since=now - HEARTBEAT_TIMEOUT)
    for round_ in timed_out:
        fail(round_, str(KILLED_MESSAGE), now=now)
    return len(timed_out)


def discard(round_: MatchingRound, *, actor: Viewer, now: dt.datetime) -> None:
    """Discard a round that is queued or ready. Raises Conflict for any other state."""
    if not can_discard(round_.state):
        raise Conflict(_("This round runs, or has been released or discarded already."), code="round_not_discardable")
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
    """Leave out the listed proposals that are not selected, and restore the selected ones that were left out.

    Returns how many were left out and how many were restored. Raises Conflict for a round that is not ready.
    """
    if not can_publish(round_.state):
        raise Conflict(NOT_READY_MESSAGE, code="round_not_ready")
    left_out_ids, restored_ids = [], []
    for proposal in rounds.lock_by_ids(round_.id, listed_ids):
        if proposal.state is ProposalState.PLANNED and proposal.id not in selected_ids:
            proposal.state = ProposalState.LEFT_OUT
            left_out_ids.append(proposal.id)
        elif proposal.state is ProposalState.LEFT_OUT and proposal.id in selected_ids:
            proposal.state = ProposalState.PLANNED
            restored_ids.append(proposal.id)
    if left_out_ids or restored_ids:
        audit.record("round.chosen", round_, actor=actor, now=now, left_out=left_out_ids, taken_back=restored_ids)
    return len(left_out_ids), len(restored_ids)


def publish(round_: MatchingRound, *, proposal_ids: Collection[int] | None, actor: Viewer, now: dt.datetime) -> int:
    """Publish planned proposals (ids; None for all), and leave out the rest. Returns how many will be sent.

    `proposals.send_published` sends them in batches and evaluates each pair again. Raises Conflict for a round that is
    not ready, DomainError if its programme has closed, no proposal is given or one is not planned in this round.
    """
    if not can_publish(round_.state):
        raise Conflict(NOT_READY_MESSAGE, code="round_not_ready")
    require_not_closed(round_.programme.state)
    planned = rounds.list_planned(round_.id)
    published_ids = {proposal.id for proposal in planned} if proposal_ids is None else set(proposal_ids)
    if not published_ids:
        raise DomainError(_("Choose at least one proposal to release."), code="no_proposal_chosen")
    if published_ids - {proposal.id for proposal in planned}:
        raise DomainError(
            _("The list has changed since it was shown. Look through it again."), code="proposals_changed"
        )
    for proposal in planned:
        if proposal.id not in published_ids:
            proposal.state = ProposalState.LEFT_OUT
    audit.move(round_, RoundState.PUBLISHED, actor=actor, now=now, released=len(published_ids), of=len(planned))
    round_.published_by_id, round_.published_at = actor.account_id, now
    return len(published_ids)


def request_due(now: dt.datetime) -> int:
    """Request the rounds that are due by their programmes' settings. Returns how many."""
    due_settings = [
        setting for setting in rounds.lock_due_settings(now.date()) if not rounds.find_busy(setting.programme_id)
    ]
    for setting in due_settings:
        _advance_next_on(setting, now.date())
        request_round(db.session.get_one(Programme, setting.programme_id), actor=None, now=now)
    return len(due_settings)


def _advance_next_on(setting: RoundSetting, today: dt.date) -> None:
    """Set the next due date: a multiple of `every_days` after the last one, and in the future."""
    step = dt.timedelta(days=setting.every_days or 1)
    due_on = setting.next_on or today
    while due_on <= today:
        due_on += step
    setting.next_on = due_on
