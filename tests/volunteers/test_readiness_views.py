"""The coordinator's pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import TestClock
from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from tests.support.counting import queries_of
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers import service
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def coordinator(client: Any) -> Account:
    """A coordinator, signed in."""
    account = make_account(Role.COORDINATOR, name="Cora Dinator")
    client.sign_in(account.email)
    return account


def path(volunteer: Volunteer, kind: CheckKind) -> str:
    return f"/readiness/{volunteer.id}/checks/{kind.value}"


def record(client: Any, volunteer: Volunteer, kind: CheckKind, **answers: str) -> Any:
    given = {"state": "met", "evidence": "Looked up", "checked_on": "2026-11-20"}
    return client.submit(path(volunteer, kind), **(given | answers))


def kinds_mailed(email: str) -> list[str]:
    return list(db.session.scalars(sa.select(OutboxMail.kind).where(OutboxMail.recipient_email == email)))


def several(client: Any, volunteer: Volunteer, *kinds: CheckKind, **answers: str) -> Any:
    """Tick these kinds on the page for several checks."""
    given = {"checked_on": "2026-11-20"}
    for kind in kinds:
        given |= {f"state_{kind}": "yes", f"evidence_{kind}": "Looked up"}
    return client.submit(f"/readiness/{volunteer.id}/checks", **(given | answers))


OPEN = [kind for kind in CheckKind if kind is not CheckKind.CODE_OF_CONDUCT]


def test_several_checks_are_recorded_in_one_go(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    assert "Record several checks" in client.get(f"/readiness/{volunteer.id}").text
    done = several(client, volunteer, *OPEN, expires_on_safeguarding="2027-05-01")
    assert done.status_code == 303
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert volunteer.ready_until_on == dt.date(2027, 5, 1)
    assert kinds_mailed(volunteer.account.email) == ["readiness_ready"]
    assert "Every check is met and in date" in client.get(f"/readiness/{volunteer.id}/checks").text


def test_the_page_for_several_checks_costs_six_queries_at_most(client: Any, coordinator: Account) -> None:
    assert len(queries_of(client, f"/readiness/{make_volunteer(ready=False).id}/checks")) <= 6


def test_two_renewed_checks_settle_once(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(expires_on=TODAY - dt.timedelta(days=1), at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    out = [check.kind for check in volunteer.checks if check.expires_on]
    assert len(out) > 1
    assert several(client, volunteer, *out).status_code == 303
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert kinds_mailed(volunteer.account.email) == []


def test_what_is_not_ticked_stays_to_be_checked(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    assert several(client, volunteer, CheckKind.SAFEGUARDING).status_code == 303
    db.session.expire_all()
    states = {check.kind: check.state for check in volunteer.checks}
    assert states[CheckKind.SAFEGUARDING] is CheckState.MET
    assert states[CheckKind.TOOLKIT] is CheckState.OUTSTANDING
    assert volunteer.state is VolunteerState.CHECKING


def test_one_wrong_answer_records_none_and_stands_at_its_field(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    refused = several(client, volunteer, CheckKind.SAFEGUARDING, CheckKind.TOOLKIT, evidence_toolkit="")
    assert refused.status_code == 422
    assert 'href="#evidence_toolkit"' in refused.text
    assert 'value="Looked up"' in refused.text
    db.session.expire_all()
    assert {c.state for c in volunteer.checks if c.kind in OPEN} == {CheckState.OUTSTANDING}


def test_nothing_ticked_is_refused(client: Any, coordinator: Account) -> None:
    refused = several(client, make_volunteer(ready=False))
    assert refused.status_code == 422
    assert "Tick the checks that are met" in refused.text


def test_nobody_records_their_own_checks_in_one_go(client: Any) -> None:
    account = make_account(Role.COORDINATOR, Role.VOLUNTEER)
    volunteer = make_volunteer(ready=False, account=account)
    client.sign_in(account.email)
    assert several(client, volunteer, CheckKind.TOOLKIT).status_code in {403, 422}
    db.session.expire_all()
    assert all(check.checked_by_id is None for check in volunteer.checks)


def test_two_coordinators_at_once_the_second_is_told(app: Any, client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    page = f"/readiness/{volunteer.id}/checks"
    old = client.forms(page)[-1]["data"]
    assert record(client, volunteer, CheckKind.TOOLKIT, evidence="Certificate 7").status_code == 303
    second = client.post(page, data=old | {"state_toolkit": "yes", "evidence_toolkit": "Mine"})
    assert second.status_code == 409
    assert "Somebody recorded a check meanwhile" in second.text
    assert 'value="Mine"' in second.text
    db.session.expire_all()
    assert {c.evidence for c in volunteer.checks if c.kind is CheckKind.TOOLKIT} == {"Certificate 7"}


def test_the_last_check_makes_ready_until_the_first_expiry(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    for kind in CheckKind:
        expires = {"expires_on": "2027-05-01"} if kind is CheckKind.SAFEGUARDING else {}
        assert record(client, volunteer, kind, **expires).status_code == 303
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert volunteer.ready_until_on == dt.date(2027, 5, 1)
    assert {check.checked_by_id for check in volunteer.checks} == {coordinator.id}
    assert kinds_mailed(volunteer.account.email) == ["readiness_ready"]
    page = client.get(f"/readiness/{volunteer.id}")
    assert "recorded a check as met" in page.text
    assert "by Cora Dinator" in page.text


def test_a_check_not_met_takes_a_ready_volunteer_back(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer()
    assert record(client, volunteer, CheckKind.SAFEGUARDING, state="not_met").status_code == 422
    words = "The certificate is for level 1; we need level 2."
    record(client, volunteer, CheckKind.SAFEGUARDING, state="not_met", note=words)
    db.session.expire_all()
    assert volunteer.state is VolunteerState.CHECKING
    assert volunteer.ready_until_on is None
    mail = db.session.scalars(sa.select(OutboxMail)).one()
    assert mail.kind == "readiness_not_met"
    assert words in mail.text


def test_registration_is_not_needed_only_without_a_register(client: Any, coordinator: Account) -> None:
    nurse, manager = make_volunteer(ready=False), make_volunteer(ready=False, profession="manager")
    answers = {"state": "not_needed", "note": "No register"}
    assert record(client, nurse, CheckKind.REGISTRATION, **answers).status_code == 422
    assert record(client, manager, CheckKind.REGISTRATION, **answers).status_code == 303


def test_a_check_in_the_future_is_refused(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    assert record(client, volunteer, CheckKind.TOOLKIT, checked_on="2026-11-21").status_code == 422
    assert record(client, volunteer, CheckKind.TOOLKIT, checked_on="2026-02-30").status_code == 422
    assert record(client, volunteer, CheckKind.TOOLKIT, expires_on="2026-11-20").status_code == 422


def test_nobody_checks_themselves(client: Any) -> None:
    account = make_account(Role.COORDINATOR, Role.VOLUNTEER)
    volunteer = make_volunteer(ready=False, account=account)
    client.sign_in(account.email)
    reply = record(client, volunteer, CheckKind.TOOLKIT)
    assert reply.status_code == 422
    assert "another coordinator" in reply.text
    assert "checks/toolkit" not in client.get(f"/readiness/{volunteer.id}").text


def test_two_coordinators_on_one_check_see_both_versions(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    where = path(volunteer, CheckKind.TOOLKIT)
    form = next(f for f in client.forms(where) if "evidence" in f["data"])
    record(client, volunteer, CheckKind.TOOLKIT, evidence="Form of March")
    reply = client.post(where, data=form["data"] | {"state": "met", "evidence": "Form of May"})
    assert reply.status_code == 409
    assert "Form of March" in reply.text
    assert "Form of May" in reply.text


def test_a_lapsed_volunteer_is_ready_again_after_renewal(client: Any, coordinator: Account, clock: TestClock) -> None:
    volunteer = make_volunteer(expires_on=TODAY + dt.timedelta(days=3))
    clock.advance(days=3)
    assert service.expire_readiness(clock()) == 0
    clock.advance(days=1)
    assert service.expire_readiness(clock()) == 1
    db.session.commit()
    assert volunteer.state is VolunteerState.LAPSED
    assert service.expire_readiness(clock()) == 0
    assert kinds_mailed(volunteer.account.email) == ["readiness_lapsed"]
    assert kinds_mailed(coordinator.email) == ["readiness_lapsed"]
    client.sign_in(coordinator.email)
    for kind in CheckKind:
        record(client, volunteer, kind, checked_on="2026-11-24", expires_on="2027-11-24")
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert volunteer.ready_until_on == dt.date(2027, 11, 24)


def test_the_list_filters_by_state_expiry_and_name(client: Any, coordinator: Account) -> None:
    make_volunteer(ready=False, name="Waiting Wanda")
    make_volunteer(name="Ready Rita")
    make_volunteer(name="Ending Enid", expires_on=TODAY + dt.timedelta(days=30))
    assert shown(client, "/readiness/") == {"Waiting Wanda"}
    assert shown(client, "/readiness/?state=ready") == {"Ready Rita", "Ending Enid"}
    assert shown(client, "/readiness/?state=expiring") == {"Ending Enid"}
    assert shown(client, "/readiness/?state=all&q=rita") == {"Ready Rita"}
    assert shown(client, "/readiness/?state=nonsense") == {"Waiting Wanda"}
    assert client.get("/readiness/?after=nonsense").status_code == 404


def shown(client: Any, where: str) -> set[str]:
    text = client.get(where).text
    return {name for name in ("Waiting Wanda", "Ready Rita", "Ending Enid") if name in text}


def test_the_list_pages_with_the_longest_registered_first(client: Any, coordinator: Account, clock: TestClock) -> None:
    for number in range(22):
        make_volunteer(ready=False, name=f"Wait {number:02d}", at=clock.advance(minutes=1))
    first = client.get("/readiness/").text
    assert first.index("Wait 00") < first.index("Wait 19")
    assert "Wait 20" not in first
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = client.get(f"/readiness/?after={after}").text
    assert "Wait 20" in second
    assert "Wait 19" not in second


def test_the_list_costs_the_same_for_one_and_for_thirty(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    client.get("/readiness/")
    one = queries_of(client, "/readiness/")
    for _ in range(29):
        make_volunteer(ready=False)
    assert len(queries_of(client, "/readiness/")) == len(one) <= 3
    assert len(queries_of(client, f"/readiness/{volunteer.id}")) <= 6


def test_unknown_volunteers_and_checks_are_not_found(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    for where in ("/readiness/999", "/readiness/99999999999", "/readiness/-1", f"/readiness/{volunteer.id}/checks/x"):
        assert client.get(where).status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FUNDER, Role.ADMIN])
def test_only_coordinators_enter(client: Any, role: Role) -> None:
    volunteer = make_volunteer(ready=False)
    client.sign_in(make_account(role).email)
    assert client.get("/readiness/").status_code == 403
    assert client.get(f"/readiness/{volunteer.id}").status_code == 403
    assert client.get(path(volunteer, CheckKind.TOOLKIT)).status_code == 403


def test_a_recorded_check_shows_the_volunteer_the_words(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    record(client, volunteer, CheckKind.TOOLKIT, state="not_needed", note="Has led virtual work for years.")
    browser = client.application.test_client()
    browser.sign_in(volunteer.account.email)
    assert "Has led virtual work" in browser.get("/profile").text
    assert CheckState.NOT_NEEDED in {check.state for check in volunteer.checks}
