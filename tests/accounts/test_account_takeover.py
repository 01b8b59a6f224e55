"""Attempts to take over another person's account or to gain a role, each of which must fail."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import PASSWORD, make_account, viewer_of
from tests.support.hospitals import make_hospital
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts import queries, rules, secrets, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, Forbidden
from volunteer_hub.core.idempotency import FormSubmission

LIFE = dt.timedelta(days=1)


def kinds() -> list[str]:
    """Return the kinds of queued emails, in order."""
    return [letter.kind for letter in list_queued_mail()]


def test_second_registration_removes_the_first_password(app: Flask, now: dt.datetime) -> None:
    victim = "victim@example.org"
    service.register(name="Mallory", email=victim, password="mallory knows this", now=now)
    service.register(name="Vera", email=victim, password="only vera knows", now=now + dt.timedelta(hours=1))
    db.session.commit()
    account = queries.find_by_email(victim)
    assert account is not None
    assert account.password_hash is None
    assert kinds() == ["confirm_address", "reset_password"]
    for password in ("mallory knows this", "only vera knows"):
        with pytest.raises(DomainError):
            service.sign_in(victim, password, browser="", now=now, max_age=LIFE)


def test_form_submissions_store_no_password_hash(client: Any) -> None:
    account = make_account(Role.VOLUNTEER)
    client.sign_in(account.email)
    assert list(db.session.scalars(sa.select(FormSubmission))) == []
    client.submit("/account/password", old=PASSWORD, password="another fine password")
    assert len(list(db.session.scalars(sa.select(FormSubmission)))) == 1


def test_password_change_revokes_reset_links(app: Flask, now: dt.datetime) -> None:
    account = make_account(Role.VOLUNTEER)
    for hour in (1, 2):
        service.request_password_reset(account.email, now=now + dt.timedelta(minutes=hour))
    db.session.commit()
    tokens = db.session.scalars(sa.text("SELECT count(*) FROM account_token WHERE used_at IS NULL")).one()
    assert tokens == 2
    service.change_password(
        queries.get_account(account.id), old=PASSWORD, new="another fine password", actor=viewer_of(account), now=now
    )
    db.session.commit()
    assert db.session.scalars(sa.text("SELECT count(*) FROM account_token WHERE used_at IS NULL")).one() == 0


def test_password_request_of_an_invited_person_sends_an_invitation(app: Flask, now: dt.datetime) -> None:
    account = make_account(Role.FUNDER, state=AccountState.INVITED)
    service.request_password_reset(account.email, now=now)
    db.session.commit()
    assert kinds() == ["invitation"]


def test_own_role_cannot_be_given(app: Flask, now: dt.datetime) -> None:
    account = make_account(Role.COORDINATOR)
    with pytest.raises(Forbidden):
        service.invite(
            name=account.name,
            email=account.email,
            role=Role.DIRECTOR,
            country="UG",
            institution_id=None,
            place="Uganda",
            time_zone="Africa/Kampala",
            role_name="Director",
            actor=viewer_of(account),
            now=now,
        )


@pytest.mark.parametrize(("role", "country", "institution"), [(Role.DIRECTOR, "UG", 1), (Role.PARTNER, "UG", 1)])
def test_scope_is_country_or_institution(role: Role, country: str, institution: int) -> None:
    with pytest.raises(DomainError):
        rules.check_scope(role, country=country, institution_id=institution)


def lend(principal: Account, deputy: Account, now: dt.datetime) -> None:
    """Name `deputy` as the deputy of `principal` for today."""
    day = now.date()
    service.set_deputy(principal, deputy, from_on=day, until_on=day, actor=viewer_of(principal), now=now)
    db.session.commit()


def test_deputy_gains_no_new_role(app: Flask, now: dt.datetime) -> None:
    hospital = make_hospital().id
    principal = make_account(Role.COORDINATOR, Role.PARTNER, institution_id=hospital)
    deputy = make_account(Role.PARTNER, institution_id=hospital)
    lend(principal, deputy, now)
    assert viewer_of(deputy).roles == {Role.PARTNER}


def test_deactivated_director_lends_no_role(app: Flask, now: dt.datetime) -> None:
    principal, deputy = make_account(Role.DIRECTOR, country="GH"), make_account(Role.DIRECTOR, country="KE")
    lend(principal, deputy, now)
    assert viewer_of(deputy).countries(Role.DIRECTOR) == {"GH", "KE"}
    principal.state = AccountState.DEACTIVATED
    db.session.commit()
    assert viewer_of(deputy).countries(Role.DIRECTOR) == {"KE"}


def test_password_hash_has_the_parameters_of_owasp() -> None:
    assert secrets.hash_password("four words make one").startswith("$argon2id$v=19$m=19456,t=2,p=1$")
