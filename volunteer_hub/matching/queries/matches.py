"""Queries for matches, limited to what the viewer may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.queries import agreement_in_force
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import AUTOMATIC_REASONS, WAITING, MatchState, Origin
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.volunteers.models import Volunteer


def in_scope(viewer: Viewer, *roles: Role) -> sa.ColumnElement[bool]:
    """Return a clause on Institution: those in `viewer`'s scope in one of `roles`; for staff all of them."""
    if viewer.is_staff and Role.COORDINATOR in roles:
        return sa.true()
    scoped = [role for role in roles if role is not Role.COORDINATOR]
    countries = frozenset().union(*(viewer.countries(role) for role in scoped))
    institutions = frozenset().union(*(viewer.institutions(role) for role in scoped))
    return sa.or_(Institution.country_iso2.in_(countries), Institution.id.in_(institutions))


ONE_DAY = dt.timedelta(days=1)


def is_unanswered_proposal(match: Any) -> sa.ColumnElement[bool]:
    """Return a clause on Match: a round proposed it and the volunteer has not accepted. Partners do not see such a
    match.
    """
    return sa.and_(match.state == MatchState.PROPOSED, match.origin == Origin.ENGINE)


def _is_visible_to_host(viewer: Viewer, *roles: Role) -> sa.ColumnElement[bool]:
    """A clause: the matches that `viewer` may see as a host, in one of `roles`."""
    others = [role for role in roles if role is not Role.PARTNER]
    as_partner = (
        sa.and_(in_scope(viewer, Role.PARTNER), ~is_unanswered_proposal(Match)) if Role.PARTNER in roles else sa.false()
    )
    return sa.or_(in_scope(viewer, *others), as_partner) if others else as_partner


HOSTS = (Role.DIRECTOR, Role.PARTNER, Role.COORDINATOR)


def _matches() -> sa.Select[tuple[Match]]:
    return (
        sa.select(Match)
        .join(Match.request)
        .join(PartnerRequest.institution)
        .join(Match.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(Match.request).contains_eager(PartnerRequest.institution).joinedload(Institution.country),
            contains_eager(Match.request).joinedload(PartnerRequest.programme),
            contains_eager(Match.volunteer).contains_eager(Volunteer.account),
            contains_eager(Match.volunteer).joinedload(Volunteer.employer),
            contains_eager(Match.volunteer).joinedload(Volunteer.profession),
        )
    )


def get_for_host(viewer: Viewer, match_id: int, *roles: Role) -> Match:
    """Return a match that the viewer may see as a host, in one of `roles`. Raises NotFound."""
    statement = _matches().where(Match.id == match_id, _is_visible_to_host(viewer, *roles))
    match = db.session.scalars(statement).unique().one_or_none()
    if match is None:
        raise NotFound(_("There is no such match."), code="match_not_found")
    return match


def get_mine(viewer: Viewer, match_id: int) -> Match:
    """Return one of the viewer's own matches as a volunteer. Raises NotFound."""
    statement = _matches().where(Match.id == match_id, Volunteer.account_id == viewer.account_id)
    match = db.session.scalars(statement).unique().one_or_none()
    if match is None:
        raise NotFound(_("There is no such match."), code="match_not_found")
    return match


def list_mine(viewer: Viewer, *, limit: int = 50) -> Sequence[Match]:
    """Return the viewer's own matches as a volunteer, newest first."""
    statement = _matches().where(Volunteer.account_id == viewer.account_id).order_by(Match.id.desc()).limit(limit)
    return db.session.scalars(statement).unique().all()


def list_queue(
    viewer: Viewer, *, key: str | None, today: dt.date, late_at: dt.datetime | None = None
) -> paging.Page[sa.Row[tuple[Match, bool]]]:
    """Return a page of the matches that await a director's decision in the viewer's scope, most urgent first.

    With `late_at` only those that were due by then. Rows: (match, whether volunteers' data may be shown to its
    hospital).
    """
    shares = agreement_in_force(PartnerRequest.institution_id, today=today).label("shares_data")
    statement = (
        _matches()
        .add_columns(shares)
        .where(Match.state == MatchState.ACCEPTED, in_scope(viewer, Role.DIRECTOR, Role.COORDINATOR))
    )
    if late_at:
        statement = statement.where(Match.respond_by_at <= late_at)
    statement = paging.after(statement, (Match.respond_by_at, Match.id), key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row[0].respond_by_at, row[0].id) for row in rows])


def list_waiting_titles(account_id: int) -> Sequence[sa.Row[tuple[int, str]]]:
    """Return (id, title) of an account's own matches that are not decided yet."""
    statement = (
        sa.select(Match.id, PartnerRequest.title)
        .join(Match.request)
        .join(Match.volunteer)
        .where(Volunteer.account_id == account_id, Match.state.in_(WAITING))
        .order_by(Match.id)
    )
    return db.session.execute(statement).all()


