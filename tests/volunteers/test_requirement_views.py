"""What is asked of everybody: the pages."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from tests.support.counting import queries_of
from tests.volunteers.test_requirements import K, mails, without
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import ReadinessRequirement
from volunteer_hub.volunteers.states import VolunteerState


def test_pages_ask_before_anybody_changes_and_keep_the_reason(client: Any) -> None:
    one = without(K.SAFEGUARDING)
    client.sign_in(make_account(Role.ADMIN, name="Ada").email)
    page = "/check-settings/safeguarding"
    asked = client.submit(page, needed="no", reason="The board decided")
    assert asked.status_code == 200
    assert "1 volunteer becomes ready" in asked.text
    db.session.refresh(one)
    assert one.state is VolunteerState.CHECKING
    data = client.forms(page)[-1]["data"] | {"needed": "no", "reason": "The board decided", "confirmed": "no-1-0"}
    assert client.post(page, data=data).status_code == 303
    db.session.refresh(one)
    assert one.state is VolunteerState.READY
    text = client.get(page).text
    for words in ("Needed: yes → no", "The board decided", "Ada"):
        assert words in text, words
    assert mails().count(("readiness_ready", one.account.email)) == 1


def test_wrong_confirmation_is_asked_again(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    without(K.SAFEGUARDING)
    data = client.forms("/check-settings/safeguarding")[-1]["data"]
    reply = client.post(
        "/check-settings/safeguarding", data=data | {"needed": "no", "reason": "x", "confirmed": "no-0-0"}
    )
    assert (reply.status_code, "1 volunteer becomes ready" in reply.text) == (200, True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ReadinessRequirement)) == 0


def test_months_and_guidance_are_shown_to_both_sides(client: Any) -> None:
    one = make_volunteer(ready=False)
    client.sign_in(make_account(Role.COORDINATOR).email)
    reply = client.submit("/check-settings/safeguarding", valid_months="12", guidance="Level 2, online.", reason="x")
    assert reply.status_code == 303
    text = client.get(f"/readiness/{one.id}/checks/safeguarding").text
    assert "Level 2, online." in text
    assert 'value="2027-11-20"' in text
    client.delete_cookie("volunteer_hub")
    client.sign_in(one.account.email)
    assert "Level 2, online." in client.get("/profile").text


def test_second_editor_is_shown_both_versions(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    page = "/check-settings/toolkit"
    data = client.forms(page)[-1]["data"]
    client.submit(page, guidance="Theirs", reason="x")
    reply = client.post(page, data=data | {"guidance": "Mine", "reason": "y"})
    assert (reply.status_code, "Theirs" in reply.text, "Mine" in reply.text) == (409, True, True)


def test_unknown_kind_is_not_there(client: Any) -> None:
    client.sign_in(make_account(Role.ADMIN).email)
    assert client.get("/check-settings/nothing").status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_keep_to_their_queries(client: Any, rows: int) -> None:
    for _ in range(rows):
        without(K.SAFEGUARDING)
    client.sign_in(make_account(Role.COORDINATOR).email)
    assert len(queries_of(client, "/check-settings/")) == 1
    assert len(queries_of(client, "/check-settings/safeguarding")) <= 3
    assert len(queries_of(client, "/readiness/")) == 3
