"""The coordinator's pages of readiness."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from tests.support.clock import TestClock
from tests.support.query_count import page_queries
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
    """A coordinator who is signed in."""
    account = make_account(Role.COORDINATOR, name="Cora Dinator")
    client.sign_in(account.email)
    return account


def path(volunteer: Volunteer, kind: CheckKind) -> str:
    return f"/readiness/{volunteer.id}/checks/{kind.value}"


def record(client: Any, volunteer: Volunteer, kind: CheckKind, **answers: str) -> Any:
    defaults = {"state": "met", "evidence": "Looked up", "checked_on": "2026-11-20"}
    return client.submit(path(volunteer, kind), **(defaults | answers))


def list_mail_kinds(email: str) -> list[str]:
    return list(db.session.scalars(sa.select(OutboxMail.kind).where(OutboxMail.recipient_email == email)))


def record_several(client: Any, volunteer: Volunteer, *kinds: CheckKind, **answers: str) -> Any:
    """Record these kinds as met on the page for several checks."""
    defaults = {"checked_on": "2026-11-20"}
    for kind in kinds:
        defaults |= {f"state_{kind}": "yes", f"evidence_{kind}": "Looked up"}
    return client.submit(f"/readiness/{volunteer.id}/checks", **(defaults | answers))


OPEN = [kind for kind in CheckKind if kind is not CheckKind.CODE_OF_CONDUCT]


def test_several_checks_are_recorded_together(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    assert "Record several checks" in client.get(f"/readiness/{volunteer.id}").text
    done = record_several(client, volunteer, *OPEN, expires_on_safeguarding="2027-05-01")
    assert done.status_code == 303
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert volunteer.ready_until_on == dt.date(2027, 5, 1)
    assert list_mail_kinds(volunteer.account.email) == ["readiness_ready"]
    assert "Every check is met and in date" in client.get(f"/readiness/{volunteer.id}/checks").text


def test_the_page_for_several_checks_needs_at_most_six_queries(client: Any, coordinator: Account) -> None:
    assert len(page_queries(client, f"/readiness/{make_volunteer(ready=False).id}/checks")) <= 6


def test_two_renewed_checks_recompute_the_readiness_once(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(expires_on=TODAY - dt.timedelta(days=1), at=dt.datetime(2026, 9, 1, tzinfo=dt.UTC))
    out = [check.kind for check in volunteer.checks if check.expires_on]
    assert len(out) > 1
    assert record_several(client, volunteer, *out).status_code == 303
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY
    assert list_mail_kinds(volunteer.account.email) == []


def test_checks_that_are_not_ticked_stay_outstanding(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    assert record_several(client, volunteer, CheckKind.SAFEGUARDING).status_code == 303
    db.session.expire_all()
    states = {check.kind: check.state for check in volunteer.checks}
    assert states[CheckKind.SAFEGUARDING] is CheckState.MET
    assert states[CheckKind.TOOLKIT] is CheckState.OUTSTANDING
    assert volunteer.state is VolunteerState.CHECKING


def test_one_invalid_answer_records_nothing_and_is_shown_at_its_field(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    refused = record_several(client, volunteer, CheckKind.SAFEGUARDING, CheckKind.TOOLKIT, evidence_toolkit="")
    assert refused.status_code == 422
    assert 'href="#evidence_toolkit"' in refused.text
    assert 'value="Looked up"' in refused.text
    db.session.expire_all()
    assert {c.state for c in volunteer.checks if c.kind in OPEN} == {CheckState.OUTSTANDING}


def test_nothing_ticked_is_refused(client: Any, coordinator: Account) -> None:
    refused = record_several(client, make_volunteer(ready=False))
    assert refused.status_code == 422
    assert "Tick the checks that are met" in refused.text


def test_own_checks_cannot_be_recorded_together(client: Any) -> None:
    account = make_account(Role.COORDINATOR, Role.VOLUNTEER)
    volunteer = make_volunteer(ready=False, account=account)
    client.sign_in(account.email)
    assert record_several(client, volunteer, CheckKind.TOOLKIT).status_code in {403, 422}
    db.session.expire_all()
    assert all(check.checked_by_id is None for check in volunteer.checks)


def test_the_second_of_two_coordinators_gets_a_conflict(app: Any, client: Any, coordinator: Account) -> None:
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
    assert list_mail_kinds(volunteer.account.email) == ["readiness_ready"]
    page = client.get(f"/readiness/{volunteer.id}")
    assert "recorded a check as met" in page.text
    assert "by Cora Dinator" in page.text


def test_a_check_that_is_not_met_ends_readiness(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer()
    assert record(client, volunteer, CheckKind.SAFEGUARDING, state="not_met").status_code == 422
    reason = "The certificate is for level 1; we need level 2."
    record(client, volunteer, CheckKind.SAFEGUARDING, state="not_met", note=reason)
    db.session.expire_all()
    assert volunteer.state is VolunteerState.CHECKING
    assert volunteer.ready_until_on is None
    mail = db.session.scalars(sa.select(OutboxMail)).one()
    assert mail.kind == "readiness_not_met"
    assert reason in mail.text


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


def test_own_checks_cannot_be_recorded(client: Any) -> None:
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
    assert list_mail_kinds(volunteer.account.email) == ["readiness_lapsed"]
    assert list_mail_kinds(coordinator.email) == ["readiness_lapsed"]
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
    assert list_names(client, "/readiness/") == {"Waiting Wanda"}
    assert list_names(client, "/readiness/?state=ready") == {"Ready Rita", "Ending Enid"}
    assert list_names(client, "/readiness/?state=expiring") == {"Ending Enid"}
    assert list_names(client, "/readiness/?state=all&q=rita") == {"Ready Rita"}
    assert list_names(client, "/readiness/?state=nonsense") == {"Waiting Wanda"}
    assert client.get("/readiness/?after=nonsense").status_code == 404


def list_names(client: Any, where: str) -> set[str]:
    text = client.get(where).text
    return {name for name in ("Waiting Wanda", "Ready Rita", "Ending Enid") if name in text}


def test_the_list_is_paged_with_the_earliest_registered_first(
    client: Any, coordinator: Account, clock: TestClock
) -> None:
    for number in range(22):
        make_volunteer(ready=False, name=f"Wait {number:02d}", at=clock.advance(minutes=1))
    first = client.get("/readiness/").text
    assert first.index("Wait 00") < first.index("Wait 19")
    assert "Wait 20" not in first
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = client.get(f"/readiness/?after={after}").text
    assert "Wait 20" in second
    assert "Wait 19" not in second


def test_the_list_needs_as_many_queries_for_one_as_for_thirty(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    client.get("/readiness/")
    statements = page_queries(client, "/readiness/")
    for _ in range(29):
        make_volunteer(ready=False)
    assert len(page_queries(client, "/readiness/")) == len(statements) <= 3
    assert len(page_queries(client, f"/readiness/{volunteer.id}")) <= 6


def test_unknown_volunteers_and_checks_are_not_found(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    for where in ("/readiness/999", "/readiness/99999999999", "/readiness/-1", f"/readiness/{volunteer.id}/checks/x"):
        assert client.get(where).status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FUNDER, Role.ADMIN])
def test_only_coordinators_have_access(client: Any, role: Role) -> None:
    volunteer = make_volunteer(ready=False)
    client.sign_in(make_account(role).email)
    assert client.get("/readiness/").status_code == 403
    assert client.get(f"/readiness/{volunteer.id}").status_code == 403
    assert client.get(path(volunteer, CheckKind.TOOLKIT)).status_code == 403


def test_the_volunteer_sees_the_note_of_a_recorded_check(client: Any, coordinator: Account) -> None:
    volunteer = make_volunteer(ready=False)
    record(client, volunteer, CheckKind.TOOLKIT, state="not_needed", note="Has led virtual work for years.")
    browser = client.application.test_client()
    browser.sign_in(volunteer.account.email)
    assert "Has led virtual work" in browser.get("/profile").text
    assert CheckState.NOT_NEEDED in {check.state for check in volunteer.checks}
