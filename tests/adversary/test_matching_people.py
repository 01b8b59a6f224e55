"""Adversarial tests of matching: who sees, sets and revokes what, and concurrent users."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match, make_override, make_restriction
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.rounds import make_round, make_ward, new_coordinator, publish_round
from tests.support.queued_mail import list_queued_mail
from tests.support.race import race
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.fit import no_candidates
from volunteer_hub.fit.rules import Factor, RestrictionKind
from volunteer_hub.matching import queries, service, shortlists
from volunteer_hub.matching.models import FactorOverride, MatchRestriction, WeightSet
from volunteer_hub.matching.queries import weights
from volunteer_hub.matching.states import MatchState
from volunteer_hub.privacy import service as privacy
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.models import RoundProposal
from volunteer_hub.rounds.queries import rounds
from volunteer_hub.rounds.service import lifecycle as verbs
from volunteer_hub.rounds.states import ProposalState, RoundState

EXCLUDED_TEXT = "The two are not put together."
SECRET_NOTE = "Was rude to the nurses."


def grant(account: Account, role: Role, *, country: str | None = None, institution_id: int | None = None) -> Account:
    """Grant the account a second role. Returns the account."""
    scope = {"country_iso2": country, "institution_id": institution_id}
    db.session.add(RoleGrant(account_id=account.id, role=role, granted_at=clock.now(), **scope))
    db.session.commit()
    return account


def test_a_volunteer_who_directs_the_country_never_learns_of_the_exclusion(as_: Any) -> None:
    volunteer, hospital = make_fitting_volunteer(name="Dora Double"), make_institution()
    row = make_restriction(volunteer, hospital, RestrictionKind.EXCLUSION, note=SECRET_NOTE)
    browser = as_(grant(volunteer.account, Role.DIRECTOR, country=hospital.country_iso2))
    assert "There is nobody." in browser.get("/exclusions").text
    assert browser.get(f"/exclusions/{row.id}/revoke").status_code == 404
    with pytest.raises(Forbidden):
        service.revoke_restriction(row, actor=viewer_of(volunteer.account), now=clock.now())


def test_a_volunteer_who_coordinates_never_learns_of_the_exclusion(as_: Any, director: Any) -> None:
    match = make_match(state=MatchState.DECLINED, director=director)
    volunteer, hospital = match.volunteer, match.request.institution
    both = grant(volunteer.account, Role.COORDINATOR)
    other = make_account(Role.COORDINATOR)
    browser = as_(director)
    assert browser.submit(f"/matches/{match.id}/exclude", reason=SECRET_NOTE).status_code == 303
    assert [mail.recipient_email for mail in list_queued_mail("volunteer_excluded")] == [other.email]
    request = make_request(institution=hospital)
    browser = as_(both)
    for path in (
        "/matching/exclusions",
        f"/matching/exclusions?volunteer={volunteer.id}",
        f"/matching/exclusions?institution={hospital.id}",
    ):
        assert SECRET_NOTE not in browser.get(path).text, path
    page = browser.get(f"/matching/why?request={request.id}&volunteer={volunteer.id}").text
    assert EXCLUDED_TEXT in page
    for text in (SECRET_NOTE, "Not excluded by the hospital", "Excluded by the hospital"):
        assert text not in page
    assert SECRET_NOTE in as_(other).get("/matching/exclusions").text


def test_a_coordinator_does_not_take_back_what_another_recorded_about_them(as_: Any) -> None:
    volunteer, hospital = make_fitting_volunteer(), make_institution()
    row = make_restriction(volunteer, hospital, by=make_account(Role.COORDINATOR), note=SECRET_NOTE)
    mine = grant(volunteer.account, Role.COORDINATOR)
    with pytest.raises(Forbidden):
        service.revoke_restriction(row, actor=viewer_of(mine), now=clock.now())
    browser = as_(mine)
    assert "Take it back" not in browser.get("/matching/exclusions").text
    assert (
        browser.submit("/profile/conflicts", institution=str(make_institution().id), reason="Mine.").status_code == 303
    )
    own = db.session.scalars(sa.select(MatchRestriction).where(MatchRestriction.set_by_id == mine.id)).one()
    assert browser.submit(f"/profile/conflicts/{own.id}/revoke").status_code == 303


def test_a_person_cannot_override_their_own_points(as_: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    row = make_override(volunteer, request, share=0)
    mine = grant(volunteer.account, Role.COORDINATOR)
    path = f"/requests/{request.id}/volunteers/{volunteer.id}/override"
    browser = as_(mine)
    assert browser.get(path).status_code == 403
    assert browser.get(f"/overrides/{row.id}/revoke").status_code == 403
    actor = viewer_of(mine)
    with pytest.raises(Forbidden):
        service.revoke_override(row.id, actor=actor, now=clock.now())
    with pytest.raises(Forbidden):
        service.set_override(
            volunteer.id, request.id, Factor.LANGUAGE, 100, reason="I know it.", actor=actor, now=clock.now()
        )
    assert db.session.scalar(sa.select(sa.func.count(FactorOverride.id))) == 1


def test_a_refusal_shows_one_text_for_two_confidential_gates(app: Any, director: Any, now: Any) -> None:
    """The text appearing twice would disclose that there are both a conflict and an exclusion."""
    volunteer = make_fitting_volunteer()
    request = make_request()
    request.contact_id = volunteer.account_id
    db.session.commit()
    make_restriction(volunteer, request.institution, RestrictionKind.EXCLUSION)
    me = viewer_of(volunteer.account)
    with pytest.raises(DomainError) as refused:
        service.express_interest(request.id, message="Me, please.", actor=me, now=now)
    assert refused.value.message.count(EXCLUDED_TEXT) == 1


def test_unchanged_ticks_keep_what_a_colleague_set(as_: Any) -> None:
    round_ = make_round(make_ward(volunteers=3, requests=3).programme)
    path = f"/matching/rounds/{round_.id}/proposals"
    first, second, third = (one.id for one in rounds.list_proposals(round_.id, key=None).rows)
    browser = as_(make_account(Role.COORDINATOR))
    early = browser.forms(path)[-1]["data"]
    assert browser.submit(path, chosen=[str(second), str(third)]).status_code == 303
    # The other page still shows a tick at the first; its reader takes away that of the third.
    assert browser.post(path, data=early | {"chosen": [str(first), str(second)]}).status_code in (303, 409)
    db.session.expire_all()
    states = {ident: db.session.get_one(RoundProposal, ident).state for ident in (first, second, third)}
    assert states[first] is ProposalState.LEFT_OUT


def test_an_administrator_sees_no_pairs_in_the_preview_of_weights(as_: Any) -> None:
    request = make_request(title="Wards of Hillside")
    make_fitting_volunteer(name="Zebedee Quill")
    points = {one.value: weights.get_latest()[one] for one in Factor}
    points |= {"language_fit": points["language_fit"] - 5, "experience_fit": points["experience_fit"] + 5}
    for role, seen in ((Role.ADMIN, False), (Role.COORDINATOR, True)):
        browser = as_(make_account(role))
        page = browser.submit("/matching/weights/edit", reason="A try.", **{k: str(v) for k, v in points.items()}).text
        assert "would rise" in page
        assert ("Quill" in page, "Hillside" in page) == (seen, seen), role
    assert request.id


def test_an_erased_name_is_taken_out_of_the_reason_of_the_weights(as_: Any, now: Any) -> None:
    volunteer = make_fitting_volunteer(name="Zebedee Quill")
    admin = viewer_of(make_account(Role.COORDINATOR))
    points = {one: weights.get_latest()[one] for one in Factor}
    points[Factor.LANGUAGE] -= 5
    points[Factor.FAIRNESS] += 5
    service.change_weights(points, began_from=1, reason="Zebedee Quill asked for it.", actor=admin, now=now)
    db.session.commit()
    privacy.erase(volunteer.account, actor=None, now=now)
    db.session.commit()
    reasons = " ".join(db.session.scalars(sa.select(WeightSet.reason)))
    assert "asked for it" in reasons
    assert "Quill" not in reasons


def test_counts_of_excluded_volunteers_count_people(app: Any, now: Any) -> None:
    one, _other = make_fitting_volunteer(), make_fitting_volunteer()
    request = make_request()
    request.contact_id = one.account_id
    db.session.commit()
    make_restriction(one, request.institution, RestrictionKind.EXCLUSION)
    facts = queries.get_request_facts(request.id, today=now.date())
    shortlist = shortlists._shortlist_from_candidates(
        queries.list_ready_candidates(facts, today=now.date(), limit=9)[:1], None, (), 20
    )
    assert "1 is not put together with it." in no_candidates.explain_no_candidates(
        shortlist.failed_gates, facts, ready=2
    ), shortlist.failed_gates


def test_a_closed_programme_releases_nothing(app: Any) -> None:
    """It once reported proposals as released, and sent none."""
    ward = make_ward(volunteers=2, requests=2)
    round_ = make_round(ward.programme)
    ward.programme.state = ProgrammeState.CLOSED
    db.session.commit()
    with pytest.raises(DomainError):
        publish_round(round_)
    db.session.rollback()
    assert rounds.get(round_.id).state is RoundState.READY
    assert list_queued_mail("proposed") == []


@pytest.mark.race
def test_a_release_of_the_round_before_does_not_fail_the_new_one(app: Any) -> None:
    programme, actor = make_ward(volunteers=3, requests=2).programme, new_coordinator()
    old = make_round(programme).id
    new = runner.request_and_claim(programme, actor=actor, seed=3).id
    db.session.commit()
    results = runner.plan_with_reasons(programme.id, runner.parameters_of(rounds.get(new)))
    locked = threading.Event()

    def act(number: int) -> None:
        if number:
            locked.wait(10)
            verbs.store(rounds.get(new, locked=True), *results, now=clock.now())
        else:
            verbs.publish(rounds.get(old, locked=True), proposal_ids=None, actor=actor, now=clock.now())
            db.session.flush()
            locked.set()
            time.sleep(0.3)  # long enough for the other to read what is not committed yet
        db.session.commit()

    race(app, act, rivals=2)
    db.session.expire_all()
    assert rounds.get(new).state is RoundState.READY
    assert rounds.get(old).state is RoundState.PUBLISHED


def test_the_same_number_of_other_proposals_is_not_what_the_release_page_showed(as_: Any) -> None:
    round_ = make_round(make_ward(volunteers=2, requests=2).programme)
    first, second = (one.id for one in rounds.list_proposals(round_.id, key=None).rows)
    path, ticks = f"/matching/rounds/{round_.id}/publish?which=all", f"/matching/rounds/{round_.id}/proposals"
    browser = as_(make_account(Role.COORDINATOR))
    browser.submit(ticks, chosen=[str(first)])
    form_data = browser.forms(path)[-1]["data"]
    browser.submit(ticks, chosen=[str(second)])
    assert browser.post(path, data=form_data).status_code == 422
    assert list_queued_mail("proposed") == []
    assert browser.submit(path).status_code == 303
    assert len(list_queued_mail("proposed")) == 1
