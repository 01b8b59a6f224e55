"""Changing the e-mail address: the new one proves itself, the old one hears of it, nothing leaks."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account
from tests.factories.second_factor import give_factor
from tests.support.letters import letters, link_in
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.db import db

OLD, NEW = "ann@example.org", "ann.new@example.org"


@pytest.fixture
def person(client: Any) -> Account:
    """Somebody who is signed in."""
    account = make_account(email=OLD, name="Ann")
    client.sign_in(account.email)
    return account


def ask(client: Any, email: str = NEW) -> Any:
    """Type another address."""
    return client.submit("/account/email", email=email)


def test_the_address_changes_by_the_link_in_the_new_mailbox(client: Any, app: Flask, person: Account) -> None:
    other = app.test_client()
    other.sign_in(OLD)
    assert ask(client).location == "/account/email/requested"
    assert [letter.recipient_email for letter in letters("confirm_new_email")] == [NEW]
    assert [letter.recipient_email for letter in letters("email_change_asked")] == [OLD]
    assert client.get("/account/email/requested").status_code == 200
    link = link_in("confirm_new_email")
    assert NEW in client.get(link).text
    assert queries.find_by_email(NEW) is None, "looking changes nothing"
    assert client.submit(link).location == "/account"
    assert [letter.recipient_email for letter in letters("email_changed")] == [OLD]
    assert (client.get("/account").status_code, other.get("/account").status_code) == (200, 303)
    assert client.get(link).status_code == 404
    fresh = app.test_client()
    assert fresh.submit("/sign-in", email=OLD, password=PASSWORD).status_code == 422
    fresh.sign_in(NEW)


def test_it_works_in_a_browser_that_is_not_signed_in(client: Any, app: Flask, person: Account) -> None:
    ask(client)
    assert app.test_client().submit(link_in("confirm_new_email")).location == "/sign-in"
    assert client.get("/account").status_code == 303


def test_another_account_that_opens_the_link_keeps_its_own_address(client: Any, app: Flask, person: Account) -> None:
    ask(client)
    other = app.test_client()
    other.sign_in(make_account(email="ben@example.org").email)
    assert other.submit(link_in("confirm_new_email")).location == "/sign-in"
    assert queries.find_by_email("ben@example.org")
    assert other.get("/account").status_code == 200


def test_trusted_browsers_and_open_links_end(client: Any, person: Account, now: Any) -> None:
    give_factor(person)
    device = service.trust_device(person.id, browser="", now=now)
    db.session.commit()
    client.submit("/forgotten-password", email=OLD)
    reset = link_in("reset_password")
    ask(client)
    client.submit(link_in("confirm_new_email"))
    assert queries.find_trusted_device(device, account_id=person.id, now=now) is None
    assert client.get(reset).status_code == 404


def test_the_link_ends_after_a_day(client: Any, person: Account, clock: Any) -> None:
    ask(client)
    clock.advance(hours=24)
    reply = client.get(link_in("confirm_new_email"))
    assert reply.status_code == 404
    assert "/account/email" in reply.text


def test_only_the_newest_link_counts(client: Any, person: Account, clock: Any) -> None:
    ask(client)
    first = link_in("confirm_new_email")
    clock.advance(minutes=1)
    ask(client, "other@example.org")
    assert client.get(first).status_code == 404
    assert client.get(link_in("confirm_new_email")).status_code == 200


def test_a_new_password_stops_the_change(client: Any, person: Account) -> None:
    ask(client)
    client.submit("/account/password", old=PASSWORD, password="purple tractor river")
    assert client.get(link_in("confirm_new_email")).status_code == 404


def test_a_taken_address_is_answered_alike_and_its_owner_is_told(client: Any, person: Account) -> None:
    make_account(email="ben@example.org", name="Ben")
    free = ask(client)
    taken = ask(client, "ben@example.org")
    assert (free.status_code, free.location) == (taken.status_code, taken.location)
    assert [letter.recipient_email for letter in letters("email_taken")] == ["ben@example.org"]
    assert len(letters("email_change_asked")) == 2
    assert len(letters("confirm_new_email")) == 1


def test_an_address_that_is_taken_meanwhile_is_refused(client: Any, person: Account) -> None:
    ask(client)
    make_account(email=NEW)
    assert client.submit(link_in("confirm_new_email")).status_code == 422
    assert db.session.get_one(Account, person.id).email == OLD


def test_ones_own_address_is_no_change(client: Any, person: Account) -> None:
    assert ask(client, OLD).status_code == 422
    assert letters() == []


def test_nobody_writes_to_a_closed_account(client: Any, person: Account) -> None:
    gone = make_account(email="gone@example.org")
    gone.state = AccountState.DEACTIVATED
    db.session.commit()
    assert ask(client, "gone@example.org").location == "/account/email/requested"
    assert [letter.recipient_email for letter in letters()] == [OLD]
