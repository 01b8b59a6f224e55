"""Rounds, their proposals and unfilled requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import contains_eager, joinedload

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import paging
from volunteer_hub.core.db import compile_to_text, db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.matching import facts
from volunteer_hub.matching.models import Match, RoundSetting
from volunteer_hub.matching.states import WAITING, MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds.models import MatchingRound, RoundProposal, UnfilledRequest
from volunteer_hub.rounds.states import BUSY, ProposalState, RoundState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


def get(round_id: int, *, locked: bool = False) -> MatchingRound:
    """Return a round with its programme, locked for update if asked. Raises NotFound."""
    round_ = db.session.scalars(_select_by_id(locked), {"id": round_id}).one_or_none()
    if round_ is None:
        raise NotFound(_("There is no such round."), code="round_not_found")
    return round_


@lru_cache
def _select_by_id(locked: bool) -> sa.Select[tuple[MatchingRound]]:
    statement = sa.select(MatchingRound).where(MatchingRound.id == sa.bindparam("id"))
    statement = statement.options(joinedload(MatchingRound.programme))
    if locked:
        statement = statement.with_for_update(of=MatchingRound).execution_options(populate_existing=True)
    return statement


def find_busy(programme_id: int) -> MatchingRound | None:
    """Return the queued or running round of a programme, or None."""
    statement = sa.select(MatchingRound).where(
        MatchingRound.programme_id == programme_id, MatchingRound.state.in_(BUSY)
    )
    return db.session.scalars(statement).first()


def list_queued_ids() -> Sequence[int]:
    """Return the ids of queued rounds, oldest first."""
    return db.session.scalars(
        sa.select(MatchingRound.id).where(MatchingRound.state == RoundState.QUEUED).order_by(MatchingRound.id)
    ).all()


def lock_timed_out(*, since: dt.datetime) -> Sequence[MatchingRound]:
    """Lock and return running rounds without a heartbeat since then; rows locked elsewhere are skipped."""
    statement = sa.select(MatchingRound).where(
        MatchingRound.state == RoundState.RUNNING, MatchingRound.heartbeat_at < since
    )
    return db.session.scalars(statement.order_by(MatchingRound.id).with_for_update(skip_locked=True)).all()


def lock_superseded(round_: MatchingRound) -> Sequence[MatchingRound]:
    """Lock and return the other rounds of the programme that are ready: the given one supersedes them.

    Waits for a transaction that is publishing or discarding one of them, and then leaves that one out.
    """
    statement = sa.select(MatchingRound).where(
        MatchingRound.programme_id == round_.programme_id,
        MatchingRound.state == RoundState.READY,
        MatchingRound.id != round_.id,
    )
    statement = statement.order_by(MatchingRound.id).with_for_update(of=MatchingRound)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def list_rounds(programme_id: int | None, *, key: str | None) -> paging.Page[MatchingRound]:
    """Return one page of rounds, of a programme or of all, newest first."""
    statement = sa.select(MatchingRound).options(joinedload(MatchingRound.programme))
    if programme_id is not None:
        statement = statement.where(MatchingRound.programme_id == programme_id)
    statement = paging.after(statement, (MatchingRound.requested_at, MatchingRound.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.requested_at, row.id) for row in rows])


def lock_due_settings(today: dt.date) -> Sequence[RoundSetting]:
    """Lock and return the settings of active programmes whose next round is due; locked rows are skipped."""
    statement = (
        sa.select(RoundSetting)
        .join(Programme, Programme.id == RoundSetting.programme_id)
        .where(RoundSetting.next_on <= today, RoundSetting.every_days.is_not(None))
        .where(Programme.state == ProgrammeState.ACTIVE)
        .order_by(RoundSetting.programme_id)
    )
    return db.session.scalars(statement.with_for_update(of=RoundSetting, skip_locked=True)).all()


def default_settings(programme_id: int = 0) -> RoundSetting:
    """Return the default settings as a transient row."""
    return RoundSetting(
        programme_id=programme_id,
        proposals_per_volunteer=1,
        proposals_per_seat=1,
        fill_first=True,
        excluded_support_kinds="",
    )


def count_waiting_by_request(programme_id: int) -> dict[int, int]:
    """Return the number of matches awaiting an answer, by request id; requests without any are left out."""
    rows = db.session.execute(_count_waiting_statement(db.engine.dialect), {"programme": programme_id})
    return dict(rows.tuples().all())


@lru_cache
def _count_waiting_statement(dialect: Dialect) -> sa.TextClause:
    statement = (
        sa.select(Match.request_id, sa.func.count(Match.id))
        .join(Match.request)
        .where(Match.state.in_(WAITING), PartnerRequest.programme_id == sa.literal_column(":programme"))
        .group_by(Match.request_id)
    )
    return compile_to_text(statement, dialect)


def select_with_people() -> sa.Select[tuple[RoundProposal]]:
    """Select proposals with request, hospital, programme, volunteer and account loaded."""
    return (
        sa.select(RoundProposal)
        .join(RoundProposal.request)
        .join(PartnerRequest.institution)
        .join(RoundProposal.volunteer)
        .join(Volunteer.account)
        .options(
            contains_eager(RoundProposal.request).contains_eager(PartnerRequest.institution),
            contains_eager(RoundProposal.request).joinedload(PartnerRequest.programme),
            contains_eager(RoundProposal.volunteer).contains_eager(Volunteer.account),
        )
    )


def list_proposals(round_id: int, *, key: str | None, chosen: bool = True) -> paging.Page[RoundProposal]:
    """Return one page of chosen proposals, or of reserves, ordered by request and rank."""
    rank_clause = RoundProposal.rank == 0 if chosen else RoundProposal.rank > 0
    statement = paging.after(
        select_with_people().where(RoundProposal.round_id == round_id, rank_clause),
        (RoundProposal.id,),
        key,
        newest_first=False,
    )
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row.id,) for row in rows])


def list_planned(round_id: int) -> Sequence[RoundProposal]:
    """Return the planned proposals of a round, ordered by id."""
    statement = sa.select(RoundProposal).where(
        RoundProposal.round_id == round_id, RoundProposal.state == ProposalState.PLANNED
    )
    return db.session.scalars(statement.order_by(RoundProposal.id)).all()


def lock_by_ids(round_id: int, ids: Collection[int]) -> Sequence[RoundProposal]:
    """Lock and return proposals of a round by id, ordered by id."""
    statement = sa.select(RoundProposal).where(RoundProposal.round_id == round_id, RoundProposal.id.in_(ids))
    return db.session.scalars(statement.order_by(RoundProposal.id).with_for_update()).all()


def count_by_state(round_id: int) -> dict[ProposalState, int]:
    """Return the number of proposals of a round in each state; empty states are left out."""
    statement = (
        sa.select(RoundProposal.state, sa.func.count(RoundProposal.id))
        .where(RoundProposal.round_id == round_id)
        .group_by(RoundProposal.state)
    )
    return dict(db.session.execute(statement).tuples().all())


def lock_to_send(*, round_id: int | None = None, limit: int) -> Sequence[RoundProposal]:
    """Lock and return planned proposals of published rounds, at most `limit`; rows locked by another process are skipped."""
    statement = (
        select_with_people()
        .join(RoundProposal.round)
        .where(RoundProposal.state == ProposalState.PLANNED, MatchingRound.state == RoundState.PUBLISHED)
    )
    if round_id is not None:
        statement = statement.where(RoundProposal.round_id == round_id)
    statement = statement.order_by(RoundProposal.id).limit(limit)
    return db.session.scalars(statement.with_for_update(of=RoundProposal, skip_locked=True)).unique().all()


def lock_reserves(request_id: int) -> Sequence[RoundProposal]:
    """Lock and return the reserves of a request from the last published round, by rank; locked rows are skipped.

    Empty if every chosen proposal of the request was left out: then the request was not to be proposed at all.
    """
    last_round_id = (
        sa.select(sa.func.max(RoundProposal.round_id))
        .join(RoundProposal.round)
        .where(RoundProposal.request_id == request_id, MatchingRound.state == RoundState.PUBLISHED)
        .scalar_subquery()
    )
    chosen_states = sa.select(RoundProposal.state).where(
        RoundProposal.request_id == request_id, RoundProposal.round_id == last_round_id, RoundProposal.rank == 0
    )
    states = set(db.session.scalars(chosen_states))
    if states == {ProposalState.LEFT_OUT}:
        return ()
    statement = select_with_people().where(
        RoundProposal.request_id == request_id,
        RoundProposal.round_id == last_round_id,
        RoundProposal.state == ProposalState.RESERVE,
    )
    statement = statement.order_by(RoundProposal.rank, RoundProposal.id)
    return db.session.scalars(statement.with_for_update(of=RoundProposal, skip_locked=True)).unique().all()


def count_open_matches(column: Any, ident: int) -> dict[MatchState, int]:
    """Count matches that await an answer by state, of one volunteer or one request (`column` of Match)."""
    statement = (
        sa.select(Match.state, sa.func.count(Match.id))
        .where(column == ident, Match.state.in_(WAITING))
        .group_by(Match.state)
    )
    return dict(db.session.execute(statement).tuples().all())


def sum_waiting_minutes(volunteer_id: int) -> int:
    """Return the weekly minutes of a volunteer's matches that await an answer."""
    statement = (
        sa.select(sa.func.coalesce(sa.func.sum(PartnerRequest.weekly_minutes), 0))
        .join(Match, Match.request_id == PartnerRequest.id)
        .where(Match.volunteer_id == volunteer_id, Match.state.in_(WAITING))
    )
    return int(db.session.scalar(statement) or 0)


