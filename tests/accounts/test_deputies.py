"""Deputies have the lent roles on the named days only."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.support.hospitals import make_hospital
from tests.support.queued_mail import list_queued_mail
from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError

TODAY = dt.date(2026, 11, 20)
DAY = dt.timedelta(days=1)


def appoint(principal: Account, deputy: Account, first: dt.date, last: dt.date, now: dt.datetime) -> None:
    """Name `deputy` as the deputy of `principal` for these days."""
    service.set_deputy(principal, deputy, from_on=first, until_on=last, actor=viewer_of(principal), now=now)
    db.session.commit()


@pytest.fixture
def pair(app: Flask) -> tuple[Account, Account]:
    """Return a director for Ghana and one for Kenya, who is the deputy."""
    return make_account(Role.DIRECTOR, name="Gifty", country="GH"), make_account(Role.DIRECTOR, country="KE")


@pytest.mark.parametrize(("day", "acts"), [(-1, False), (0, True), (3, True), (4, False)])
def test_deputy_has_the_lent_role_on_the_named_days_only(
    pair: tuple[Account, Account], now: dt.datetime, day: int, acts: bool
) -> None:
    appoint(*pair, TODAY, TODAY + 3 * DAY, now)
    viewer = queries.get_viewer(pair[1].id, today=TODAY + day * DAY)
    assert viewer.countries(Role.DIRECTOR) == ({"GH", "KE"} if acts else {"KE"})


def test_lent_role_reaches_only_the_deputy(pair: tuple[Account, Account], client: Any, now: dt.datetime) -> None:
    appoint(*pair, TODAY, TODAY, now)
    stranger = make_account(Role.VOLUNTEER)
    assert viewer_of(stranger).roles == {Role.VOLUNTEER}
    assert viewer_of(pair[0]).countries(Role.DIRECTOR) == {"GH"}
    client.sign_in(stranger.email)
    assert client.get("/account/deputy").status_code == 403


def test_ended_role_is_not_lent(pair: tuple[Account, Account], now: dt.datetime) -> None:
    appoint(*pair, TODAY, TODAY, now)
    pair[0].grants[0].ended_at = now
    db.session.commit()
    assert viewer_of(pair[1]).countries(Role.DIRECTOR) == {"KE"}


def test_administrator_role_is_never_lent(app: Flask, now: dt.datetime) -> None:
    principal, deputy = make_account(Role.ADMIN, Role.COORDINATOR), make_account(Role.COORDINATOR)
    appoint(principal, deputy, TODAY, TODAY, now)
    assert viewer_of(deputy).roles == {Role.COORDINATOR}


def test_lent_role_is_not_lent_further(pair: tuple[Account, Account], now: dt.datetime) -> None:
    third = make_account(Role.DIRECTOR, country="UG")
    appoint(*pair, TODAY, TODAY, now)
    appoint(pair[1], third, TODAY, TODAY, now)
    assert viewer_of(third).countries(Role.DIRECTOR) == {"KE", "UG"}


def test_emails_go_to_the_deputy_too(pair: tuple[Account, Account], now: dt.datetime) -> None:
    appoint(*pair, TODAY, TODAY, now)
    recipients = queries.list_recipients_with_role(Role.DIRECTOR, country="GH", today=TODAY)
    assert {recipient.account_id for recipient in recipients} == {pair[0].id, pair[1].id}
    later = queries.list_recipients_with_role(Role.DIRECTOR, country="GH", today=TODAY + DAY)
    assert {recipient.account_id for recipient in later} == {pair[0].id}


@pytest.mark.parametrize("fault", ["principal deactivated", "deputy deactivated", "deputy's role ended"])
def test_emails_go_to_no_deputy_without_the_lent_role(
    pair: tuple[Account, Account], now: dt.datetime, fault: str
) -> None:
    appoint(*pair, TODAY, TODAY, now)
    if fault == "deputy's role ended":
        pair[1].grants[0].ended_at = now
    else:
        pair[fault.startswith("deputy")].state = AccountState.DEACTIVATED
    db.session.commit()
    recipient_ids = {
        recipient.account_id
        for recipient in queries.list_recipients_with_role(Role.DIRECTOR, country="GH", today=TODAY)
    }
    assert recipient_ids == (set() if fault.startswith("principal") else {pair[0].id})


def test_recipients_are_those_whose_scope_covers_the_place(app: Flask) -> None:
    ghana = make_account(Role.DIRECTOR, country="GH")
    make_account(Role.DIRECTOR, country="KE")
    hospital, other = make_hospital("One"), make_hospital("Two")
    at_one = make_account(Role.DIRECTOR, institution_id=hospital.id)
    at_two = make_account(Role.DIRECTOR, institution_id=other.id)
    everywhere = make_account(Role.COORDINATOR)

    def ids(*roles: Role, **place: Any) -> set[int | None]:
        return {recipient.account_id for recipient in queries.list_recipients_with_role(*roles, today=TODAY, **place)}

    assert ids(Role.DIRECTOR, country="GH") == {ghana.id}
    assert ids(Role.DIRECTOR, institution_id=hospital.id) == {at_one.id}
    assert ids(Role.DIRECTOR, country="GH", institution_id=other.id) == {ghana.id, at_two.id}
    assert ids(Role.COORDINATOR, country="GH") == {everywhere.id}
    assert len(ids(Role.DIRECTOR)) == 4


@pytest.mark.parametrize(("first", "last"), [(1, 0), (-5, -1)])
def test_invalid_days_are_refused(pair: tuple[Account, Account], now: dt.datetime, first: int, last: int) -> None:
    with pytest.raises(DomainError):
        appoint(*pair, TODAY + first * DAY, TODAY + last * DAY, now)


def test_own_or_closed_account_is_refused_as_deputy(pair: tuple[Account, Account], now: dt.datetime) -> None:
    with pytest.raises(DomainError):
        appoint(pair[0], pair[0], TODAY, TODAY, now)
    pair[1].state = AccountState.DEACTIVATED
    with pytest.raises(DomainError):
        appoint(*pair, TODAY, TODAY, now)


def test_deputy_must_have_the_same_role(pair: tuple[Account, Account], now: dt.datetime) -> None:
    for other in (make_account(Role.VOLUNTEER), make_account(Role.COORDINATOR), make_account()):
        with pytest.raises(DomainError, match="a role like yours"):
            appoint(pair[0], other, TODAY, TODAY, now)
    pair[1].grants[0].ended_at = now
    with pytest.raises(DomainError):
        appoint(*pair, TODAY, TODAY, now)


def test_shared_administrator_role_does_not_make_a_deputy(app: Flask, now: dt.datetime) -> None:
    principal = make_account(Role.ADMIN, Role.COORDINATOR)
    with pytest.raises(DomainError):
        appoint(principal, make_account(Role.ADMIN), TODAY, TODAY, now)


def test_deputy_is_named_and_ended_by_page(client: Any, pair: tuple[Account, Account]) -> None:
    client.sign_in(pair[0].email)
    answers = {"deputy_id": str(pair[1].id), "from_on": "20/11/2026", "until_on": "2026-11-25"}
    assert client.submit("/account/deputy", **answers).status_code == 303
    assert list_queued_mail("deputy_named")[-1].recipient_account_id == pair[1].id
    assert viewer_of(pair[1]).countries(Role.DIRECTOR) == {"GH", "KE"}
    client.submit("/account", action="/deputy/end")
    assert viewer_of(pair[1]).countries(Role.DIRECTOR) == {"KE"}


def test_only_holders_of_the_role_can_be_chosen(client: Any, pair: tuple[Account, Account]) -> None:
    volunteer = make_account(Role.VOLUNTEER)
    client.sign_in(pair[0].email)
    answers = {"deputy_id": str(volunteer.id), "from_on": "20/11/2026", "until_on": "25/11/2026"}
    assert client.submit("/account/deputy", **answers).status_code == 422


def test_volunteer_cannot_name_a_deputy(client: Any) -> None:
    client.sign_in(make_account(Role.VOLUNTEER).email)
    assert client.get("/account/deputy").status_code == 403
