"""Registration, confirmation, password reset: links act once, in time, on POST; responses do not tell known addresses."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories.accounts import PASSWORD, make_account
from tests.support.client import strip_request_id
from tests.support.queued_mail import latest_mail_link, list_queued_mail
from tests.support.race import race
from volunteer_hub.accounts import rules, service
from volunteer_hub.accounts.models import Account, AccountToken, PolicyAcceptance
from volunteer_hub.accounts.service.tokens import issue_token
from volunteer_hub.accounts.states import AccountState, TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound

NEW_PASSWORD = "purple tractor river"


def register(client: Any, **changes: Any) -> TestResponse:
    """Submit the registration page as Ann."""
    answers = {
        "name": "Ann Example",
        "email": "Ann@Example.org",
        "password": NEW_PASSWORD,
        "code_of_conduct": "yes",
        "patient_data_pledge": "yes",
    }
    return client.submit("/register", **answers | changes)  # type: ignore[no-any-return]


def ann() -> Account:
    """Return Ann's stored account."""
    db.session.rollback()
    return db.session.scalars(sa.select(Account).where(Account.email == "ann@example.org")).one()


def are_equal(*replies: TestResponse) -> bool:
    """Return whether the responses are equal apart from tokens."""
    return len({(r.status_code, r.location, re.sub(r'value="[^"]*"', "", r.text)) for r in replies}) == 1


def test_register_confirm_sign_in(client: Any) -> None:
    assert register(client).location == "/check-your-email"
    assert ann().state is AccountState.UNCONFIRMED
    assert [grant.role for grant in ann().grants] == [Role.VOLUNTEER]
    assert client.submit("/sign-in", email="ann@example.org", password=NEW_PASSWORD).status_code == 422
    assert client.submit(latest_mail_link("confirm_address")).location == "/sign-in"
    assert ann().state is AccountState.ACTIVE
    assert client.sign_in("ann@example.org", NEW_PASSWORD).location == "/start"


def test_accepted_policy_versions_are_recorded(client: Any, now: Any) -> None:
    register(client)
    accepted = db.session.execute(sa.select(PolicyAcceptance.policy, PolicyAcceptance.version)).all()
    assert {(row.policy, row.version) for row in accepted} == set(rules.POLICY_VERSIONS.items())


@pytest.mark.parametrize("missing", ["name", "email", "password", "code_of_conduct", "patient_data_pledge"])
def test_every_field_is_required(client: Any, missing: str) -> None:
    reply = register(client, **{missing: None})
    assert reply.status_code == 422
    assert f'href="#{missing}"' in reply.text
    assert list_queued_mail() == []


def test_link_acts_on_post_only_and_once(client: Any) -> None:
    register(client)
    link = latest_mail_link("confirm_address")
    for _ in range(3):
        client.get(link)
        client.head(link)
    assert ann().state is AccountState.UNCONFIRMED
    client.submit(link)
    assert ann().state is AccountState.ACTIVE
    assert client.get(link).status_code == 404


def test_link_expires(client: Any, clock: Any) -> None:
    register(client)
    clock.advance(days=3)
    assert client.get(latest_mail_link("confirm_address")).status_code == 404


def test_stale_link_explains_what_to_do(client: Any, clock: Any) -> None:
    register(client)
    link = latest_mail_link("confirm_address")
    client.submit(link)
    used = client.get(link)
    assert used.status_code == 404
    assert "This link no longer works" in used.text
    assert "If you have confirmed your address already, sign in." in used.text
    assert 'href="/sign-in"' in used.text
    client.submit("/forgotten-password", email="ann@example.org")
    clock.advance(hours=2)
    late = client.get(latest_mail_link("reset_password"))
    assert late.status_code == 404
    assert "new password already" in late.text
    assert 'href="/forgotten-password"' in late.text
    assert strip_request_id(late) == strip_request_id(client.get("/reset/never-was-one"))
    assert "If you have opened your account already" in client.get("/invitation/x").text


def test_link_has_one_purpose(client: Any) -> None:
    register(client)
    token = latest_mail_link("confirm_address").rsplit("/", 1)[-1]
    assert client.get(f"/reset/{token}").status_code == 404
    assert client.get(f"/invitation/{token}").status_code == 404


@pytest.mark.parametrize("token", ["x", "é", "%00", "a" * 3000])
def test_invalid_tokens_are_not_found(client: Any, token: str) -> None:
    for path in ("confirm", "reset", "invitation"):
        assert client.get(f"/{path}/{token}").status_code == 404


def test_only_the_hash_of_a_token_is_stored(client: Any) -> None:
    register(client)
    token = latest_mail_link("confirm_address").rsplit("/", 1)[-1]
    hashes = db.session.scalars(sa.select(AccountToken.token_hash)).all()
    assert all(token not in value for value in hashes)


def test_concurrent_requests_consume_a_token_once(client: Any, app: Flask, now: Any) -> None:
    register(client)
    token = latest_mail_link("confirm_address").rsplit("/", 1)[-1]

    def confirm(_number: int) -> bool:
        try:
            service.confirm_address(token, now=now)
            db.session.commit()
        except NotFound:
            db.session.rollback()
            return False
        return True

    assert sum(race(app, confirm, rivals=4)) == 1