def list_unfilled(round_id: int, *, key: str | None) -> paging.Page[UnfilledRequest]:
    """Return one page of requests that a round left with unfilled seats."""
    statement = (
        sa.select(UnfilledRequest)
        .where(UnfilledRequest.round_id == round_id)
        .options(
            joinedload(UnfilledRequest.request).joinedload(PartnerRequest.institution),
            joinedload(UnfilledRequest.nearest_volunteer).joinedload(Volunteer.account),
        )
    )
    statement = paging.after(statement, (UnfilledRequest.request_id,), key, newest_first=False)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).unique().all()
    return paging.cut(rows, [(row.request_id,) for row in rows])


def list_idle(round_id: int, *, key: str | None, today: dt.date) -> paging.Page[sa.Row[Any]]:
    """Return one page of ready volunteers without a proposal in the round, as rows for `facts.volunteer_facts`."""
    proposed_ids = sa.select(RoundProposal.volunteer_id).where(
        RoundProposal.round_id == round_id, RoundProposal.rank == 0
    )
    statement = (
        sa.select(*facts.volunteer_columns(), Account.name)
        .join(Account, Account.id == Volunteer.account_id)
        .where(Volunteer.state == VolunteerState.READY, Volunteer.id.not_in(proposed_ids))
        .where(sa.or_(Volunteer.ready_until_on.is_(None), Volunteer.ready_until_on >= today))
    )
    statement = paging.after(statement, (Volunteer.id,), key, newest_first=False)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.volunteer_id,) for row in rows])
