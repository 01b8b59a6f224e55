"""The second factor: setup, single-use codes, recovery codes."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pyotp
import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.factories.second_factor import RECOVERY, code_of, sign_in, submit_password
from tests.support.queued_mail import list_queued_mail
from tests.support.race import race
from tests.support.second_factor import setup_form
from volunteer_hub.accounts import codes, encryption, queries, service
from volunteer_hub.accounts.models import Account, RecoveryCode, SecondFactor, UserSession
from volunteer_hub.accounts.secrets import hash_token
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError

COOKIE = "volunteer_hub"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
NOON = dt.datetime(2026, 11, 20, 12, 0, tzinfo=dt.UTC)


def test_rfc_6238_sha1_vector() -> None:
    vector = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    at = dt.datetime.fromtimestamp(1111111109, dt.UTC)
    assert codes.find_matching_step(vector, "081804", now=at) == 1111111109 // 30


@given(st.integers(-1000, 1000), st.integers(0, 29))
def test_only_codes_of_this_step_and_its_neighbours_match(steps: int, second: int) -> None:
    now = NOON + dt.timedelta(seconds=second)
    code = code_of(SECRET, at=now, steps=steps)
    near = {code_of(SECRET, at=now, steps=n): codes.step_at(now) + n for n in (-1, 0, 1)}
    assert codes.find_matching_step(SECRET, code, now=now) == near.get(code)


@given(st.text(max_size=12))
def test_other_text_never_matches(text: str) -> None:
    near = {code_of(SECRET, at=NOON, steps=n) for n in (-1, 0, 1)}
    assert (codes.find_matching_step(SECRET, text, now=NOON) is not None) == (text in near)


@given(st.integers(0, 10**6))
def test_codes_of_another_secret_do_not_match(number: int) -> None:
    other = pyotp.TOTP(pyotp.random_base32()).generate_otp(codes.step_at(NOON) + number % 3 - 1)
    near = {code_of(SECRET, at=NOON, steps=n) for n in (-1, 0, 1)}
    assert (codes.find_matching_step(SECRET, other, now=NOON) is not None) == (other in near)


def test_setup_shows_qr_code_key_and_recovery_codes(client: Any, person: Account, clock: Any) -> None:
    client.sign_in(person.email)
    page = client.get("/account/second-factor/set-up").text
    assert "<svg" in page
    key_match = re.search(r'<code class="app-key">([A-Z2-7 ]+)</code>', page)
    assert key_match
    assert {len(group) for group in key_match[1].split()} == {4}
    data = setup_form(page)
    wrong = client.post("/account/second-factor/set-up", data=data | {"app_code": "000000"})
    assert wrong.status_code == 422
    assert key_match[1] in wrong.text, "the same secret is shown again"
    done = client.post(
        "/account/second-factor/set-up", data=data | {"app_code": code_of(key_match[1].replace(" ", ""))}
    )
    assert done.location.startswith("/account/second-factor/codes?sealed=")
    recovery = re.findall(r'<code class="app-key">([a-z0-9-]{19})</code>', client.get(done.location).text)
    assert len(set(recovery)) == 10
    assert client.get("/account/second-factor/codes").location == "/account/second-factor/"
    clock.advance(minutes=11)
    assert client.get(done.location).location == "/account/second-factor/"
    assert list_queued_mail("second_factor_on")[-1].recipient_email == person.email
    hashes = set(db.session.scalars(sa.select(RecoveryCode.code_hash)))
    assert hashes == {codes.hash_recovery_code(person.id, code) for code in recovery}


def test_opening_the_set_up_page_changes_nothing(client: Any, person: Account) -> None:
    client.sign_in(person.email)
    assert "setup_token" in client.get("/account/second-factor/set-up").text
    assert queries.find_second_factor(person.id) is None


def test_foreign_or_expired_setup_token_is_refused(app: Flask, person: Account, clock: Any) -> None:
    other = make_account()
    token_of_other = service.start_setup(other.id, now=clock())
    for setup_token, at in (
        (token_of_other, clock()),
        (service.start_setup(person.id, now=clock()), clock.advance(hours=2)),
    ):
        owner = other.id if setup_token == token_of_other else person.id
        secret = encryption.decrypt(setup_token, encryption.EncryptionPurpose.SECOND_FACTOR_SETUP, owner=owner)
        assert secret
        with pytest.raises(DomainError):
            service.enable_second_factor(person, setup_token, code_of(secret, at=at), actor=viewer_of(person), now=at)


def test_secret_is_stored_encrypted(person: Account, secret: str) -> None:
    row = db.session.get_one(SecondFactor, person.id)
    assert secret not in row.encrypted_secret
    assert (
        encryption.decrypt(row.encrypted_secret, encryption.EncryptionPurpose.SECOND_FACTOR, owner=person.id) == secret
    )
    assert (
        encryption.decrypt(row.encrypted_secret, encryption.EncryptionPurpose.SECOND_FACTOR, owner=person.id + 1)
        is None
    ), "a row put under another account"


def test_fallback_key_decrypts_and_unknown_key_does_not(
    app: Flask, person: Account, secret: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ciphertext = db.session.get_one(SecondFactor, person.id).encrypted_secret
    old_key = app.config["SECRET_KEY"]
    monkeypatch.setitem(app.config, "SECRET_KEY", "a new key, much longer than the old one was")
    assert encryption.decrypt(ciphertext, encryption.EncryptionPurpose.SECOND_FACTOR, owner=person.id) is None
    monkeypatch.setitem(app.config, "SECRET_KEY_FALLBACKS", [old_key])
    assert encryption.decrypt(ciphertext, encryption.EncryptionPurpose.SECOND_FACTOR, owner=person.id) == secret


def test_password_alone_does_not_sign_in(client: Any, secret: str) -> None:
    submit_password(client)
    assert client.get("/account").status_code == 303
    assert client.submit("/sign-in/code", app_code="000000").status_code == 422
    assert client.get("/account").status_code == 303
    assert client.submit("/sign-in/code", app_code=code_of(secret)).location == "/start"
    assert client.get("/account").status_code == 200


def test_code_redirects_to_the_requested_page(client: Any, secret: str) -> None:
    reply = client.submit("/sign-in?next=/account/password", email="ann@example.org", password=PASSWORD)
    assert client.submit(reply.location, app_code=code_of(secret)).location == "/account/password"
    assert client.get("/sign-in/code").status_code == 303


def test_pending_sign_in_expires_after_ten_minutes(client: Any, secret: str, clock: Any) -> None:
    submit_password(client)
    clock.advance(minutes=10)
    assert client.get("/sign-in/code").location == "/sign-in"


def test_pending_token_does_not_sign_in(client: Any, app: Flask, secret: str, now: Any) -> None:
    submit_password(client)
    with client.session_transaction() as cookie:
        token = cookie["waiting"]
    idle = dt.timedelta(hours=12)
    assert queries.find_session_viewer(token, now=now, idle=idle) is None
    assert db.session.scalars(sa.select(UserSession.token_hash)).one() == hash_token(token)


def test_copied_pending_cookie_is_useless_after_the_code(client: Any, app: Flask, secret: str, clock: Any) -> None:
    submit_password(client)
    thief = app.test_client()
    thief.set_cookie(COOKIE, client.get_cookie(COOKIE).value)
    client.submit("/sign-in/code", app_code=code_of(secret))
    clock.advance(seconds=60)
    assert thief.get("/sign-in/code").location == "/sign-in"
    assert thief.get("/account").status_code == 303


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_code_works_once(client: Any, app: Flask, secret: str, steps: int) -> None:
    code = code_of(secret, steps=steps)
    assert sign_in(client, code).status_code == 303
    assert sign_in(app.test_client(), code).status_code == 422


def test_older_code_is_refused_after_a_newer_one(client: Any, app: Flask, secret: str) -> None:
    assert sign_in(client, code_of(secret, steps=1)).status_code == 303
    assert sign_in(app.test_client(), code_of(secret)).status_code == 422


def test_concurrent_requests_consume_a_code_once(app: Flask, person: Account, secret: str, now: Any) -> None:
    code = code_of(secret)
    max_age = dt.timedelta(days=1)
    tokens = []
    for _ in range(6):
        tokens.append(service.sign_in(person.email, PASSWORD, browser="", now=now, max_age=max_age).token)
        db.session.commit()

    def submit_code(number: int) -> bool:
        with app.test_request_context(method="POST"):
            pending = queries.find_session_awaiting_code(tokens[number], now=now)
            assert pending
            try:
                service.complete_sign_in(pending, code, browser="", now=now, max_age=max_age)
            except DomainError:
                return False
            db.session.commit()
            return True

    assert sorted(race(app, submit_code, rivals=6)) == [False] * 5 + [True]


def test_recovery_code_works_once_and_its_owner_is_notified(client: Any, app: Flask, secret: str) -> None:
    assert sign_in(client, RECOVERY.replace("-", " ").upper()).status_code == 303
    assert list_queued_mail("recovery_code_used")[-1].recipient_email == "ann@example.org"
    assert sign_in(app.test_client(), RECOVERY).status_code == 422


def test_new_recovery_codes_replace_the_old_ones(client: Any, app: Flask, secret: str) -> None:
    sign_in(client, code_of(secret))
    assert client.submit("/account/second-factor/new-codes").location.startswith("/account/second-factor/codes?")
    assert sign_in(app.test_client(), RECOVERY).status_code == 422
