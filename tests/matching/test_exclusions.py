"""Match restrictions: conflicts of interest, exclusions by hospitals, and revoking them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match, make_restriction
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_fund
from tests.factories.volunteers import nhs_employer
from tests.support.query_count import page_queries
from tests.support.queued_mail import mails
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden, NotFound
from volunteer_hub.fit.rules import RestrictionKind
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching import service
from volunteer_hub.matching.models import MatchRestriction
from volunteer_hub.matching.states import MatchState

REASON = "My brother runs the pharmacy there."
NEUTRAL_SENTENCE = "The two are not put together."


@pytest.fixture
def coordinator(app: Any) -> Any:
    return make_account(Role.COORDINATOR, email="cora@example.org", name="Cora Coordinator")


def rows() -> list[MatchRestriction]:
    db.session.expire_all()
    return list(db.session.scalars(sa.select(MatchRestriction).order_by(MatchRestriction.id)))


def acts() -> list[str]:
    statement = sa.select(AuditEntry.action).where(AuditEntry.subject_type == "match_bar")
    return list(db.session.scalars(statement.order_by(AuditEntry.sequence)))


def partner_of(request: Any) -> Any:
    return make_account(Role.PARTNER, institution_id=request.institution_id, name="Paula Partner")


def test_a_volunteer_declares_a_conflict_and_revokes_it(as_: Any, coordinator: Any) -> None:
    volunteer, request = make_fitting_volunteer(), make_request()
    browser = as_(volunteer.account)
    answers = {"institution": str(request.institution_id), "reason": REASON}
    assert browser.submit("/profile/conflicts", **answers).status_code == 303
    [row] = rows()
    assert (row.kind, row.reason, row.set_by_id) == (RestrictionKind.CONFLICT, REASON, volunteer.account_id)
    assert REASON in browser.get("/profile/conflicts").text
    assert NEUTRAL_SENTENCE in browser.get(f"/find/{request.id}").text
    assert browser.submit("/profile/conflicts", **answers).status_code == 409
    back = f"/profile/conflicts/{row.id}/revoke"
    data = browser.forms(back)[-1]["data"]
    assert [browser.post(back, data=data).status_code for _ in range(2)] == [303, 303]
    assert "was taken back already" in browser.get(back).text
    late = browser.post(back, data=data | {"form_key": "another"})
    assert late.status_code == 409
    assert NEUTRAL_SENTENCE not in browser.get(f"/find/{request.id}").text
    assert acts() == ["match_bar.set", "match_bar.lifted"]
    assert browser.submit("/profile/conflicts", **answers).status_code == 303
    assert mails() == set()


@pytest.mark.parametrize("answers", [{"institution": ""}, {"reason": " "}, {"institution": "999999"}])
def test_invalid_values_are_refused(as_: Any, answers: dict[str, str]) -> None:
    hospital = make_institution()
    form_values = {"institution": str(hospital.id), "reason": REASON} | answers
    reply = as_(make_fitting_volunteer().account).submit("/profile/conflicts", **form_values)
    assert (reply.status_code, rows()) == (422, [])


def test_a_conflict_is_with_a_hospital_and_declared_by_the_right_person(app: Any, now: Any) -> None:
    volunteer, other, hospital = make_fitting_volunteer(), make_fitting_volunteer(), make_institution()
    mine = viewer_of(volunteer.account)
    with pytest.raises(NotFound):
        service.restrict(volunteer.id, nhs_employer().id, RestrictionKind.CONFLICT, reason=REASON, actor=mine, now=now)
    for who, kind in ((other.id, RestrictionKind.CONFLICT), (volunteer.id, RestrictionKind.EXCLUSION)):
        with pytest.raises(Forbidden):
            service.restrict(who, hospital.id, kind, reason=REASON, actor=mine, now=now)
    row = make_restriction(other, hospital)
    with pytest.raises(Forbidden):
        service.revoke_restriction(row, actor=mine, now=now)


def test_a_coordinator_records_one_for_a_volunteer(as_: Any, coordinator: Any) -> None:
    volunteer, hospital = make_fitting_volunteer(name="Vera Volunteer"), make_institution(name="Hillside Hospital")
    browser = as_(coordinator)
    answers = {"institution": str(hospital.id), "reason": "Told on the telephone."}
    assert browser.submit(f"/volunteers/{volunteer.id}/conflicts", **answers).status_code == 303
    [row] = rows()
    own = as_(volunteer.account)
    page = own.get("/profile/conflicts").text
    assert "Hillside Hospital" in page
    assert "Told on the telephone" not in page
    assert own.get(f"/profile/conflicts/{row.id}/revoke").status_code == 404
    browser = as_(coordinator)
    assert "Told on the telephone" in browser.get("/matching/exclusions").text
    assert browser.get("/volunteers/999/conflicts").status_code == 404
    assert browser.submit(f"/matching/exclusions/{row.id}/revoke").status_code == 303
    assert rows()[0].revoked_by_id == coordinator.id
    assert "Told on the telephone" not in browser.get("/matching/exclusions").text
    assert "Told on the telephone" in browser.get("/matching/exclusions?lifted=1").text


def test_restrictions_set_by_others_cannot_be_revoked(as_: Any) -> None:
    row = make_restriction(make_fitting_volunteer(), make_institution())
    browser = as_(make_fitting_volunteer().account)
    path = f"/profile/conflicts/{row.id}/revoke"
    assert browser.get(path).status_code == 404
    token = browser.forms("/account")[0]["data"]["csrf_token"][0]
    assert browser.post(path, data={"csrf_token": token}).status_code == 404
    assert rows()[0].revoked_at is None


def test_a_hospital_excludes_a_volunteer_who_never_learns_of_it(as_: Any, director: Any, coordinator: Any) -> None:
    match = make_match(state=MatchState.DECLINED, director=director)
    partner, volunteer, hospital = partner_of(match.request), match.volunteer, match.request.institution
    next_one = make_request(institution=hospital)
    browser, path = as_(partner), f"/matches/{match.id}/exclude"
    assert path in browser.get(f"/matches/{match.id}").text
    assert browser.submit(path, reason=" ").status_code == 422
    data = browser.forms(path)[-1]["data"] | {"reason": "Was rude to the nurses."}
    assert [browser.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert browser.submit(path, reason="Again").status_code == 409
    [row] = rows()
    assert (row.kind, row.set_by_id, row.institution_id) == (RestrictionKind.EXCLUSION, partner.id, hospital.id)
    assert mails() == {("volunteer_excluded", coordinator.email)}
    text = db.session.scalars(sa.select(OutboxMail.text)).one()
    assert "rude" not in text
    assert "Paula Partner" in text
    own = as_(volunteer.account)
    page = own.get(f"/find/{next_one.id}").text
    assert NEUTRAL_SENTENCE in page
    assert "rude" not in page
    assert "Excluded" not in page
    assert hospital.name not in own.get("/profile/conflicts").text.split("<ul")[1].split("</form>")[0].split("<form")[0]


def test_reasons_are_shown_to_their_author_and_coordinators_only(as_: Any, director: Any, coordinator: Any) -> None:
    match = make_match(director=director)
    partner, colleague = partner_of(match.request), partner_of(match.request)
    row = make_restriction(
        match.volunteer, match.request.institution, RestrictionKind.EXCLUSION, by=partner, note="Quite private"
    )
    assert "Quite private" in as_(partner).get("/exclusions").text
    for other in (colleague, director):
        page = as_(other).get("/exclusions").text
        assert match.volunteer.account.name in page
        assert "Quite private" not in page
        assert "Quite private" not in as_(other).get(f"/matches/{match.id}").text
    browser = as_(coordinator)
    assert "Quite private" in browser.get(f"/matching/exclusions?institution={match.request.institution_id}").text
    assert "Quite private" in browser.get(f"/matching/exclusions?volunteer={match.volunteer_id}").text
    assert browser.get(f"/matching/exclusions/{row.id}/revoke").status_code == 404


def test_a_colleague_lets_the_volunteer_be_proposed_again(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    row = make_restriction(match.volunteer, match.request.institution, RestrictionKind.EXCLUSION)
    browser = as_(partner_of(match.request))
    assert browser.submit(f"/exclusions/{row.id}/revoke").status_code == 303
    assert rows()[0].revoked_at is not None
    assert mails() == set()
    assert "was taken back already" in browser.get(f"/exclusions/{row.id}/revoke").text


def test_other_hospitals_neither_see_nor_revoke_it(as_: Any, director: Any) -> None:
    match = make_match(director=director)
    row = make_restriction(match.volunteer, match.request.institution, RestrictionKind.EXCLUSION)
    others = make_account(Role.PARTNER, institution_id=make_institution("NP").id)
    for account in (others, make_account(Role.DIRECTOR, country="NP")):
        browser = as_(account)
        assert match.volunteer.account.name not in browser.get("/exclusions").text
        assert browser.get(f"/exclusions/{row.id}/revoke").status_code == 404
        assert browser.get(f"/matches/{match.id}/exclude").status_code == 404
    with pytest.raises(Forbidden):
        service.revoke_restriction(row, actor=viewer_of(others), now=row.set_at)


def test_without_an_agreement_no_name_is_shown(as_: Any, director: Any) -> None:
    match = make_match(volunteer=make_fitting_volunteer(name="Zebedee Quill"), director=director)
    row = make_restriction(match.volunteer, match.request.institution, RestrictionKind.EXCLUSION)
    db.session.execute(sa.delete(DataSharingAgreement))
    db.session.commit()
    browser = as_(director)
    for path in ("/exclusions", f"/exclusions/{row.id}/revoke", f"/matches/{match.id}", f"/matches/{match.id}/decline"):
        assert "Quill" not in browser.get(path).text, path
    assert browser.get(f"/matches/{match.id}/exclude").status_code == 404


def test_a_waiting_match_stays_but_is_neither_approved_nor_accepted(as_: Any, director: Any, coordinator: Any) -> None:
    match = make_match(director=director)
    make_fund(match.request.programme)
    make_restriction(match.volunteer, match.request.institution)
    browser = as_(director)
    assert "cannot be accepted or approved" in browser.get(f"/matches/{match.id}").text
    reply = browser.submit(f"/matches/{match.id}/approve", allocation="0")
    assert reply.status_code == 422
    assert NEUTRAL_SENTENCE in reply.text
    db.session.expire_all()
    assert match.state is MatchState.ACCEPTED
    assert "cannot be approved while this holds" in as_(match.volunteer.account).get("/profile/conflicts").text
    assert "1 match of the two still waits" in as_(coordinator).get("/matching/exclusions").text
    invited = make_match(state=MatchState.PROPOSED, director=director)
    make_restriction(invited.volunteer, invited.request.institution, RestrictionKind.EXCLUSION)
    assert "still waits for an answer between you" in as_(director).get("/exclusions").text
    reply = as_(invited.volunteer.account).submit(f"/matches/{invited.id}/accept", reason="")
    assert reply.status_code == 422
    assert NEUTRAL_SENTENCE in reply.text


def test_one_restriction_of_a_kind_is_in_force(app: Any, now: Any) -> None:
    volunteer, hospital = make_fitting_volunteer(), make_institution()
    row = make_restriction(volunteer, hospital)
    make_restriction(volunteer, hospital, RestrictionKind.EXCLUSION)
    with pytest.raises(Conflict):
        make_restriction(volunteer, hospital)
    service.revoke_restriction(row, actor=viewer_of(volunteer.account), now=now)
    db.session.commit()
    with pytest.raises(Conflict):
        service.revoke_restriction(row, actor=viewer_of(volunteer.account), now=now)
    assert make_restriction(volunteer, hospital).id != row.id


@pytest.mark.parametrize("count", [1, 30])
def test_lists_cost_the_same_whatever_there_is(as_: Any, coordinator: Any, count: int) -> None:
    hospital, volunteer = make_institution(), make_fitting_volunteer()
    for _ in range(count):
        make_restriction(volunteer, make_institution())
        make_restriction(make_fitting_volunteer(), hospital, RestrictionKind.EXCLUSION)
    assert len(page_queries(as_(volunteer.account), "/profile/conflicts")) <= 6
    partner = as_(make_account(Role.PARTNER, institution_id=hospital.id))
    assert len(page_queries(partner, "/exclusions")) == 1
    browser = as_(coordinator)
    assert len(page_queries(browser, "/matching/exclusions")) == 1
    assert len(page_queries(browser, f"/matching/exclusions?institution={hospital.id}")) == 2
    assert len(page_queries(browser, f"/matching/exclusions?volunteer={volunteer.id}")) == 2
    assert ("Show the next ones" in browser.get("/matching/exclusions").text) is (count == 30)


def test_the_list_continues_on_the_next_page(as_: Any, coordinator: Any, clock: Any) -> None:
    hospital = make_institution()
    names = []
    for _ in range(25):
        clock.advance(minutes=1)
        volunteer = make_fitting_volunteer()
        make_restriction(volunteer, hospital, at=clock.instant)
        names.append(volunteer.account.name)
    browser = as_(coordinator)
    first = browser.get("/matching/exclusions").text
    link = first.split('class="app-more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = browser.get(link).text
    for name in names[5:]:
        assert f">{name}<" in first
    for name in names[:5]:
        assert f">{name}<" in second
