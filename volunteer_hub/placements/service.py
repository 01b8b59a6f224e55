"""Approving a match, the line manager's release, the workplan, the start and the early end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from volunteer_hub.accounts.secrets import new_token, token_hash
from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import queries as budget_queries
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.institutions.queries import shares_data
from volunteer_hub.matching import queries as matching_queries
from volunteer_hub.matching import service as matching
from volunteer_hub.matching import wording
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests import service as requests
from volunteer_hub.placements import emails, queries, rules
from volunteer_hub.placements.models import Objective, Placement, Release
from volunteer_hub.placements.states import PlacementState, ReleaseState
from volunteer_hub.volunteers.states import VolunteerState

NOT_YOURS = "Only the volunteer and the hospital may do this."


def approve(
    match: Match,
    *,
    starts_on: dt.date,
    objective: str,
    allocation_minor: int,
    words: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> Placement:
    """The director says yes: seat, money, placement, release and e-mails, in one transaction.

    `allocation_minor` is in the programme's currency; 0 sets nothing aside. Raises Conflict when the
    match was decided or the seats are gone, Forbidden without a data-sharing agreement, DomainError
    when a gate has closed or the fund has not enough.
    """
    matching_queries.lock_volunteer(match.volunteer_id)
    _check_approval(match, actor=actor, now=now)
    request = match.request
    ends_on = rules.end_of(starts_on, request.weeks or 1)
    rules.check_plan(
        objectives=[objective],
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=request.weekly_minutes or 0,
        earliest_on=now.date(),
        latest_on=request.programme.ends_on,
    )
    last = requests.take_seat(request, actor=actor, now=now)
    audit.move(match, MatchState.APPROVED, actor=actor, now=now, words=words)
    match.decided_by_id, match.decided_at, match.reason_words = actor.account_id, now, words
    placement = Placement(
        match_id=match.id,
        request_id=request.id,
        volunteer_id=match.volunteer_id,
        director_id=actor.account_id,
        state=PlacementState.PLANNED,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=request.weekly_minutes or 0,
        workplan_version=1,
        created_at=now,
    )
    placement.objectives = [Objective(position=1, text=objective)]
    placement.match, placement.request, placement.volunteer = match, request, match.volunteer
    db.session.add(placement)
    db.session.flush()
    audit.record("placement.planned", placement, actor=actor, now=now, match=match.id)
    if allocation_minor:
        _set_aside(placement, allocation_minor, actor=actor, now=now)
    if request.programme.needs_release:
        _ask_release(placement, actor=actor, now=now)
    emails.approved(placement, words=words, now=now)
    if last:
        matching.fill_others(request, winner=match, now=now)
    return placement


def _check_approval(match: Match, *, actor: Viewer, now: dt.datetime) -> None:
    today = now.date()
    institution = match.request.institution
    if not actor.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id):
        raise Forbidden("Only a Director for this hospital approves.")
    if match.volunteer.account_id == actor.account_id:
        raise Forbidden("Nobody approves their own match. Ask your deputy or another Director.")
    if match.state is not MatchState.ACCEPTED:
        raise Conflict("This match has already been decided, or the volunteer has withdrawn.")
    if not shares_data(institution.id, today=today):
        raise Forbidden(matching.NO_AGREEMENT)
    # The request's own state and its seats are judged by take_seat, in one statement.
    fit = matching_queries.candidate_of(match, today=today).fit
    closed = [gate for gate in fit.closed if gate.gate.value != "not_open"]
    if closed:
        raise DomainError(" ".join(wording.why(gate) for gate in closed), code=closed[0].gate.value)


def _set_aside(placement: Placement, amount_minor: int, *, actor: Viewer, now: dt.datetime) -> None:
    programme = placement.request.programme
    fund = budget_queries.fund_of(programme.id, programme.currency)
    if fund is None:
        raise DomainError("No money has come in for this programme yet.", field="allocation", code="fund_empty")
    try:
        allocation = budgets.allocate(fund, amount_minor, purpose=f"placement:{placement.id}", actor=actor, now=now)
    except DomainError as error:
        raise DomainError(error.message, field="allocation", code=error.code) from error
    placement.allocation_id = allocation.id


def _ask_release(placement: Placement, *, actor: Viewer | None, now: dt.datetime) -> None:
    volunteer = placement.volunteer
    if not volunteer.manager_email or not volunteer.manager_name:
        raise DomainError(
            "The programme asks for a line manager’s release, but the profile names none. Ask the coordinator."
        )
    token = new_token()
    release = Release(
        placement_id=placement.id,
        manager_name=volunteer.manager_name,
        manager_email=volunteer.manager_email,
        token_hash=token_hash(token),
        state=ReleaseState.WAITING,
        asked_at=now,
        respond_by_at=now + dt.timedelta(days=placement.request.programme.release_days),
    )
    release.placement = placement
    db.session.add(release)
    db.session.flush()
    audit.record("release.asked", placement, actor=actor, now=now)
    emails.release_asked(release, token=token, now=now)


def answer_release(release: Release, *, given: bool, words: str | None, now: dt.datetime) -> None:
    """The line manager answers by link. Raises Conflict when it was answered or is not needed any more."""
    if release.state is not ReleaseState.WAITING:
        raise Conflict("This has already been answered. Thank you.")
    if release.placement.state is not PlacementState.PLANNED:
        raise Conflict("This placement no longer waits for your answer. Thank you.")
    state = ReleaseState.GIVEN if given else ReleaseState.REFUSED
    audit.move(release, state, actor=None, now=now, words=words)
    audit.record(f"placement.release_{state.value}", release.placement, actor=None, now=now)
    release.answered_at, release.words = now, words
    emails.release_answered(release, now=now)


def ask_release_again(placement: Placement, *, actor: Viewer, now: dt.datetime) -> None:
    """Ask the line manager once more, after a no or after silence, with a fresh link."""
    institution = placement.request.institution
    reaches = actor.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id)
    if not reaches and not actor.is_staff:
        raise Forbidden("Only the hospital’s Director or the coordinator asks the line manager again.")
    release = placement.release
    if release is None or release.state is ReleaseState.GIVEN or placement.state is not PlacementState.PLANNED:
        raise DomainError("This placement does not wait for a line manager.")
    if release.state is ReleaseState.REFUSED:
        audit.move(release, ReleaseState.WAITING, actor=actor, now=now)
    token = _fresh_link(release, now=now)
    audit.record("release.asked", placement, actor=actor, now=now)
    emails.release_asked(release, token=token, now=now)


def _fresh_link(release: Release, *, now: dt.datetime) -> str:
    token, volunteer = new_token(), release.placement.volunteer
    if volunteer.manager_email != release.manager_email:
        if volunteer.state is not VolunteerState.READY:
            raise DomainError("The profile names a new line manager. The coordinator must check that first.")
        release.manager_name = volunteer.manager_name or release.manager_name
        release.manager_email = volunteer.manager_email or release.manager_email
    release.token_hash = token_hash(token)
    release.asked_at = now
    release.respond_by_at = now + dt.timedelta(days=release.placement.request.programme.release_days)
    release.chased_at = None
    return token


def chase_releases(now: dt.datetime) -> int:
    """A job: line managers who have not answered in time are reminded once; silence never releases."""
    late = queries.late_releases(now=now)
    for release in late:
        token = new_token()
        release.token_hash, release.chased_at = token_hash(token), now
        audit.record("release.chased", release.placement, actor=None, now=now)
        emails.release_chased(release, token=token, now=now)
    return len(late)


def change_plan(
    placement: Placement,
    *,
    objectives: Sequence[str],
    starts_on: dt.date,
    ends_on: dt.date,
    weekly_minutes: int,
    channel: str | None,
    actor: Viewer,
    now: dt.datetime,
) -> None:
    """Either side changes the workplan; agreeing to it begins anew, with the changer's own yes."""
    by_volunteer = _side(placement, actor)
    if placement.state not in {PlacementState.PLANNED, PlacementState.ACTIVE}:
        raise Conflict("This placement is over; its plan can no longer be changed.")
    earliest_on = now.date() if placement.state is PlacementState.PLANNED else placement.starts_on
    if starts_on == placement.starts_on:
        earliest_on = starts_on
    rules.check_plan(
        objectives=objectives,
        starts_on=starts_on,
        ends_on=ends_on,
        weekly_minutes=weekly_minutes,
        earliest_on=earliest_on,
        latest_on=max(placement.request.programme.ends_on, placement.ends_on),
    )
    kept = {objective.position: objective for objective in placement.objectives}
    placement.objectives = [
        _objective(kept.get(position), position, text) for position, text in enumerate(objectives, 1)
    ]
    placement.starts_on, placement.ends_on = starts_on, ends_on
    placement.weekly_minutes, placement.channel = weekly_minutes, channel
    placement.workplan_version += 1
    _agree(placement, by_volunteer=by_volunteer)
    audit.record("placement.plan_changed", placement, actor=actor, now=now, plan=placement.workplan_version)
    emails.workplan_changed(placement, by_volunteer=by_volunteer, sender=actor.name, now=now)


