"""Effects of the profile pages on the volunteer's readiness."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.volunteers import make_volunteer
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import ReadinessCheck
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState


def test_pausing_and_resuming(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    client.submit("/profile", action="/profile/pause")
    db.session.expire_all()
    assert volunteer.state is VolunteerState.PAUSED
    client.submit("/profile", action="/profile/come-back")
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY


def test_a_changed_registration_number_is_checked_again(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    client.submit("/profile/work", registration_number="98Z7654Y")
    db.session.expire_all()
    states = {check.kind: check.state for check in volunteer.checks}
    assert states[CheckKind.REGISTRATION] is CheckState.OUTSTANDING
    assert states[CheckKind.EMPLOYER_SUPPORT] is CheckState.MET
    assert volunteer.state is VolunteerState.CHECKING
    assert volunteer.ready_until_on is None


def test_a_ready_volunteer_who_saves_the_same_work_stays_ready(client: Any) -> None:
    volunteer = make_volunteer()
    client.sign_in(volunteer.account.email)
    client.submit("/profile/work", department="Ward 9")
    db.session.expire_all()
    assert volunteer.state is VolunteerState.READY


def test_a_user_who_was_given_the_role_later_creates_a_profile(client: Any) -> None:
    account = make_account(Role.VOLUNTEER)
    client.sign_in(account.email)
    assert client.submit("/profile", action="/profile/start").location == "/profile"
    checks = db.session.scalars(sa.select(ReadinessCheck)).all()
    assert {check.state for check in checks} == {CheckState.OUTSTANDING}
    assert client.get("/profile").status_code == 200
