"""Whom a published round reaches, and when partners learn of it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.rounds import make_round, make_ward, new_coordinator, publish_round
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching import service
from volunteer_hub.matching.models import Match
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as lifecycle
from volunteer_hub.rounds.service import proposals


def get_match() -> Match:
    return db.session.scalars(sa.select(Match)).one()


def test_a_request_without_published_proposals_has_no_reserves(app: Flask) -> None:
    round_ = make_round(make_ward(volunteers=4, requests=2).programme)
    published, left_out = rounds.list_planned(round_.id)
    assert not rounds.lock_reserves(published.request_id)
    lifecycle.publish(round_, proposal_ids=[published.id], actor=new_coordinator(), now=clock.now())
    db.session.commit()
    assert not rounds.lock_reserves(left_out.request_id)
    assert proposals.offer_to_reserve(left_out.request, now=clock.now()) is None
    assert rounds.lock_reserves(published.request_id)


def test_a_partner_sees_a_volunteer_only_after_they_accept(as_: Any, client: Any) -> None:
    ward = make_ward(volunteers=1, requests=1)
    publish_round(make_round(ward.programme))
    match = get_match()
    name, match_id = match.volunteer.account.name, match.id
    partner = make_account(Role.PARTNER, institution_id=ward.hospital.id)
    director = make_account(Role.DIRECTOR, country="UG")
    path = f"/requests/{match.request_id}/candidates"
    assert name not in as_(partner).get(path).text
    assert as_(partner).get(f"/matches/{match_id}").status_code == 404
    assert as_(partner).get(f"/matches/{match_id}/decline").status_code == 404
    assert name in as_(director).get(path).text
    match = get_match()
    service.accept_invitation(match, message=None, actor=viewer_of(match.volunteer.account), now=clock.now())
    db.session.commit()
    assert name in as_(partner).get(path).text
    assert as_(partner).get(f"/matches/{match_id}").status_code == 200
