"""Budget pages: who may read and book, and which amounts are valid."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.matching import make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_fund, make_placement
from tests.support.query_count import page_queries
from volunteer_hub.budgets.models import Fund, Journal
from volunteer_hub.core import clock, money
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.core.money import Money


@pytest.fixture
def finance(client: Any) -> Any:
    """A browser in which a finance officer is signed in."""
    client.sign_in(make_account(Role.FINANCE).email)
    return client


def count_journals() -> int:
    return int(db.session.scalar(sa.select(sa.func.count(Journal.id))) or 0)


def test_finance_books_money_and_sees_it(finance: Any) -> None:
    programme = make_programme(make_institution())
    reply = finance.submit(f"/budget/programmes/{programme.id}/receive", amount="1,250.50", purpose="Instalment 1")
    assert reply.status_code == 303
    fund = db.session.scalars(sa.select(Fund)).one()
    assert fund.received_minor == 125_050
    text = finance.get(f"/budget/funds/{fund.id}").text
    assert "£1,250.50" in text
    assert "Instalment 1" in text
    assert "£1,250.50" in finance.get("/budget/").text


def test_one_form_posted_twice_books_once(finance: Any) -> None:
    path = f"/budget/programmes/{make_programme(make_institution()).id}/receive"
    form = next(f for f in finance.forms(path) if "amount" in f["data"] or f["action"] in {"", path})
    data = form["data"] | {"amount": "10", "purpose": "Once"}
    assert [finance.post(path, data=data).status_code for _ in range(2)] == [303, 303]
    assert count_journals() == 1


INVALID_AMOUNTS = [
    "1e3", "NaN", "nan", "Infinity", "-5", "−5", "+5", "１０", "١٠", "1_0", "0x10", "10.001", "10.", ".5", "£10",
    "10 GBP", "1 000", "99999999999999", "", "ten",
]  # fmt: skip


@pytest.mark.parametrize("amount", INVALID_AMOUNTS)
def test_invalid_amount_is_refused_and_the_reference_kept_in_the_form(finance: Any, amount: str) -> None:
    path = f"/budget/programmes/{make_programme(make_institution()).id}/receive"
    reply = finance.submit(path, amount=amount, purpose="Kept words")
    assert reply.status_code == 422
    assert "Kept words" in reply.text
    assert count_journals() == 0


@pytest.mark.parametrize("amount", ["0", "0.00"])
def test_amount_of_zero_is_refused(finance: Any, amount: str) -> None:
    path = f"/budget/programmes/{make_programme(make_institution()).id}/receive"
    assert "above zero" in finance.submit(path, amount=amount, purpose="x").text
    assert count_journals() == 0


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("250", "GBP", 25_000), ("250.5", "GBP", 25_050), ("1,000", "UGX", 1_000), (" 7.25 ", "USD", 725)],
)
def test_amount_is_read_in_the_units_of_its_currency(text: str, currency: str, minor: int) -> None:
    assert money.parse(text, currency) == Money(minor, currency)


def test_amount_has_no_more_decimals_than_its_currency() -> None:
    with pytest.raises(DomainError, match="decimal places"):
        money.parse("10.5", "UGX")


def test_funder_and_coordinator_read_and_do_not_book(client: Any) -> None:
    fund = make_fund()
    for role in (Role.FUNDER, Role.COORDINATOR):
        client.delete_cookie("volunteer_hub")
        client.sign_in(make_account(role).email)
        assert "Book money received" not in client.get("/budget/").text
        assert client.get(f"/budget/funds/{fund.id}").status_code == 200
        assert client.get(f"/budget/programmes/{fund.programme_id}/receive").status_code == 403


@pytest.mark.parametrize("path", ["/budget/funds/999", "/budget/programmes/999/receive", "/budget/funds/1?after=x"])
def test_unknown_fund_programme_or_cursor_is_404(finance: Any, path: str) -> None:
    make_fund()
    assert finance.get(path).status_code == 404


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_keep_to_their_queries(app: Flask, finance: Any, rows: int) -> None:
    programme = make_programme(make_institution())
    for _ in range(rows):
        fund = make_fund(programme, at=clock.now())
    assert len(page_queries(finance, "/budget/")) <= 3
    assert len(page_queries(finance, f"/budget/funds/{fund.id}")) <= 6


@pytest.mark.parametrize(
    ("role", "links"),
    [(Role.FINANCE, False), (Role.ADMIN, False), (Role.COORDINATOR, True)],
)
def test_movements_name_the_placement_and_link_it_for_those_who_may_open_it(
    client: Any, role: Role, links: bool
) -> None:
    placement = make_placement()
    fund = db.session.scalars(sa.select(Fund)).one()
    client.sign_in(make_account(role).email)
    text = client.get(f"/budget/funds/{fund.id}").text
    assert f"Placement {placement.id}: {placement.request.title}" in text
    assert "placement:" not in text
    assert placement.volunteer.account.name not in text
    assert "First instalment" in text
    assert (f'href="/placements/{placement.id}"' in text) is links
    assert client.get(f"/placements/{placement.id}").status_code == (200 if links else 403)


def test_the_number_of_queries_does_not_grow_with_placements(client: Any) -> None:
    first = make_placement()
    fund = db.session.scalars(sa.select(Fund)).one()
    client.sign_in(make_account(Role.FINANCE).email)
    path = f"/budget/funds/{fund.id}"
    queries = len(page_queries(client, path))
    for _ in range(3):
        make_placement(make_match(make_request(institution=first.request.institution)))
    assert len(page_queries(client, path)) == queries <= 6
