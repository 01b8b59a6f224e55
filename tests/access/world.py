"""One world with two sides, and for every route the row of "our" side that its address names."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.imports import make_import
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_partnership, make_programme, make_request
from tests.factories.placements import make_fund, make_placement, token_of
from tests.factories.rounds import make_round
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.queries import recipient
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.mail.service import queue
from volunteer_hub.matching.queries import rounds
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.programmes.models import Programme

COLUMNS = (
    "anonymous", "volunteer_own", "volunteer_other", "partner_own", "partner_other", "director_own",
    "director_other", "coordinator", "finance", "funder", "admin",
)  # fmt: skip
OPEN_SECRET, CLOSED_SECRET = "Quillonby", "Zebradine"
"""Words of our side: in a request that volunteers may read, and in what only our side may."""

FIXED = {
    "session_id": 999,
    "device_id": 999,
    "token": "no-such-token",
    "name": "none.eml",
    "policy": "privacy",
    "guide": "volunteer",
    "kind": "registration",
    "code": "IPC",
    "language": "en",
    "mail_kind": "password_changed",
    "number": 1,
    "job": "forget_forms",
    "import_kind": "volunteers",
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
        working = self._at_work(ours, volunteer, told, PlacementState.ACTIVE)
        resting = self._at_work(ours, volunteer, told, PlacementState.PAUSED)
        entry = make_entry(working, note=private)
        self.working_id, self.resting_id = working.id, resting.id
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
            "mail_id": self._mail(private),
            "agreement_id": db.session.query(DataSharingAgreement.id).filter_by(institution_id=here.id).scalar(),
            "partnership_id": make_partnership(here).id,
            "window_id": draft.windows[0].id,
            "wish_id": self._wish(self.people["partner_own"]).id,
            "entry_id": entry.id,
        }
        self.requests = {"draft": draft.id, "submitted": submitted.id, "expired": expired.id}
        self.invited_id, self.own_window = invited.id, volunteer.windows[0].id
        importer = self.people["coordinator"]
        self.imports = [make_import(actor=importer).id for _ in range(2)]
        self.idle_id, self.release_token = make_fitting_volunteer().id, token_of(placement)
        self.ids |= self._round(programme)
        db.session.commit()

    def _round(self, programme: Programme) -> dict[str, int]:
        """A round that is ready, with a proposal."""
        found = make_round(programme, actor=viewer_of(self.people["coordinator"]))
        return {"round_id": found.id, "proposal_id": rounds.proposals(found.id, key=None).rows[0].id}

    def _at_work(self, ours: Any, volunteer: Any, told: Any, state: PlacementState) -> Placement:
        """A placement of ours that has begun."""
        match = make_match(make_request(**ours), volunteer, **told)
        return make_placement(match, state, director=self.people["director_own"], objective=f"Words {CLOSED_SECRET}")

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

    def _wish(self, account: Account) -> ErasureRequest:
        """A wish to be erased, as it stood before the person got work again."""
        today = clock.now()
        wish = ErasureRequest(account=account, state=ErasureState.ASKED, asked_at=today, due_on=today.date())
        db.session.add(wish)
        db.session.flush()
        return wish

    def _mail(self, words: str) -> int:
        """An e-mail that nobody but staff may read."""
        account = self.people["volunteer_own"]
        mail = queue("password_changed", recipient(account), account, now=clock.now())
        assert mail
        mail.text = words
        db.session.commit()
        return int(mail.id)

    def _grant(self, account: Account) -> int:
        return int(db.session.query(RoleGrant.id).filter_by(account_id=account.id).scalar())

    def values(self, endpoint: str) -> dict[str, Any]:
        """What stands in an address of `endpoint`: a row of ours in the state that the page is for."""
        special: dict[str, dict[str, Any]] = {
            "imports.show": {"import_id": self.imports[0]},
            "imports.take_over": {"import_id": self.imports[0]},
            "imports.discard": {"import_id": self.imports[1]},
            "matching.accept": {"match_id": self.invited_id},
            "matching.say_no": {"match_id": self.invited_id},
            "hosts.invite": {"volunteer_id": self.idle_id},
            "release.answer": {"token": self.release_token},
            "volunteers.remove_time": {"window_id": self.own_window},
            "volunteers.remove_specialty": {"code": "300"},
            "placements.pause": {"placement_id": self.working_id},
            "placements.resume": {"placement_id": self.resting_id},
            "placements.complete": {"placement_id": self.working_id},
            "hours.of_placement": {"placement_id": self.working_id},
            "hours.placement_file": {"placement_id": self.working_id},
            "hours.confirm_month": {"placement_id": self.working_id},
            "partner_requests.open_request": {"request_id": self.requests["submitted"]},
            "partner_requests.return_request": {"request_id": self.requests["submitted"]},
            "partner_requests.reopen": {"request_id": self.requests["expired"]},
        }
        drafting = ("need", "people", "time", "skills", "languages", "windows", "preview", "remove_skill",
                    "remove_language", "remove_window")  # fmt: skip
        if endpoint in {f"partner_requests.{name}" for name in drafting}:
            return self.ids | {"request_id": self.requests["draft"]}
        return self.ids | special.get(endpoint, {})