def _objective(row: Objective | None, position: int, text: str) -> Objective:
    if row is None:
        return Objective(position=position, text=text)
    row.text = text
    return row


def _side(placement: Placement, actor: Viewer) -> bool:
    """True for the volunteer, False for the hospital. Raises Forbidden for anybody else."""
    if queries.is_volunteer(placement, actor):
        return True
    if queries.is_partner(placement, actor):
        return False
    raise Forbidden(NOT_YOURS)


def _agree(placement: Placement, *, by_volunteer: bool) -> None:
    if by_volunteer:
        placement.volunteer_agreed_version = placement.workplan_version
    else:
        placement.partner_agreed_version = placement.workplan_version


def agree(placement: Placement, *, plan: int, actor: Viewer, now: dt.datetime) -> None:
    """One side agrees to the plan in the version they saw. Raises Conflict when it has changed since."""
    by_volunteer = _side(placement, actor)
    if plan != placement.workplan_version:
        raise Conflict("The plan was changed since you opened it. Read it again before you agree.")
    _agree(placement, by_volunteer=by_volunteer)
    audit.record("placement.plan_agreed", placement, actor=actor, now=now, plan=plan)
    if placement.volunteer_agrees and placement.partner_agrees:
        emails.workplan_agreed(placement, now=now)


