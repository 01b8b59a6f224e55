"""A hospital without a data-sharing agreement: no interest, no names, no approval."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.support.matches import matches
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState

MESSAGE = "I have audited hand hygiene for years."


@pytest.fixture
def match_without_agreement(app: Any, director: Any) -> Match:
    """A named volunteer who waits at a hospital whose data-sharing agreement is no longer in force."""
    request = make_request(institution=make_institution("UG"))
    volunteer = make_fitting_volunteer(name="Zebedee Quill", experience="Quillwork", department="Ward Q")
    match = make_match(request, volunteer, director=director, message="Quillish words")
    end_agreements()
    return match


def end_agreements() -> None:
    """No data-sharing agreement is in force any more."""
    db.session.execute(sa.delete(DataSharingAgreement))
    db.session.commit()


def test_without_an_agreement_no_host_reads_the_volunteers_name(
    as_: Any, director: Any, match_without_agreement: Match
) -> None:
    partner = make_account(Role.PARTNER, institution_id=match_without_agreement.request.institution_id)
    request, volunteer = match_without_agreement.request_id, match_without_agreement.volunteer_id
    paths = [
        f"/requests/{request}/candidates",
        f"/matches/{match_without_agreement.id}",
        f"/matches/{match_without_agreement.id}/decline",
    ]
    paths += [f"/requests/{request}", "/requests/", "/start", "/placements/"]
    for account, more in ((partner, []), (director, ["/approvals", f"/matches/{match_without_agreement.id}/approve"])):
        browser = as_(account)
        for path in paths + more:
            reply = browser.get(path)
            assert reply.status_code == 200, path
            assert "Quill" not in reply.text, path
            assert "Zebedee" not in reply.text, path
    browser = as_(director)
    idle = make_fitting_volunteer(name="Idle Quill")
    assert browser.get(f"/requests/{request}/invite/{idle.id}").status_code == 404
    assert browser.get(f"/requests/{request}/invite/{volunteer}").status_code == 404
    reply = browser.submit(f"/matches/{match_without_agreement.id}/decline", reason="skills", message="")
    assert "Quill" not in reply.text


def test_without_an_agreement_e_mails_to_hosts_name_nobody(as_: Any, director: Any) -> None:
    request = make_request(institution=make_institution("UG"))
    volunteer = make_fitting_volunteer(name="Zebedee Quill")
    browser = as_(volunteer.account)
    assert browser.submit(f"/find/{request.id}", message="Quillish words").status_code == 303
    end_agreements()
    assert browser.submit(f"/matches/{matches()[0].id}/no", reason="no_time", words="").status_code == 303
    to_host = db.session.scalars(sa.select(OutboxMail).where(OutboxMail.recipient_email == director.email)).all()
    assert {mail.kind for mail in to_host} == {"interest_received", "match_withdrawn"}
    for mail in to_host:
        assert "Quill" not in mail.subject + mail.text + mail.html, mail.kind


def test_without_an_agreement_no_interest_is_accepted(as_: Any, director: Any) -> None:
    request = make_request(institution=make_institution("UG", agreement=False))
    browser = as_(make_fitting_volunteer().account)
    page = browser.get(f"/find/{request.id}").text
    assert "No data-sharing agreement with this hospital is in force" in page
    assert "I would like to do this" not in page
    assert matches() == []


def test_without_an_agreement_approval_is_refused_and_the_place_is_kept(
    as_: Any, director: Any, match_without_agreement: Match
) -> None:
    browser = as_(director)
    token = browser.forms("/account")[0]["data"]["csrf_token"][0]
    answers = {"starts_on": "2027-03-01", "objective": "x", "allocation": "0", "message": "", "csrf_token": token}
    dates = {"starts_on-day": "1", "starts_on-month": "3", "starts_on-year": "2027"}
    reply = browser.post(f"/matches/{match_without_agreement.id}/approve", data=answers | dates)
    assert reply.status_code == 422
    assert "data-sharing agreement" in reply.text
    assert "Quill" not in reply.text
    assert matches()[0].state is MatchState.ACCEPTED
