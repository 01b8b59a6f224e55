"""A world with two sides, and for every route the ids of the rows on "our" side that its URL needs."""

from __future__ import annotations

from typing import Any

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.imports import make_import
from tests.factories.mail import make_paused_address
from tests.factories.matching import make_fitting_volunteer, make_match, make_override, make_restriction
from tests.factories.partner_requests import make_institution, make_partnership, make_programme, make_request
from tests.factories.placements import make_fund, make_placement, release_token
from tests.factories.rounds import make_round
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions.models import DataSharingAgreement, Institution
from volunteer_hub.mail.service import queue
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy.models import ErasureRequest
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.programmes.models import Programme
from volunteer_hub.rounds.queries import rounds

COLUMNS = (
    "anonymous", "volunteer_own", "volunteer_other", "partner_own", "partner_other", "director_own",
    "director_other", "coordinator", "finance", "funder", "admin",
)  # fmt: skip
OPEN_SECRET, CLOSED_SECRET = "Quillonby", "Zebradine"
"""Secret words of our side: in a request that volunteers may read, and in texts that only our side may read."""
PRIVATE = f"Words {CLOSED_SECRET}"

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
    "weights_id": 1,
    "job": "forget_forms",
    "import_kind": "volunteers",
    "what": "placement_quiet",
}
"""URL arguments that are the same for all accounts."""


