"""What an erasure does step by step, and to nobody else: state, roles, emails, notes; and what its requests record."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.mail import move_mail, queue_mail
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from tests.support.audit_log import Action, list_actions
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditNote
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.mail.states import MailState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import rules, service
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import VolunteerState


@pytest.fixture
def volunteer(app: Flask) -> Volunteer:
    """Somebody without duties."""
    return make_fitting_volunteer(name="Zoë Quill", email="zoe@example.org")


@pytest.fixture
def admin(app: Flask) -> Account:
    make_account(Role.ADMIN)
    return make_account(Role.ADMIN)


def erase(account: Account, now: dt.datetime, admin: Account | None = None) -> None:
    service.erase(account, actor=viewer_of(admin) if admin else None, now=now)
    db.session.commit()


def list_notes() -> set[str]:
    db.session.commit()
    return set(db.session.scalars(sa.select(AuditNote.text)))


def test_an_erasure_by_an_administrator_is_audited_as_theirs(
    volunteer: Volunteer, admin: Account, now: dt.datetime
) -> None:
    account = volunteer.account
    erasure_request = service.request_erasure(account, message=None, actor=viewer_of(account), now=now)
    before = [len(list_actions(row)) for row in (account, volunteer, erasure_request)]
    later = now + dt.timedelta(days=1)
    erase(account, later, admin)
    assert list_actions(account, after=before[0]) == [
        Action("account.deactivated", admin.id),
        Action("account.erased", admin.id),
    ]
    assert list_actions(volunteer, after=before[1]) == [Action("volunteer.left", admin.id)]
    assert list_actions(erasure_request, after=before[2]) == [
        Action("erasure_request.granted", admin.id),
        Action("erasure_request.done", admin.id),
    ]
    assert (erasure_request.decided_at, erasure_request.done_at) == (later, later)


def test_an_account_that_is_closed_already_is_not_closed_again(admin: Account, now: dt.datetime) -> None:
    volunteer = make_fitting_volunteer()
    account = volunteer.account
    for row, state in ((account, AccountState.DEACTIVATED), (volunteer, VolunteerState.LEFT)):
        audit.move(row, state, actor=viewer_of(admin), now=now)
    before, left = len(list_actions(account)), len(list_actions(volunteer))
    erase(account, now)
    assert list_actions(volunteer, after=left) == []
    assert list_actions(account, after=before) == [Action("account.erased", None)]


def test_a_person_is_erased_once_whatever_this_session_has_read(volunteer: Volunteer, now: dt.datetime) -> None:
    account = volunteer.account
    assert account.state is AccountState.ACTIVE
    table = Account.__table__
    db.session.execute(sa.update(table).where(table.c.id == account.id).values(state=AccountState.ERASED.value))
    with pytest.raises(Conflict, match="has been erased already"):
        service.erase(account, actor=None, now=now)


def test_what_this_session_has_read_is_read_again_after_an_erasure(volunteer: Volunteer, now: dt.datetime) -> None:
    volunteer.experience = "Ten years."
    db.session.flush()
    service.erase(volunteer.account, actor=None, now=now)
    assert volunteer.experience is None


def test_roles_end_now_unless_they_have_ended(volunteer: Volunteer, admin: Account, now: dt.datetime) -> None:
    account, earlier = volunteer.account, now - dt.timedelta(days=5)
    db.session.add(RoleGrant(account_id=account.id, role=Role.FINANCE, granted_at=earlier, ended_at=earlier))
    db.session.commit()
    erase(account, now)
    grants = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.account_id == account.id).order_by(RoleGrant.id))
    assert [grant.ended_at for grant in grants] == [now, earlier]
    assert {grant.ended_at for grant in admin.grants} == {None}


def test_only_the_persons_queued_emails_are_cancelled(volunteer: Volunteer, now: dt.datetime) -> None:
    waiting, sent = queue_mail(to=volunteer.account), queue_mail(to=volunteer.account, kind="second_factor_on")
    move_mail(sent, MailState.SENT)
    others = queue_mail(to=make_account(Role.VOLUNTEER))
    db.session.commit()
    erase(volunteer.account, now)
    assert [mail.state for mail in (waiting, sent, others)] == [MailState.CANCELLED, MailState.SENT, MailState.QUEUED]


def test_notes_by_the_person_and_on_their_rows_are_deleted_and_no_others(
    volunteer: Volunteer, admin: Account, now: dt.datetime
) -> None:
    other = make_fitting_volunteer()
    staff, person = viewer_of(admin), viewer_of(volunteer.account)
    namesake = make_institution()  # a row of another table
    for row, actor, note in [
        (volunteer, staff, "on a row of theirs"),
        (volunteer.account, staff, "on their account"),
        (other, person, "by them"),
        (other, staff, "on another row of the same table"),
        (namesake, staff, "on a row of another table"),
    ]:
        audit.record("volunteer.note", row, actor=actor, now=now, note=note)
    db.session.commit()
    assert len({volunteer.id, other.id}) == 2
    erase(volunteer.account, now)
    assert list_notes() == {"on another row of the same table", "on a row of another table"}


def test_columns_that_must_not_be_empty_get_placeholders_of_their_kind(app: Flask, now: dt.datetime) -> None:
    institution = make_institution()
    make_programme(institution, needs_release=True)
    volunteer = make_fitting_volunteer()
    match = make_match(make_request(institution=institution), volunteer)
    release = make_placement(match, PlacementState.ENDED_EARLY).release
    db.session.commit()
    erase(volunteer.account, now)
    assert release.manager_name == rules.ERASED_TEXT
    assert release.manager_email == f"erased-{release.id}@{rules.ERASED_EMAIL_DOMAIN}"
    assert release.token_hash == f"erased-{release.id}"
    assert release.message is None


def test_a_download_is_readable_json_and_audited(volunteer: Volunteer, now: dt.datetime) -> None:
    account = volunteer.account
    text = service.export_personal_data(account, actor=viewer_of(account), now=now)
    assert text.startswith('{\n "service": ')
    assert "Zoë Quill" in text
    assert list_actions(account)[-1] == Action("privacy.downloaded", account.id)


def test_a_request_is_audited_and_one_is_open_at_a_time(volunteer: Volunteer, now: dt.datetime) -> None:
    account, actor = volunteer.account, viewer_of(volunteer.account)
    erasure_request = service.request_erasure(account, message=None, actor=actor, now=now)
    assert list_actions(erasure_request) == [Action("erasure.asked", account.id)]
    with pytest.raises(Conflict):
        service.request_erasure(account, message=None, actor=actor, now=now)


def test_only_the_person_withdraws_a_request(volunteer: Volunteer, admin: Account, now: dt.datetime) -> None:
    erasure_request = service.request_erasure(
        volunteer.account, message=None, actor=viewer_of(volunteer.account), now=now
    )
    with pytest.raises(Forbidden):
        service.withdraw_request(erasure_request, actor=viewer_of(admin), now=now)
    service.withdraw_request(erasure_request, actor=viewer_of(volunteer.account), now=now)
    assert list_actions(erasure_request)[-1] == Action("erasure_request.withdrawn", volunteer.account_id)


@pytest.mark.parametrize(
    ("decide", "state"),
    [(service.grant_request, ErasureState.GRANTED), (service.refuse_request, ErasureState.REFUSED)],
)
def test_a_decision_is_audited_with_its_message(
    volunteer: Volunteer, admin: Account, now: dt.datetime, decide: Any, state: ErasureState
) -> None:
    erasure_request = service.request_erasure(
        volunteer.account, message=None, actor=viewer_of(volunteer.account), now=now
    )
    decide(erasure_request, message="We have talked.", actor=viewer_of(admin), now=now)
    assert list_actions(erasure_request)[-1] == Action(f"erasure_request.{state.value}", admin.id, "We have talked.")
    assert (erasure_request.decided_by_id, erasure_request.decided_at, erasure_request.decision_message) == (
        admin.id,
        now,
        "We have talked.",
    )
    if state is ErasureState.GRANTED:
        assert "27 Nov 2026" in list_queued_mail("erasure_granted")[0].text