def start(placement: Placement, *, actor: Viewer, now: dt.datetime) -> None:
    """The work begins. Raises Conflict with what it still waits for."""
    _side(placement, actor)
    waits = waits_for(placement, today=now.date())
    if waits:
        raise Conflict("The placement cannot start yet: see on its page what it still waits for.", code=waits[0])
    audit.move(placement, PlacementState.ACTIVE, actor=actor, now=now)
    emails.started(placement, now=now)


def waits_for(placement: Placement, *, today: dt.date) -> list[str]:
    """Codes of what the start still waits for (rules.what_stops_the_start)."""
    return rules.what_stops_the_start(
        state=placement.state,
        starts_on=placement.starts_on,
        today=today,
        volunteer_agrees=placement.volunteer_agrees,
        partner_agrees=placement.partner_agrees,
        release=placement.release.state if placement.release else None,
    )


def end_early(placement: Placement, *, words: str, actor: Viewer, now: dt.datetime) -> None:
    """End a placement before its end, without blame: the seat is free again, unspent money goes back."""
    if not actor.is_staff:
        _side(placement, actor)
    audit.move(placement, PlacementState.ENDED_EARLY, actor=actor, now=now, words=words)
    placement.end_words = words
    placement.match.ended_at = now
    # The request before the fund, as in `approve`: one order of locks for all.
    requests.free_seat(placement.request, actor=actor, now=now)
    if placement.allocation:
        budgets.return_unspent(placement.allocation, actor=actor, now=now)
    emails.ended_early(placement, sender=actor.name, now=now)
