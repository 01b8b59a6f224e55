"""Fifty concurrent approvals for the last seat, over HTTP (docs/invariants.md, I8 and I12), and a control that breaks."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.support.http_user import HttpUser, post_at_once
from tests.support.live import LiveServer
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState, Origin, Reason
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement

pytestmark = pytest.mark.race
RIVALS, ROUNDS = 50, 20


class Arena:
    """A hospital, its director, and fifty volunteers who all apply for one seat."""

    def __init__(self, live: LiveServer) -> None:
        self.live = live
        with live.app.app_context():
            hospital = make_institution("UG")
            make_programme(hospital)
            self.hospital_id = hospital.id
            director = make_account(Role.DIRECTOR, country="UG")
            self.volunteers = [make_fitting_volunteer(capacity=50).id for _ in range(RIVALS)]
            email = director.email
        self.director = HttpUser(live.port).sign_in(email)

    def new_round(self) -> tuple[int, list[int]]:
        """Create a request with one seat and a waiting match of each volunteer. Returns the ids."""
        with self.live.app.app_context():
            now = clock.now()
            request = make_request(institution=db.session.get_one(Institution, self.hospital_id), seats=1)
            matches = [self._match(request.id, volunteer_id, now) for volunteer_id in self.volunteers]
            db.session.add_all(matches)
            db.session.commit()
            return request.id, [match.id for match in matches]

    def _match(self, request_id: int, volunteer_id: int, now: dt.datetime) -> Match:
        return Match(
            request_id=request_id,
            volunteer_id=volunteer_id,
            origin=Origin.APPLICATION,
            state=MatchState.ACCEPTED,
            score=80,
            score_breakdown="[]",
            volunteer_message="I would like to.",
            created_at=now,
            accepted_at=now,
            respond_by_at=now + dt.timedelta(days=7),
        )

    def race(self, match_ids: list[int]) -> list[tuple[int, str]]:
        """Post fifty approvals at the same instant."""
        answers = {
            "starts_on-year": "2027",
            "starts_on-month": "3",
            "starts_on-day": "1",
            "starts_on": "2027-03-01",
            "objective": "Hand hygiene is audited.",
            "allocation": "0",
            "message": "",
        }
        posts = [(f"/matches/{n}/approve", answers | {"form_key": secrets.token_hex(8)}) for n in match_ids]
        return post_at_once(self.director, posts)

    def outcome(self, request_id: int) -> dict[str, Any]:
        """Return the state of the database afterwards."""
        with self.live.app.app_context():
            request = db.session.get_one(PartnerRequest, request_id)
            matches = db.session.scalars(sa.select(Match).where(Match.request_id == request_id)).all()
            placements = sa.select(sa.func.count(Placement.id)).where(Placement.request_id == request_id)
            return {
                "placements": db.session.scalar(placements),
                "approved": sum(match.state is MatchState.APPROVED for match in matches),
                "declined": sum((m.state, m.reason) == (MatchState.DECLINED, Reason.SEATS_FILLED) for m in matches),
                "seats_filled": request.seats_filled,
                "state": request.state,
            }


ONE_WINNER = {
    "placements": 1,
    "approved": 1,
    "declined": RIVALS - 1,
    "seats_filled": 1,
    "state": RequestState.FILLED,
}


def test_of_fifty_rivals_over_http_exactly_one_gets_the_last_seat(live_server: LiveServer) -> None:
    arena = Arena(live_server)
    for _ in range(ROUNDS):
        request_id, match_ids = arena.new_round()
        replies = arena.race(match_ids)
        statuses = sorted(status for status, _text in replies)
        assert statuses == [303] + [409] * (RIVALS - 1), (statuses, live_server.log()[-4000:])
        assert arena.outcome(request_id) == ONE_WINNER


def test_control_without_the_guards_a_seat_is_given_twice(server_without_guards: LiveServer) -> None:
    arena = Arena(server_without_guards)
    for _ in range(ROUNDS):
        request_id, match_ids = arena.new_round()
        arena.race(match_ids)
        if arena.outcome(request_id)["placements"] > 1:
            return
    pytest.fail("the race is too tame: it does not break a service without guards")
