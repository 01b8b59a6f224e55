"""Rounds that were run, over whatever world the test has made."""

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

    def request(self, **given: Any) -> PartnerRequest:
        """An open request of the hospital."""
        return make_request(institution=self.hospital, programme=self.programme, **given)


def new_coordinator() -> Viewer:
    """A new coordinator, as services see them."""
    return viewer_of(make_account(Role.COORDINATOR))


def make_round(programme: Programme, *, actor: Viewer | None = None, **asked: Any) -> MatchingRound:
    """A round, run to its end."""
    asked.setdefault("seed", 7)
    found = runner.request_and_claim(programme, actor=actor or new_coordinator(), **asked)
    db.session.commit()
    ident = found.id
    assert runner.run_claimed(ident)
    return rounds.get(ident)


def release_round(found: MatchingRound, *, send: bool = True) -> int:
    """Release all of it; with `send` all of it also goes out. Gives how many were released."""
    number = verbs.publish(found, proposal_ids=None, actor=new_coordinator(), now=clock.now())
    db.session.commit()
    while send and proposals.send_published(clock.now(), round_id=found.id):
        db.session.commit()
    db.session.commit()
    return number


def make_ward(volunteers: int = 3, requests: int = 2) -> Ward:
    """A ward where everybody fits everything."""
    ward = Ward()
    for _ in range(requests):
        ward.request()
    for _ in range(volunteers):
        make_fitting_volunteer()
    return ward
