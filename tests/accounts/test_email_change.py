"""Email change: the new address is confirmed, the old one notified, and no response tells which addresses are known."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.second_factor import enable_second_factor
from tests.support.queued_mail import latest_mail_link, list_queued_mail
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.db import db

OLD, NEW = "ann@example.org", "ann.new@example.org"


@pytest.fixture
def person(client: Any) -> Account:
    """Return an account that is signed in."""
    account = make_account(email=OLD, name="Ann")
    client.sign_in(account.email)
    return account


def request_change(client: Any, email: str = NEW) -> Any:
    """Request a change to another address."""
    return client.submit("/account/email", email=email)


def test_address_changes_by_the_link_to_the_new_address(client: Any, app: Flask, person: Account) -> None:
    other = app.test_client()
    other.sign_in(OLD)
    assert request_change(client).location == "/account/email/requested"
    assert [letter.recipient_email for letter in list_queued_mail("confirm_new_email")] == [NEW]
    assert [letter.recipient_email for letter in list_queued_mail("email_change_asked")] == [OLD]
    assert client.get("/account/email/requested").status_code == 200
    link = latest_mail_link("confirm_new_email")
    assert NEW in client.get(link).text
    assert queries.find_by_email(NEW) is None, "looking changes nothing"
    assert client.submit(link).location == "/account"
    assert [letter.recipient_email for letter in list_queued_mail("email_changed")] == [OLD]
    assert (client.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert client.get(link).status_code == 404
    fresh = app.test_client()
    assert fresh.submit("/sign-in", email=OLD, password=PASSWORD).status_code == 422
    fresh.sign_in(NEW)


def test_link_works_in_a_browser_that_is_not_signed_in(client: Any, app: Flask, person: Account) -> None:
    request_change(client)
    assert app.test_client().submit(latest_mail_link("confirm_new_email")).location == "/sign-in"
    assert client.get("/account").status_code == 303


def test_link_does_not_change_the_address_of_another_session(client: Any, app: Flask, person: Account) -> None:
    request_change(client)
    other = app.test_client()
    other.sign_in(make_account(email="ben@example.org").email)
    assert other.submit(latest_mail_link("confirm_new_email")).location == "/sign-in"
    assert queries.find_by_email("ben@example.org")
    assert other.get("/account").status_code == 200


def test_change_ends_trusted_browsers_and_links(client: Any, person: Account, now: Any) -> None:
    enable_second_factor(person)
    device_token = service.trust_device(person.id, browser="", now=now)
    db.session.commit()
    client.submit("/forgotten-password", email=OLD)
    reset_path = latest_mail_link("reset_password")
    request_change(client)
    client.submit(latest_mail_link("confirm_new_email"))
    assert queries.find_trusted_device(device_token, account_id=person.id, now=now) is None
    assert client.get(reset_path).status_code == 404


def test_link_expires_after_a_day(client: Any, person: Account, clock: Any) -> None:
    request_change(client)
    clock.advance(hours=24)
    reply = client.get(latest_mail_link("confirm_new_email"))
    assert reply.status_code == 404
    assert "/account/email" in reply.text


def test_only_the_latest_link_works(client: Any, person: Account, clock: Any) -> None:
    request_change(client)
    first = latest_mail_link("confirm_new_email")
    clock.advance(minutes=1)
    request_change(client, "other@example.org")
    assert client.get(first).status_code == 404
    assert client.get(latest_mail_link("confirm_new_email")).status_code == 200


def test_password_change_revokes_the_link(client: Any, person: Account) -> None:
    request_change(client)
    client.submit("/account/password", old=PASSWORD, password="purple tractor river")
    assert client.get(latest_mail_link("confirm_new_email")).status_code == 404


def test_taken_address_gets_the_same_response_and_its_owner_is_notified(client: Any, person: Account) -> None:
    make_account(email="ben@example.org", name="Ben")
    free = request_change(client)
    taken = request_change(client, "ben@example.org")
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert [letter.recipient_email for letter in list_queued_mail("email_taken")] == ["ben@example.org"]
    assert len(list_queued_mail("email_change_asked")) == 2
    assert len(list_queued_mail("confirm_new_email")) == 1


def test_address_that_was_taken_meanwhile_is_refused(client: Any, person: Account) -> None:
    request_change(client)
    make_account(email=NEW)
    assert client.submit(latest_mail_link("confirm_new_email")).status_code == 422
    assert db.session.get_one(Account, person.id).email == OLD


def test_present_address_is_refused(client: Any, person: Account) -> None:
    assert request_change(client, OLD).status_code == 422
    assert list_queued_mail() == []


def test_closed_account_gets_no_email(client: Any, person: Account) -> None:
    closed_account = make_account(email="closed@example.org")
    closed_account.state = AccountState.DEACTIVATED
    db.session.commit()
    assert request_change(client, "closed@example.org").location == "/account/email/requested"
    assert [letter.recipient_email for letter in list_queued_mail()] == [OLD]
