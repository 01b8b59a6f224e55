"""Attacks on emailed links, codes and sessions, each of which must fail."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import BuildError

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import RECOVERY, code_of, enable_second_factor
from tests.support.queued_mail import LINK, latest_mail_link, list_queued_mail
from tests.support.sessions import stale_session
from volunteer_hub.accounts import codes, queries, service
from volunteer_hub.accounts.encryption import EncryptionPurpose, encrypt
from volunteer_hub.accounts.identity_checks import ENDPOINTS_WITHOUT_SECOND_FACTOR
from volunteer_hub.accounts.models import RecoveryCode
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role, is_public
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.idempotency import FormSubmission

LIFE = dt.timedelta(days=1)


def _link(text: str) -> str:
    match = LINK.search(text)
    assert match
    return match[1]


def _accept(client: Any, path: str, password: str) -> Any:
    return client.submit(path, name="Ivy Invited", password=password, code_of_conduct="yes", patient_data_pledge="yes")


def test_accepting_an_invitation_revokes_older_ones(client: Any, now: dt.datetime) -> None:
    """The attack: of two invitations one is accepted, and the link of the other, in a forwarded email, is used later."""
    boss = make_account(Role.ADMIN)
    ivy = make_account(Role.FUNDER, state=AccountState.INVITED, email="ivy@x.example.org")
    ivy.password_hash = None
    service.resend_invitation(ivy, role="Funder", place="x", actor=viewer_of(boss), now=now)
    service.resend_invitation(ivy, role="Funder", place="x", actor=viewer_of(boss), now=now + dt.timedelta(minutes=1))
    db.session.commit()
    links = [_link(m.text) for m in list_queued_mail("invitation")]
    assert len(set(links)) == 2
    assert _accept(client, links[0], "ivy alone knows this").status_code == 303
    page = client.get(links[1])
    if page.status_code == 200:
        _accept(client, links[1], "mallory knows this one")
    db.session.expire_all()
    with pytest.raises(DomainError):
        service.sign_in("ivy@x.example.org", "mallory knows this one", browser="", now=now, max_age=LIFE)


def test_changing_the_password_revokes_invitations(client: Any, now: dt.datetime) -> None:
    boss = make_account(Role.ADMIN)
    ivy = make_account(Role.FUNDER, state=AccountState.INVITED, email="ivy@x.example.org")
    for minute in (0, 1):
        service.resend_invitation(
            ivy, role="Funder", place="x", actor=viewer_of(boss), now=now + dt.timedelta(minutes=minute)
        )
    db.session.commit()
    links = [_link(m.text) for m in list_queued_mail("invitation")]
    assert _accept(client, links[0], "ivy alone knows this").status_code == 303
    client.sign_in("ivy@x.example.org", "ivy alone knows this")
    client.submit("/account/password", old="ivy alone knows this", password="a newer fine password")
    assert client.get(links[1]).status_code != 200


def test_recovery_code_is_consumed_even_if_the_form_is_refused(client: Any, clock: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    secret = enable_second_factor(person)
    stale_session(client, clock, person.email, secret)
    token = client.forms("/account")[-1]["data"]["csrf_token"][0]
    person_id = person.id
    client.post("/account/second-factor/set-up", data={"csrf_token": token, "app_code": "000000", "identity": RECOVERY})
    assert queries.count_recovery_codes(person_id) == 0
    assert list_queued_mail("recovery_code_used")


def test_duplicate_submission_shows_the_new_recovery_codes(client: Any) -> None:
    """The browser follows the response of the second submission."""
    person = make_account(Role.VOLUNTEER)
    enable_second_factor(person)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=RECOVERY)
    form = [f for f in client.forms("/account/second-factor/new-codes") if f["action"] != "/sign-out"][-1]
    before = client.get_cookie("volunteer_hub").value
    first = client.post("/account/second-factor/new-codes", data=form["data"])
    assert first.status_code == 303
    client.set_cookie("volunteer_hub", before)  # the first answer never reached the browser
    second = client.post("/account/second-factor/new-codes", data=form["data"])
    assert client.get(second.headers["Location"]).status_code == 200, "ten codes exist that nobody has seen"


def test_recovery_code_is_not_screened_as_patient_data(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    enable_second_factor(person)
    code = "mrn2-269q-bws9-rpe8"  # 1 in 15,000 codes of our own alphabet begins like this
    db.session.add(
        RecoveryCode(
            account_id=person.id, code_hash=codes.hash_recovery_code(person.id, code), created_at=person.created_at
        )
    )
    db.session.commit()
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    assert client.submit("/sign-in/code", app_code=code).status_code == 303


def test_account_whose_address_looks_like_a_record_number_can_be_closed(client: Any) -> None:
    boss = make_account(Role.ADMIN)
    make_account(Role.ADMIN)
    person = make_account(Role.VOLUNTEER, email="mrn483920@nhs.example.org")
    client.sign_in(boss.email)
    reply = client.submit(f"/people/{person.id}/deactivate", typed=person.email, reason="Left the trust")
    assert reply.status_code == 303, reply.text[:0]


def test_encrypted_recovery_codes_are_refused_as_a_setup_token(client: Any, app: Flask, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    client.sign_in(person.email)
    ciphertext = encrypt(
        "abcd-efgh-jkmn-pqrs", EncryptionPurpose.RECOVERY_CODES, owner=person.id, now=now
    )  # as the cookie of the codes page shows it
    reply = client.submit("/account/second-factor/set-up", setup_token=ciphertext, app_code="123456")
    assert reply.status_code == 422


def test_token_of_a_link_is_not_stored_in_form_submissions(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER)
    service.request_password_reset(person.email, now=now)
    db.session.commit()
    path = latest_mail_link("reset_password")
    client.submit(path, password="three random words")
    stored = repr([(f.path, f.location) for f in db.session.scalars(sa.select(FormSubmission))])
    assert path.rsplit("/", 1)[-1] not in stored


def test_trusted_browser_does_not_skip_the_code_of_another_account(client: Any) -> None:
    person, other = make_account(Role.VOLUNTEER), make_account(Role.VOLUNTEER)
    secret = enable_second_factor(person)
    enable_second_factor(other)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    client.submit("/sign-in/code", app_code=code_of(secret), trust="yes")
    client.delete_cookie("volunteer_hub")
    reply = client.submit("/sign-in", email=other.email, password=PASSWORD)
    assert "/sign-in/code" in reply.headers["Location"]
    assert client.get("/account").status_code == 303


def test_pending_token_is_no_session_token(client: Any) -> None:
    person = make_account(Role.VOLUNTEER)
    enable_second_factor(person)
    client.submit("/sign-in", email=person.email, password=PASSWORD)
    with client.session_transaction() as cookie:
        cookie["_user_id"] = cookie["waiting"]
    assert client.get("/account").status_code == 303


@pytest.mark.parametrize("cookie", ["\xff\xfe", "a" * 4000, "%00", "\u00e9"])
def test_malformed_device_cookie_is_ignored(client: Any, cookie: str) -> None:
    person = make_account(Role.VOLUNTEER)
    enable_second_factor(person)
    client.set_cookie("volunteer_hub_device", cookie)
    reply = client.submit("/sign-in", email=person.email, password=PASSWORD)
    assert reply.status_code == 303


def test_reactivated_account_keeps_its_second_factor(client: Any, now: dt.datetime) -> None:
    boss, person = make_account(Role.ADMIN), make_account(Role.COORDINATOR)
    enable_second_factor(person)
    actor = viewer_of(boss)
    service.deactivate(person, reason="x", successors={}, actor=actor, now=now)
    service.reactivate(person, actor=actor, now=now)
    db.session.commit()
    client.submit(latest_mail_link("account_reactivated"), password="three random words")
    reply = client.submit("/sign-in", email=person.email, password="three random words")
    assert "/sign-in/code" in reply.headers["Location"]


def test_staff_without_second_factor_reach_no_other_endpoint(client: Any, app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setitem(app.config, "REQUIRE_SECOND_FACTOR", True)
    boss = make_account(Role.ADMIN, Role.COORDINATOR, Role.FINANCE)
    client.sign_in(boss.email)
    token = client.forms("/account/second-factor/set-up")[-1]["data"]["csrf_token"][0]
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint in ENDPOINTS_WITHOUT_SECOND_FACTOR or is_public(view) or rule.endpoint.startswith("help."):
            continue
        with app.test_request_context():
            values = dict.fromkeys(rule.arguments, 1)
            with contextlib.suppress(BuildError):
                path = app.url_map.bind("localhost").build(rule.endpoint, values)
        for method in rule.methods & {"GET", "POST"}:
            reply = client.open(path, method=method, data={"csrf_token": token} if method == "POST" else None)
            assert reply.status_code in (303, 403, 404), (rule, method, reply.status_code)
            if reply.status_code == 303:
                assert reply.headers["Location"].endswith("/account/second-factor/"), (rule, method)
