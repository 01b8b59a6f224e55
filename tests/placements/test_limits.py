"""Edge cases of approvals: concurrency, agreements that end, unusual dates."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import director_of, make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.support.race import race
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import get_for_host
from volunteer_hub.placements import service
from volunteer_hub.placements.models import Placement


def approve(match: Match, director: Account, **changed: Any) -> Placement:
    """Approve a match without an allocation."""
    arguments = {
        "starts_on": match.request.earliest_start_on,
        "objective": "A rota",
        "allocation_minor": 0,
        "message": None,
    }
    return service.approve(match, **arguments | changed, actor=viewer_of(director), now=clock.now())


@pytest.mark.race
def test_concurrent_approvals_do_not_overbook_a_volunteer(app: Flask) -> None:
    institution = make_institution("UG")
    volunteer = make_fitting_volunteer(capacity=1)
    matches = [make_match(make_request(institution=institution), volunteer) for _ in range(2)]
    director = viewer_of(director_of(matches[0].request))
    ids = [match.id for match in matches]

    def act(number: int) -> bool:
        try:
            match = get_for_host(director, ids[number], Role.DIRECTOR)
            service.approve(
                match,
                starts_on=match.request.earliest_start_on,
                objective="A rota",
                allocation_minor=0,
                message=None,
                actor=director,
                now=clock.now(),
            )
            db.session.commit()
        except (Conflict, DomainError):
            db.session.rollback()
            return False
        return True

    assert sum(race(app, act, rivals=2)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Placement)) == 1


def test_the_work_ends_before_the_programme_does(app: Flask) -> None:
    match = make_match()
    with pytest.raises(DomainError, match="programme ends"):
        approve(match, director_of(match.request), starts_on=match.request.programme.ends_on)


def test_without_an_agreement_the_volunteer_is_not_named(client: Any, now: dt.datetime) -> None:
    placement = make_placement()
    name, email = placement.volunteer.account.name, placement.volunteer.account.email
    client.sign_in(placement.director.email)
    assert name in client.get(f"/placements/{placement.id}").text
    db.session.execute(sa.delete(DataSharingAgreement))
    db.session.commit()
    for path in ("/placements/", f"/placements/{placement.id}"):
        page = client.get(path)
        assert page.status_code == 200
        assert name not in page.text
        assert email not in page.text


def test_a_partner_contact_who_is_director_elsewhere_cannot_invite(client: Any) -> None:
    request = make_request(institution=make_institution("UG"))
    volunteer = make_fitting_volunteer()
    both = make_account(Role.PARTNER, institution_id=request.institution_id)
    db.session.add(RoleGrant(account_id=both.id, role=Role.DIRECTOR, country_iso2="NP", granted_at=clock.now()))
    db.session.commit()
    client.sign_in(both.email)
    assert "Whom you could invite" not in client.get(f"/requests/{request.id}/candidates").text
    assert client.get(f"/requests/{request.id}/invite/{volunteer.id}").status_code == 404