def test_known_and_unknown_addresses_get_the_same_response(client: Any) -> None:
    make_account(email="known@example.org")
    assert are_equal(register(client, email="known@example.org"), register(client, email="new@example.org"))
    assert are_equal(
        client.submit("/forgotten-password", email="known@example.org"),
        client.submit("/forgotten-password", email="nobody@example.org"),
    )
    assert [mail.kind for mail in list_queued_mail()] == [
        "already_registered",
        "confirm_address",
        "reset_password",
        "no_account",
    ]


def test_registering_a_known_address_changes_nothing(client: Any) -> None:
    make_account(name="Ann", email="ann@example.org")
    before = ann().password_hash
    register(client, name="Mallory", password="another long secret")
    assert (ann().name, ann().password_hash) == ("Ann", before)


def test_sign_in_refusals_are_equal_for_every_reason(client: Any) -> None:
    make_account(email="known@example.org")
    make_account(email="left@example.org", state=AccountState.ACTIVE)
    make_account(email="unconfirmed@example.org", state=AccountState.UNCONFIRMED)
    left = db.session.scalars(sa.select(Account).where(Account.email == "left@example.org")).one()
    left.state = AccountState.DEACTIVATED
    db.session.commit()

    def sign_in_response(email: str, password: str) -> tuple[int, str]:
        reply = client.submit("/sign-in", email=email, password=password)
        return reply.status_code, re.sub(r'value="[^"]*"', "", reply.text)

    answers = {
        sign_in_response("known@example.org", "wrong password"),
        sign_in_response("nobody@example.org", PASSWORD),
        sign_in_response("left@example.org", PASSWORD),
        sign_in_response("unconfirmed@example.org", PASSWORD),
    }
    assert len(answers) == 1
    assert next(iter(answers))[0] == 422


@pytest.mark.parametrize(
    "password", ["", "short", "password123", "PASSWORD123", "aaaaaaaaaaaa", "annexample", "ann@example.org", "x" * 201]
)
def test_weak_passwords_are_refused(client: Any, password: str) -> None:
    assert register(client, password=password).status_code == 422
    assert list_queued_mail() == []


@pytest.mark.parametrize("password", [NEW_PASSWORD, "correct horse battery", "çok güzel bir gün", "0x#9!kkQ_2"])
def test_good_passwords_are_accepted(password: str) -> None:
    rules.check_password(password, email="ann@example.org", name="Ann Example")


def test_reset_sets_the_password_and_ends_every_session(client: Any, app: Flask) -> None:
    make_account(email="ann@example.org")
    client.sign_in("ann@example.org")
    assert client.get("/account").status_code == 200
    other = app.test_client()
    other.submit("/forgotten-password", email="ann@example.org")
    link = latest_mail_link("reset_password")
    assert other.submit(link, password="short").status_code == 422
    assert other.submit(link, password=NEW_PASSWORD).location == "/sign-in"
    assert client.get("/account").status_code == 303
    assert other.get(link).status_code == 404
    other.sign_in("ann@example.org", NEW_PASSWORD)
    assert [mail.kind for mail in list_queued_mail()] == ["reset_password", "password_changed"]


def test_reset_link_expires_after_an_hour(client: Any, clock: Any) -> None:
    make_account(email="ann@example.org")
    client.submit("/forgotten-password", email="ann@example.org")
    link = latest_mail_link("reset_password")
    clock.advance(minutes=59)
    assert client.get(link).status_code == 200
    clock.advance(minutes=1)
    assert client.get(link).status_code == 404


def test_reset_email_ignores_the_host_header(client: Any) -> None:
    make_account(email="ann@example.org")
    client.get("/forgotten-password", base_url="http://evil.example")
    client.submit("/forgotten-password", email="ann@example.org")
    text = list_queued_mail("reset_password")[-1].text
    assert "http://localhost/reset/" in text
    assert "evil" not in text


def test_deactivated_account_gets_no_link(app: Flask, now: Any) -> None:
    account = make_account()
    account.state = AccountState.DEACTIVATED
    db.session.commit()
    service.request_password_reset(account.email, now=now)
    db.session.commit()
    assert [mail.kind for mail in list_queued_mail()] == ["no_account"]


def test_token_of_another_purpose_is_refused(app: Flask, now: Any) -> None:
    token_row, token = issue_token(make_account(), TokenPurpose.CONFIRM, now=now)
    assert service.get_usable_token(token, TokenPurpose.CONFIRM, now=now) is token_row
    with pytest.raises(NotFound):
        service.get_usable_token(token, TokenPurpose.RESET, now=now)


def test_scope_must_fit_the_role() -> None:
    for role, country, institution_id in (
        (Role.PARTNER, "GH", None),
        (Role.DIRECTOR, None, None),
        (Role.FINANCE, "GH", None),
        (Role.ADMIN, None, 1),
    ):
        with pytest.raises(DomainError):
            rules.check_scope(role, country=country, institution_id=institution_id)
    rules.check_scope(Role.PARTNER, country=None, institution_id=1)
    rules.check_scope(Role.DIRECTOR, country="GH", institution_id=None)
    rules.check_scope(Role.FUNDER, country=None, institution_id=None)
