"""What needs the attention of volunteers, partners and directors: requests, matches, placements, hours."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES, HoursState
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.matching.states import LIVE, MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import ManagerRelease, Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.reports import rules
from volunteer_hub.reports.queries.attention_selects.base import Rows, attention_row, join_hosts
from volunteer_hub.volunteers.models import Volunteer


def _decisions(viewer: Viewer) -> Rows:
    statement = (
        attention_row(Match.id, PartnerRequest.title, Institution.name, at=Match.respond_by_at, extra=Match.origin)
        .select_from(Match)
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
    )
    return join_hosts(statement, viewer).where(Match.state == MatchState.ACCEPTED)


def decision_waiting(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select matches that wait for a director's decision."""
    return _decisions(viewer)


def decision_late(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select matches whose decision is past its deadline."""
    return _decisions(viewer).where(Match.respond_by_at <= now)


def candidates(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select requests with volunteers who wait for a decision, each with their number."""
    since = sa.func.min(Match.respond_by_at)
    statement = (
        attention_row(
            PartnerRequest.id, PartnerRequest.title, Institution.name, at=since, number=sa.func.count(Match.id)
        )
        .select_from(PartnerRequest)
        .join(Match, Match.request_id == PartnerRequest.id)
    )
    return (
        join_hosts(statement, viewer)
        .where(Match.state == MatchState.ACCEPTED)
        .group_by(PartnerRequest.id, PartnerRequest.title, Institution.name)
    )


def _requests(viewer: Viewer, state: RequestState, at: Any) -> Rows:
    statement = attention_row(
        PartnerRequest.id, PartnerRequest.title, Institution.name, at=at, extra=PartnerRequest.urgency
    )
    return join_hosts(statement.select_from(PartnerRequest), viewer).where(PartnerRequest.state == state)


def request_to_open(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select submitted requests, which wait for the director."""
    return _requests(viewer, RequestState.SUBMITTED, PartnerRequest.submitted_at)


def request_unanswered(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select submitted requests that have waited longer than UNANSWERED_AFTER."""
    return request_to_open(viewer, now).where(PartnerRequest.submitted_at <= now - rules.UNANSWERED_AFTER)


def request_returned(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select requests that were returned with questions."""
    return _requests(viewer, RequestState.RETURNED, PartnerRequest.updated_at)


def draft(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select drafts of requests."""
    return _requests(viewer, RequestState.DRAFT, PartnerRequest.updated_at)


def no_candidate(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select requests that have been open for long without any live match."""
    has_match = sa.select(Match.id).where(Match.request_id == PartnerRequest.id, Match.state.in_(LIVE)).exists()
    return _requests(viewer, RequestState.OPEN, PartnerRequest.opened_at).where(
        PartnerRequest.opened_at <= now - rules.NO_CANDIDATE_AFTER, ~has_match
    )


def _placements(viewer: Viewer, **columns: Any) -> Rows:
    statement = attention_row(Placement.id, PartnerRequest.title, Institution.name, **columns)
    statement = statement.select_from(Placement).join(PartnerRequest, PartnerRequest.id == Placement.request_id)
    return join_hosts(statement, viewer)


def start_passed(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select planned placements whose start has passed.

    `extra` holds what placements.rules needs for the reason: whether each side has agreed_version, and the release's state.
    """
    release = sa.select(ManagerRelease.state).where(ManagerRelease.placement_id == Placement.id).scalar_subquery()
    agreement = [
        sa.case((agreed_version == Placement.workplan_version, "yes"), else_="no")
        for agreed_version in (Placement.volunteer_agreed_version, Placement.partner_agreed_version)
    ]
    facts = agreement[0] + "," + agreement[1] + "," + sa.func.coalesce(sa.cast(release, sa.Text), "")
    return _placements(viewer, day=Placement.starts_on, extra=facts).where(
        Placement.state == PlacementState.PLANNED, Placement.starts_on < now.date()
    )


def placement_quiet(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select active placements without recent hours, and paused ones past their last day."""
    last = (
        sa.select(sa.func.max(HoursEntry.worked_on))
        .where(HoursEntry.placement_id == Placement.id, HoursEntry.state.in_(COUNTED_STATES))
        .correlate(Placement)
        .scalar_subquery()
    )
    since = sa.case((last > Placement.starts_on, last), else_=Placement.starts_on)
    never_worked = sa.case((last.is_(None), "never"), else_="")
    quiet = sa.and_(Placement.state == PlacementState.ACTIVE, since <= now.date() - rules.QUIET_AFTER)
    over = sa.and_(Placement.state == PlacementState.PAUSED, Placement.ends_on < now.date())
    return _placements(viewer, day=since, extra=never_worked).where(sa.or_(quiet, over))


def _hours(viewer: Viewer) -> Rows:
    """Select placements with hours to confirm, each with the number of entries and when the first was logged."""
    return (
        _placements(
            viewer,
            at=sa.func.min(HoursEntry.logged_at),
            number=sa.func.count(HoursEntry.id),
            extra=sa.func.sum(HoursEntry.minutes),
        )
        .join(HoursEntry, HoursEntry.placement_id == Placement.id)
        .where(HoursEntry.state == HoursState.LOGGED)
        .group_by(Placement.id, PartnerRequest.title, Institution.name)
    )


def hours_to_confirm(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select placements with hours to confirm, without the viewer's own, which they may not confirm."""
    own = sa.select(Volunteer.id).where(Volunteer.account_id == viewer.account_id)
    return _hours(viewer).where(Placement.volunteer_id.not_in(own))


def hours_late(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select placements with hours that have waited longer than HOURS_LATE_AFTER, counting these hours only."""
    return _hours(viewer).where(HoursEntry.logged_at <= now - rules.HOURS_LATE_AFTER)


def plan_to_agree(viewer: Viewer, now: dt.datetime) -> Rows:
    """Select workplans whose current version the viewer's own side has not agreed to."""
    planned = Placement.state.in_((PlacementState.PLANNED, PlacementState.ACTIVE))
    columns = {"at": Placement.created_at, "number": Placement.workplan_version}
    hosted = sa.and_(in_scope(viewer, *HOSTS), _differs(Placement.partner_agreed_version))
    own = sa.and_(Volunteer.account_id == viewer.account_id, _differs(Placement.volunteer_agreed_version))
    return (
        attention_row(Placement.id, PartnerRequest.title, Institution.name, **columns)
        .select_from(Placement)
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(Volunteer, Volunteer.id == Placement.volunteer_id)
        .where(planned, own if viewer.has(Role.VOLUNTEER) else hosted)
    )


def _differs(agreed_version: Any) -> sa.ColumnElement[bool]:
    return sa.or_(agreed_version.is_(None), agreed_version != Placement.workplan_version)


def invitation(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select the viewer's own invitations and proposals."""
    return (
        attention_row(PartnerRequest.id, PartnerRequest.title, Institution.name, at=Match.respond_by_at)
        .select_from(Match)
        .join(PartnerRequest, PartnerRequest.id == Match.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(Volunteer, Volunteer.id == Match.volunteer_id)
        .where(Volunteer.account_id == viewer.account_id, Match.state == MatchState.PROPOSED)
    )


def hours_queried(viewer: Viewer, _now: dt.datetime) -> Rows:
    """Select the viewer's own placements with queried hours."""
    return (
        attention_row(
            Placement.id,
            PartnerRequest.title,
            Institution.name,
            day=sa.func.min(HoursEntry.worked_on),
            number=sa.func.count(HoursEntry.id),
        )
        .select_from(Placement)
        .join(PartnerRequest, PartnerRequest.id == Placement.request_id)
        .join(Institution, Institution.id == PartnerRequest.institution_id)
        .join(HoursEntry, HoursEntry.placement_id == Placement.id)
        .join(Volunteer, Volunteer.id == HoursEntry.volunteer_id)
        .where(Volunteer.account_id == viewer.account_id, HoursEntry.state == HoursState.QUERIED)
        .group_by(Placement.id, PartnerRequest.title, Institution.name)
    )