class World:
    """Uganda is our side, Nepal the other."""

    def __init__(self) -> None:
        here, there = make_institution("UG"), make_institution("NP")
        programme = make_programme(here, there, needs_release=True)
        fund = make_fund(programme)
        self.people = self._people(here.id, there.id)
        self.ours: dict[str, Any] = {"institution": here, "contact": self.people["partner_own"]}
        self.approval: dict[str, Any] = {"director": self.people["director_own"], "message": PRIVATE}
        self.volunteer = make_fitting_volunteer(
            account=self.people["volunteer_own"], capacity=5, experience=f"Experience {CLOSED_SECRET}"
        )
        make_fitting_volunteer(account=self.people["volunteer_other"])
        self.own_window = self.volunteer.windows[0].id
        self.ids = FIXED | self._of_institution(here) | self._of_people()
        self.ids |= {"programme_id": programme.id, "fund_id": fund.id, "volunteer_id": self.volunteer.id}
        self.ids |= self._requests(there) | self._placements()
        self.imports = [make_import(actor=self.people["coordinator"]).id for _ in range(2)]
        self._restrictions(there)
        self.ids |= self._round(programme)
        self.idle_id = make_fitting_volunteer().id
        db.session.commit()

    def _of_institution(self, here: Institution) -> dict[str, Any]:
        agreement = db.session.query(DataSharingAgreement.id).filter_by(institution_id=here.id).scalar()
        return {"institution_id": here.id, "agreement_id": agreement, "partnership_id": make_partnership(here).id}

    def _round(self, programme: Programme) -> dict[str, int]:
        """A round that is ready, with a proposal."""
        matching_round = make_round(programme, actor=viewer_of(self.people["coordinator"]))
        return {
            "round_id": matching_round.id,
            "proposal_id": rounds.list_proposals(matching_round.id, key=None).rows[0].id,
        }

    def _of_people(self) -> dict[str, Any]:
        partner = self.people["partner_own"]
        return {
            "account_id": partner.id,
            "grant_id": self._grant(partner),
            "mail_id": self._mail(PRIVATE),
            "bounces_id": make_paused_address(f"{CLOSED_SECRET.lower()}@example.org").id,
            "erasure_request_id": self._erasure_request(partner).id,
        }

    def _requests(self, there: Institution) -> dict[str, Any]:
        """Requests of ours in several states, and one of the others'."""
        opened = make_request(**self.ours, seats=3, title=f"Help {OPEN_SECRET}", need=f"We need {OPEN_SECRET}.")
        make_request(institution=there)
        draft, submitted, expired = (
            make_request(state, **self.ours, title=PRIVATE)
            for state in (RequestState.DRAFT, RequestState.SUBMITTED, RequestState.EXPIRED)
        )
        self.requests = {"draft": draft.id, "submitted": submitted.id, "expired": expired.id}
        match = make_match(opened, make_fitting_volunteer(), **self.approval)
        return {"request_id": opened.id, "window_id": draft.windows[0].id, "match_id": match.id}

    def _placements(self) -> dict[str, Any]:
        """An invitation to our volunteer, and their placements: planned, at work, paused."""
        self.invited_id = make_match(make_request(**self.ours), self.volunteer, MatchState.PROPOSED, **self.approval).id
        planned = make_placement(
            make_match(make_request(**self.ours), self.volunteer, **self.approval),
            director=self.people["director_own"],
            objective=PRIVATE,
        )
        working, resting = self._at_work(PlacementState.ACTIVE), self._at_work(PlacementState.PAUSED)
        self.working_id, self.resting_id = working.id, resting.id
        self.release_token = release_token(planned)
        return {"placement_id": planned.id, "entry_id": make_entry(working, note=PRIVATE).id}

    def _at_work(self, state: PlacementState) -> Placement:
        """A placement of ours that has begun."""
        match = make_match(make_request(**self.ours), self.volunteer, **self.approval)
        return make_placement(match, state, director=self.people["director_own"], objective=PRIVATE)

    def _restrictions(self, there: Institution) -> None:
        """Our volunteer apart from the others' hospital, another one from ours, and points set by hand."""
        apart, hosts, staff = make_fitting_volunteer(), self.people["partner_own"], self.people["coordinator"]
        opened = db.session.get_one(PartnerRequest, self.ids["request_id"])
        self.own_bar_id = make_restriction(self.volunteer, there, note=PRIVATE).id
        self.staff_bar_id = make_restriction(apart, there, by=staff, note=PRIVATE).id
        self.host_bar_id = make_restriction(
            apart, opened.institution, RestrictionKind.EXCLUSION, by=hosts, note=PRIVATE
        ).id
        self.ids["override_id"] = make_override(apart, opened, by=staff, reason=PRIVATE).id

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

    def _erasure_request(self, account: Account) -> ErasureRequest:
        """Create an open erasure request of an account that has work again."""
        today = clock.now()
        erasure_request = ErasureRequest(
            account=account, state=ErasureState.REQUESTED, requested_at=today, due_on=today.date()
        )
        db.session.add(erasure_request)
        db.session.flush()
        return erasure_request

    def _mail(self, text: str) -> int:
        """Queue an email that only staff may read."""
        account = self.people["volunteer_own"]
        mail = queue("password_changed", as_recipient(account), account, now=clock.now())
        assert mail
        mail.text = text
        db.session.commit()
        return int(mail.id)

    def _grant(self, account: Account) -> int:
        return int(db.session.query(RoleGrant.id).filter_by(account_id=account.id).scalar())

    def values(self, endpoint: str) -> dict[str, Any]:
        """Return the URL arguments of `endpoint`: rows of our side in the state that the page is for."""
        special: dict[str, dict[str, Any]] = {
            "imports.show": {"import_id": self.imports[0]},
            "imports.confirm": {"import_id": self.imports[0]},
            "imports.discard": {"import_id": self.imports[1]},
            "matching.accept": {"match_id": self.invited_id},
            "matching.decline_or_withdraw": {"match_id": self.invited_id},
            "matching.invite": {"volunteer_id": self.idle_id},
            "old_address": {"new_endpoint": "matching.revoke_restriction", "restriction_id": self.staff_bar_id},
            "matching.revoke_my_conflict": {"restriction_id": self.own_bar_id},
            "matching.revoke_restriction": {"restriction_id": self.staff_bar_id},
            "matching.revoke_exclusion": {"restriction_id": self.host_bar_id},
            "placements.answer_release": {"token": self.release_token},
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
