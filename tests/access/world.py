"""One world with two sides, and for every route the row of "our" side that its address names."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_fund, make_placement, token_of
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState

COLUMNS = (
    "anonymous", "volunteer_own", "volunteer_other", "partner_own", "partner_other", "director_own",
    "director_other", "coordinator", "finance", "funder", "admin",
)  # fmt: skip
OPEN_SECRET, CLOSED_SECRET = "Quillonby", "Zebradine"
"""Words of our side: in a request that volunteers may read, and in what only our side may."""

FIXED = {
    "session_id": 999,
    "token": "no-such-token",
    "name": "none.eml",
    "policy": "privacy",
    "kind": "registration",
    "code": "IPC",
    "language": "en",
    "what": "placement_quiet",
}
"""What stands in an address whoever asks."""


class World:
    """Uganda is ours, Nepal is the others'."""

    def __init__(self) -> None:
        here, there = make_institution("UG"), make_institution("NP")
        programme = make_programme(here, there, needs_release=True)
        fund = make_fund(programme)
        self.people = self._people(here.id, there.id)
        ours: dict[str, Any] = {"institution": here, "raised_by": self.people["partner_own"]}
        director = self.people["director_own"]
        volunteer = make_fitting_volunteer(
            account=self.people["volunteer_own"], capacity=5, experience=f"Experience {CLOSED_SECRET}"
        )
        make_fitting_volunteer(account=self.people["volunteer_other"])
        opened = make_request(**ours, seats=3, title=f"Help {OPEN_SECRET}", need=f"We need {OPEN_SECRET}.")
        make_request(institution=there)
        private = f"Words {CLOSED_SECRET}"
        draft, submitted, expired = (
            make_request(state, **ours, title=private)
            for state in (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.EXPIRED)
        )
        told: dict[str, Any] = {"director": director, "words": private}
        match = make_match(opened, make_fitting_volunteer(), **told)
        invited = make_match(make_request(**ours), volunteer, MatchState.PROPOSED, **told)
        placement = make_placement(
            make_match(make_request(**ours), volunteer, **told), director=director, objective=private
        )
        self.ids: dict[str, Any] = FIXED | {
            "institution_id": here.id,
            "programme_id": programme.id,
            "fund_id": fund.id,
            "account_id": self.people["partner_own"].id,
            "grant_id": self._grant(self.people["partner_own"]),
            "volunteer_id": volunteer.id,
            "placement_id": placement.id,
            "match_id": match.id,
            "request_id": opened.id,
            "window_id": draft.windows[0].id,
        }
        self.requests = {"draft": draft.id, "submitted": submitted.id, "expired": expired.id}
        self.invited_id, self.own_window = invited.id, volunteer.windows[0].id
        self.idle_id, self.release_token = make_fitting_volunteer().id, token_of(placement)
        db.session.commit()

    def _people(self, here: int, there: int) -> dict[str, Account]:
        scopes: dict[str, tuple[Role, dict[str, Any]]] = {
            "volunteer_own": (Role.VOLUNTEER, {}),
            "volunteer_other": (Role.VOLUNTEER, {}),
            "partner_own": (Role.PARTNER, {"institution_id": here}),
            "partner_other": (Role.PARTNER, {"institution_id": there}),
            "director_own": (Role.DIRECTOR, {"country": "UG"}),
            "director_other": (Role.DIRECTOR, {"country": "NP"}),
        }
        scopes |= {role.value: (role, {}) for role in (Role.COORDINATOR, Role.FINANCE, Role.FUNDER, Role.ADMIN)}
        return {
            name: make_account(role, email=f"{name.replace('_', '.')}@example.org", **scope)
            for name, (role, scope) in scopes.items()
        }

    def _grant(self, account: Account) -> int:
        return int(db.session.query(RoleGrant.id).filter_by(account_id=account.id).scalar())

    def values(self, endpoint: str) -> dict[str, Any]:
        """What stands in an address of `endpoint`: a row of ours in the state that the page is for."""
        special: dict[str, dict[str, Any]] = {
            "matching.accept": {"match_id": self.invited_id},
            "matching.say_no": {"match_id": self.invited_id},
            "hosts.invite": {"volunteer_id": self.idle_id},
            "release.answer": {"token": self.release_token},
            "volunteers.remove_time": {"window_id": self.own_window},
            "volunteers.remove_specialty": {"code": "300"},
            "partner_requests.open_request": {"request_id": self.requests["submitted"]},
            "partner_requests.return_request": {"request_id": self.requests["submitted"]},
            "partner_requests.reopen": {"request_id": self.requests["expired"]},
        }
        drafting = ("need", "people", "time", "skills", "languages", "windows", "preview", "remove_skill",
                    "remove_language", "remove_window")  # fmt: skip
        if endpoint in {f"partner_requests.{name}" for name in drafting}:
            return self.ids | {"request_id": self.requests["draft"]}
        return self.ids | special.get(endpoint, {})
