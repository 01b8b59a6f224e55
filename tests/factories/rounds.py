"""Completed matching rounds, over the rows that the test has created."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_institution, make_programme, make_request
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import MatchingRound
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.service import proposals


class Ward:
    """A programme with one hospital."""

    def __init__(self, country: str = "UG", **programme: Any) -> None:
        self.hospital = make_institution(country)
        self.programme = make_programme(self.hospital, **programme)

    def request(self, **options: Any) -> PartnerRequest:
        """Create an open request of the hospital."""
        return make_request(institution=self.hospital, programme=self.programme, **options)


def new_coordinator() -> Viewer:
    """Create a coordinator, and return the viewer."""
    return viewer_of(make_account(Role.COORDINATOR))


def make_round(programme: Programme, *, actor: Viewer | None = None, **options: Any) -> MatchingRound:
    """Request a round, run it to its end and return it."""
    options.setdefault("seed", 7)
    round_ = runner.request_and_claim(programme, actor=actor or new_coordinator(), **options)
    db.session.commit()
    round_id = round_.id
    assert runner.run_claimed(round_id)
    return rounds.get(round_id)


def publish_round(round_: MatchingRound, *, send: bool = True) -> int:
    """Publish all proposals of a round; with `send` also send them. Returns how many were published."""
    number = verbs.publish(round_, proposal_ids=None, actor=new_coordinator(), now=clock.now())
    db.session.commit()
    while send and proposals.send_published(clock.now(), round_id=round_.id):
        db.session.commit()
    db.session.commit()
    return number


def make_ward(volunteers: int = 3, requests: int = 2) -> Ward:
    """Create a ward whose volunteers fit all of its requests."""
    ward = Ward()
    for _ in range(requests):
        ward.request()
    for _ in range(volunteers):
        make_fitting_volunteer()
    return ward
