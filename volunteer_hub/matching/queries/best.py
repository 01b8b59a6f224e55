"""The open requests that fit one volunteer best: narrowed in the database, judged exactly, ranked."""

from __future__ import annotations

import datetime as dt
import re
import time
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from flask import current_app

from volunteer_hub.core import paging
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
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
"""Of the open requests whose skills and language are there, so many are judged: the urgent and the newest."""
TOP_COUNT = 5
TOP_SECONDS = 60.0
"""For so long the list of requests keeps which are the best five for the same profile; they are judged anew each time."""
KEPT, MOST_KEPT = "best_requests", 2_000
KEY = re.compile(r"([01])\.(\d{1,3})\.(\d{1,9})", re.ASCII)


@lru_cache(maxsize=1)
def _near_me() -> sa.Select[Any]:
    """Open requests whose skills and one of whose languages I have, the urgent and the newest first. Built once."""
    r = PartnerRequest
    mine = sa.select(Match.id).where(
        Match.request_id == r.id, Match.volunteer_id == sa.bindparam("me"), Match.state.in_(LIVE)
    )
    return (
        select_for_volunteer()
        .where(r.state == RequestState.OPEN, r.seats_filled < r.seats)
        .where(sa.or_(r.respond_by_on.is_(None), r.respond_by_on >= sa.bindparam("yesterday", type_=sa.Date)))
        .where(_held(), _spoken(), ~mine.exists())
        .order_by(sa.case((r.urgency == Urgency.URGENT, 0), else_=1), r.opened_at.desc(), r.id.desc())
        .limit(MAX_REQUESTS_RANKED)
    )


def _held() -> sa.ColumnElement[bool]:
    """No required skill that I do not have at its level; the codes by level are parameters `skills_1` and on."""
    asked = RequestSkill
    has = [
        sa.and_(asked.level == level, asked.skill_code.in_(sa.bindparam(f"skills_{rank}", expanding=True)))
        for level, rank in SKILL_RANK.items()
    ]
    lacking = sa.select(asked.request_id).where(asked.request_id == PartnerRequest.id, asked.required, ~sa.or_(*has))
    return ~lacking.exists()


def _spoken() -> sa.ColumnElement[bool]:
    """One of the languages at its level, or none asked; the codes by level are parameters `languages_1` and on."""
    asked = RequestLanguage
    speaks = [
        sa.and_(asked.level == level, asked.language.in_(sa.bindparam(f"languages_{rank}", expanding=True)))
        for level, rank in LANGUAGE_RANK.items()
    ]
    any_asked = sa.select(asked.request_id).where(asked.request_id == PartnerRequest.id)
    return sa.or_(~any_asked.exists(), any_asked.where(sa.or_(*speaks)).exists())


def _mine(me: rules.VolunteerFacts, today: dt.date) -> dict[str, Any]:
    """Parameters of `_near_me`: what I have, by the level that it is enough for."""
    values: dict[str, Any] = {"me": me.id, "yesterday": today - MAX_UTC_OFFSET}
    for rank in SKILL_RANK.values():
        values[f"skills_{rank}"] = sorted(code for code, held in me.levels.items() if held >= rank)
    for rank in LANGUAGE_RANK.values():
        values[f"languages_{rank}"] = sorted(code for code, spoken in me.languages.items() if spoken >= rank)
    return values


def list_best(me: rules.VolunteerFacts, *, today: dt.date) -> list[OpenRequest]:
    """Open requests that may fit, what is possible first, then by score. One query.

    Of more than `BEST_DEPTH` the urgent and the newest are looked at.
    """
    rows = db.session.execute(_near_me(), _mine(me, today))
    found = [
        to_open_request(me, row, today) for row in rows
    ]  # where it is still yesterday its last day may not be over
    return sorted((one for one in found if one.request.is_open), key=lambda one: one.rank_key)


def page_of_best(me: rules.VolunteerFacts, *, key: str | None, today: dt.date) -> paging.Page[OpenRequest]:
    """One page of `best_for`. Raises NotFound for a key that is none."""
    found = list_best(me, today=today)
    if key:
        place = _read(key)
        found = [one for one in found if one.rank_key > place]
    shown = found[: paging.PAGE_SIZE]
    more = len(found) > len(shown)
    return paging.Page(shown, "{:d}.{}.{}".format(*_told(shown[-1])) if more else None)


def _told(one: OpenRequest) -> tuple[bool, int, int]:
    closed, score, ident = one.rank_key
    return closed, -score, ident


def _read(key: str) -> tuple[bool, int, int]:
    found = KEY.fullmatch(key)
    if found is None:
        raise NotFound("That page of the list is not there.")
    return found[1] == "1", -int(found[2]), int(found[3])


def list_top(me: rules.VolunteerFacts, *, today: dt.date) -> list[OpenRequest]:
    """The best few for me. Which they are is looked up once a minute and profile; how they fit is as of now. One query."""
    kept: dict[int, tuple[float, int, list[int]]] = current_app.extensions.setdefault(KEPT, {})
    mark = hash((repr(me), today, weights.current().version))
    known = kept.get(me.id)
    if known and known[1] == mark and time.monotonic() - known[0] <= TOP_SECONDS:
        return _again(me, known[2], today)
    found = list_best(me, today=today)[:TOP_COUNT]
    if len(kept) >= MOST_KEPT:
        kept.clear()
    kept[me.id] = (time.monotonic(), mark, [one.request.id for one in found])
    return found


@lru_cache(maxsize=1)
def _these() -> sa.Select[Any]:
    """Open ones of the requests `request_ids`, a parameter. Built once."""
    r = PartnerRequest
    return select_for_volunteer().where(
        r.id.in_(sa.bindparam("request_ids", expanding=True)), r.state == RequestState.OPEN
    )


def _again(me: rules.VolunteerFacts, request_ids: list[int], today: dt.date) -> list[OpenRequest]:
    """These requests, those that are still open, as they fit now."""
    if not request_ids:
        return []
    rows = db.session.execute(_these(), {"me": me.id, "request_ids": request_ids})
    found = [to_open_request(me, row, today) for row in rows]
    return sorted((one for one in found if one.request.is_open), key=lambda one: one.rank_key)