def lock_volunteer(volunteer_id: int) -> None:
    """Lock a volunteer's row, so that approvals that use the same time run one after the other. Always the first
    lock.
    """
    db.session.execute(sa.select(Volunteer.id).where(Volunteer.id == volunteer_id).with_for_update())


def lock_volunteers(volunteer_ids: Collection[int]) -> None:
    """Lock several volunteers' rows in order of id, so that two callers cannot deadlock."""
    statement = sa.select(Volunteer.id).where(Volunteer.id.in_(volunteer_ids)).order_by(Volunteer.id)
    db.session.execute(statement.with_for_update())


def lock_requests(request_ids: Collection[int]) -> None:
    """Lock requests' rows in order of id; always after the locks on volunteers."""
    statement = sa.select(PartnerRequest.id).where(PartnerRequest.id.in_(request_ids)).order_by(PartnerRequest.id)
    db.session.execute(statement.with_for_update())


def lock_pair(volunteer_id: int, request_id: int) -> None:
    """Lock a volunteer and a request. Whether they may be matched is judged afterwards, on what is committed then."""
    lock_volunteer(volunteer_id)
    lock_requests([request_id])


def get_volunteer_row(volunteer_id: int) -> Volunteer:
    """Return a volunteer with their account. Raises NotFound."""
    volunteer = db.session.scalars(
        sa.select(Volunteer).where(Volunteer.id == volunteer_id).options(joinedload(Volunteer.account))
    ).one_or_none()
    if volunteer is None:
        raise NotFound(_("There is no such volunteer."), code="volunteer_not_found")
    return volunteer


def list_past_match_states(volunteer_id: int, request_id: int) -> set[MatchState]:
    """Return the states of all matches that this pair has had."""
    statement = sa.select(Match.state).where(Match.volunteer_id == volunteer_id, Match.request_id == request_id)
    return set(db.session.scalars(statement))


def list_waiting(request_id: int) -> Sequence[Match]:
    """Return the matches of a request that await an answer, oldest first."""
    statement = _matches().where(Match.request_id == request_id, Match.state.in_(WAITING)).order_by(Match.id)
    return db.session.scalars(statement).unique().all()


def lock_unanswered(state: MatchState, *, now: dt.datetime, limit: int = 200) -> Sequence[Match]:
    """Lock and return matches in `state` whose time to answer is over and that were not chased yet, oldest first."""
    statement = _matches().where(Match.state == state, Match.respond_by_at <= now, Match.chased_at.is_(None))
    # Skip locked rows: a match that is being decided is left alone, and waiting for it could deadlock.
    statement = statement.order_by(Match.respond_by_at, Match.id).limit(limit)
    return db.session.scalars(statement.with_for_update(of=Match, skip_locked=True)).unique().all()


def lock_to_remind(*, now: dt.datetime, before: dt.datetime, limit: int = 200) -> Sequence[Match]:
    """Lock and return matches that are unanswered, expire by `before` and had no reminder yet.

    Matches of the last day are left out: some programmes give only two days to answer.
    """
    statement = _matches().where(
        Match.state == MatchState.PROPOSED,
        Match.respond_by_at > now,
        Match.respond_by_at <= before,
        Match.reminded_at.is_(None),
        Match.created_at <= now - ONE_DAY,
    )
    statement = statement.order_by(Match.respond_by_at, Match.id).limit(limit)
    return db.session.scalars(statement.with_for_update(of=Match, skip_locked=True)).unique().all()


def list_freed(*, since: dt.datetime) -> Sequence[Match]:
    """Return matches declined, withdrawn or expired since then whose request still has a free seat."""
    ended_at = sa.func.coalesce(Match.decided_at, Match.respond_by_at)
    statement = _matches().where(
        Match.state.in_((MatchState.DECLINED, MatchState.WITHDRAWN, MatchState.EXPIRED)),
        sa.or_(Match.reason.is_(None), Match.reason.not_in(AUTOMATIC_REASONS)),
        sa.type_coerce(ended_at, Match.respond_by_at.type) >= since,
        PartnerRequest.state == RequestState.OPEN,
        PartnerRequest.seats_filled < PartnerRequest.seats,
    )
    return db.session.scalars(statement.order_by(Match.id)).unique().all()


def list_informed_accounts(kind: str, request_id: int, *, since: dt.datetime) -> set[int | None]:
    """Return the accounts that were sent this kind of email about a free seat of this request.

    Counts emails since `since`, or since a seat was last taken if that is later.
    """
    match_ids = sa.select(Match.id).where(Match.request_id == request_id)
    last_approval = sa.select(sa.func.max(Match.decided_at)).where(
        Match.request_id == request_id, Match.state == MatchState.APPROVED
    )
    last_approved_at = db.session.scalar(last_approval)
    statement = sa.select(OutboxMail.recipient_account_id).where(
        OutboxMail.kind == kind,
        OutboxMail.subject_type == subject_type(Match),
        OutboxMail.subject_id.in_(match_ids),
        OutboxMail.created_at >= max(since, last_approved_at or since),
    )
    return set(db.session.scalars(statement))
