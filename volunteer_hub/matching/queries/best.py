"""The open requests that fit one volunteer best: prefiltered in the database, evaluated exactly, ranked."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core import paging
from volunteer_hub.core.cache import ExpiringCache
from volunteer_hub.core.db import db
from volunteer_hub.fit import rules
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.queries.open_requests import OpenRequest, select_for_volunteer, to_open_request
from volunteer_hub.matching.states import LIVE
from volunteer_hub.partner_requests.deadlines import MAX_UTC_OFFSET
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage, RequestSkill
from volunteer_hub.partner_requests.states import RequestState, Urgency
from volunteer_hub.vocabulary.states import LANGUAGE_RANK, SKILL_RANK

MAX_REQUESTS_RANKED = 300
"""Maximum number of requests evaluated, of those whose skills and language the volunteer has: urgent ones, then
newest.
"""
TOP_COUNT = 5
top_ids: ExpiringCache[list[int]] = ExpiringCache("best_requests", seconds=60.0, max_entries=2_000)
"""The ids of a profile's best requests; the requests themselves are evaluated on each page view."""


@lru_cache(maxsize=1)
def _prefilter_statement() -> sa.Select[Any]:
    """Select open requests whose required skills and one of whose languages the volunteer has: urgent, then newest.

    Built once.
    """
    r = PartnerRequest
    live_match = sa.select(Match.id).where(
        Match.request_id == r.id, Match.volunteer_id == sa.bindparam("volunteer_id"), Match.state.in_(LIVE)
    )
    return (
        select_for_volunteer()
        .where(r.state == RequestState.OPEN, r.seats_filled < r.seats)
        .where(sa.or_(r.respond_by_on.is_(None), r.respond_by_on >= sa.bindparam("yesterday", type_=sa.Date)))
        .where(_has_required_skills(), _speaks_a_language(), ~live_match.exists())
        .order_by(sa.case((r.urgency == Urgency.URGENT, 0), else_=1), r.opened_at.desc(), r.id.desc())
        .limit(MAX_REQUESTS_RANKED)
    )


def _has_required_skills() -> sa.ColumnElement[bool]:
    """A clause: no required skill is missing. The parameters `skills_1`, ... are the codes by level."""
    requested = RequestSkill
    satisfied = [
        sa.and_(requested.level == level, requested.skill_code.in_(sa.bindparam(f"skills_{rank}", expanding=True)))
        for level, rank in SKILL_RANK.items()
    ]
    missing = sa.select(requested.request_id).where(
        requested.request_id == PartnerRequest.id, requested.required, ~sa.or_(*satisfied)
    )
    return ~missing.exists()


def _speaks_a_language() -> sa.ColumnElement[bool]:
    """A clause: one of the languages is spoken well enough, or none is requested. Parameters: `languages_1`, ..."""
    requested = RequestLanguage
    satisfied = [
        sa.and_(requested.level == level, requested.language.in_(sa.bindparam(f"languages_{rank}", expanding=True)))
        for level, rank in LANGUAGE_RANK.items()
    ]
    any_language = sa.select(requested.request_id).where(requested.request_id == PartnerRequest.id)
    return sa.or_(~any_language.exists(), any_language.where(sa.or_(*satisfied)).exists())


def _parameters(volunteer: rules.VolunteerFacts, today: dt.date) -> dict[str, Any]:
    """Return the parameters of `_prefilter_statement`: the volunteer's codes, by the level that they satisfy."""
    values: dict[str, Any] = {"volunteer_id": volunteer.id, "yesterday": today - MAX_UTC_OFFSET}
    for rank in SKILL_RANK.values():
        values[f"skills_{rank}"] = sorted(
            code for code, volunteer_rank in volunteer.levels.items() if volunteer_rank >= rank
        )
    for rank in LANGUAGE_RANK.values():
        values[f"languages_{rank}"] = sorted(
            code for code, volunteer_rank in volunteer.languages.items() if volunteer_rank >= rank
        )
    return values


def list_best(volunteer: rules.VolunteerFacts, *, today: dt.date) -> list[OpenRequest]:
    """Return open requests, possible ones first, then by score; at most MAX_REQUESTS_RANKED. One query."""
    rows = db.session.execute(_prefilter_statement(), _parameters(volunteer, today))
    # The statement includes yesterday: in time zones behind UTC the last day may not be over yet.
    return _sort_open([to_open_request(volunteer, row, today) for row in rows])


def _sort_open(requests: list[OpenRequest]) -> list[OpenRequest]:
    return sorted((request for request in requests if request.request.is_open), key=lambda request: request.rank_key)


def page_of_best(volunteer: rules.VolunteerFacts, *, key: str | None, today: dt.date) -> paging.Page[OpenRequest]:
    """Return one page of `list_best`. Raises NotFound for an invalid key."""
    requests = list_best(volunteer, today=today)
    if key:
        is_impossible, score, request_id = paging.decode(key, int, int, int)
        start_key = (bool(is_impossible), -score, request_id)
        requests = [request for request in requests if request.rank_key > start_key]
    return paging.cut(requests, [(row.rank_key[0], row.fit.score, row.request.id) for row in requests])


def list_top(volunteer: rules.VolunteerFacts, *, today: dt.date) -> list[OpenRequest]:
    """Return the volunteer's TOP_COUNT best requests, evaluated as of now. One query.

    Which requests they are is cached for a minute per profile and version of the weights.
    """
    made_from = hash((repr(volunteer), today, weights.current().version))
    cached_ids = top_ids.find(volunteer.id, made_from)
    if cached_ids is not None:
        return _evaluate_again(volunteer, cached_ids, today)
    best = list_best(volunteer, today=today)[:TOP_COUNT]
    top_ids.store(volunteer.id, made_from, [request.request.id for request in best])
    return best


@lru_cache(maxsize=1)
def _by_id_statement() -> sa.Select[Any]:
    """Select those of the requests `request_ids`, a parameter, that are open. Built once."""
    r = PartnerRequest
    return select_for_volunteer().where(
        r.id.in_(sa.bindparam("request_ids", expanding=True)), r.state == RequestState.OPEN
    )


def _evaluate_again(volunteer: rules.VolunteerFacts, request_ids: list[int], today: dt.date) -> list[OpenRequest]:
    """Return those of these requests that are still open, evaluated as of now."""
    if not request_ids:
        return []
    rows = db.session.execute(_by_id_statement(), {"volunteer_id": volunteer.id, "request_ids": request_ids})
    return _sort_open([to_open_request(volunteer, row, today) for row in rows])
