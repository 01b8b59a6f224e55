"""The pages of the requirements for readiness checks."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from tests.support.query_count import page_queries
from tests.support.requirements import list_mails, make_volunteer_without
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import ReadinessRequirement
from volunteer_hub.volunteers.states import CheckKind, VolunteerState


def test_a_change_with_impact_must_be_confirmed_and_its_reason_is_stored(client: Any) -> None:
    volunteer = make_volunteer_without(CheckKind.SAFEGUARDING)
    client.sign_in(make_account(Role.ADMIN, name="Ada").email)
    page = "/check-settings/safeguarding"
    confirmation = client.submit(page, needed="no", reason="The board decided")
    assert confirmation.status_code == 200
    assert "1 volunteer becomes ready" in confirmation.text
    db.session.refresh(volunteer)
    assert volunteer.state is VolunteerState.CHECKING
    data = client.forms(page)[-1]["data"] | {"needed": "no", "reason": "The board decided", "confirmed": "no-1-0"}
    assert client.post(page, data=data).status_code == 303
    db.session.refresh(volunteer)
    assert volunteer.state is VolunteerState.READY
    text = client.get(page).text
    for part in ("Needed: yes → no", "The board decided", "Ada"):
        assert part in text, part
    assert list_mails().count(("readiness_ready", volunteer.account.email)) == 1


def test_an_outdated_confirmation_is_requested_again(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    make_volunteer_without(CheckKind.SAFEGUARDING)
    data = client.forms("/check-settings/safeguarding")[-1]["data"]
    reply = client.post(
        "/check-settings/safeguarding", data=data | {"needed": "no", "reason": "x", "confirmed": "no-0-0"}
    )
    assert (reply.status_code, "1 volunteer becomes ready" in reply.text) == (200, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadinessRequirement)) == 0


def test_months_and_guidance_are_shown_to_coordinator_and_volunteer(client: Any) -> None:
    volunteer = make_volunteer(ready=False)
    client.sign_in(make_account(Role.COORDINATOR).email)
    reply = client.submit("/check-settings/safeguarding", valid_months="12", guidance="Level 2, online.", reason="x")
    assert reply.status_code == 303
    text = client.get(f"/readiness/{volunteer.id}/checks/safeguarding").text
    assert "Level 2, online." in text
    assert 'value="2027-11-20"' in text
    client.delete_cookie("volunteer_hub")
    client.sign_in(volunteer.account.email)
    assert "Level 2, online." in client.get("/profile").text


def test_two_editors_see_both_versions(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    page = "/check-settings/toolkit"
    data = client.forms(page)[-1]["data"]
    client.submit(page, guidance="Theirs", reason="x")
    reply = client.post(page, data=data | {"guidance": "Mine", "reason": "y"})
    assert (reply.status_code, "Theirs" in reply.text, "Mine" in reply.text) == (409, True, True)


def test_unknown_kind_is_not_found(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    assert client.get("/check-settings/nothing").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_have_a_constant_number_of_queries(client: Any, rows: int) -> None:
    for _ in range(rows):
        make_volunteer_without(CheckKind.SAFEGUARDING)
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert len(page_queries(client, "/check-settings/")) == 1
    assert len(page_queries(client, "/check-settings/safeguarding")) <= 3
    assert len(page_queries(client, "/readiness/")) == 3
