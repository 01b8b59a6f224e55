"""Every figure links to its rows: the list behind it has as many rows as the figure says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account
from tests.reports.rows import Everything, figures, rows_at
from volunteer_hub.accounts.models import RoleGrant
from volunteer_hub.budgets.models import Allocation
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db

MIN_FIGURES = {
    Role.VOLUNTEER: 2,
    Role.PARTNER: 8,
    Role.DIRECTOR: 10,
    Role.COORDINATOR: 30,
    Role.FINANCE: 1,
    Role.ADMIN: 4,
}
"""The least number of figures on each role's page."""


@pytest.mark.parametrize("role", list(MIN_FIGURES))
def test_each_figure_opens_exactly_its_rows(app: Any, as_: Any, now: dt.datetime, role: Role) -> None:
    world = Everything(now)
    client = as_(world.person(role))
    shown_figures = figures(client)
    assert len(shown_figures) >= MIN_FIGURES[role], shown_figures
    assert {url: rows_at(client, url) for url, _number in shown_figures} == dict(shown_figures)
    assert any(number for _url, number in shown_figures)


def test_a_person_with_two_roles_opens_the_rows_of_each_role_alone(app: Any, as_: Any, now: dt.datetime) -> None:
    world, other = Everything(now), Everything.__mro__[1](now, "NP", "Theirs")
    both = make_account(Role.DIRECTOR, country="NP")
    db.session.add(RoleGrant(account_id=both.id, role=Role.PARTNER, institution_id=world.place.id, granted_at=now))
    db.session.commit()
    client = as_(both)
    shown_figures = figures(client)
    assert {"as=director", "as=partner"} <= {
        url.split("?")[1].split("&")[-1] for url, _n in shown_figures if "?" in url
    }
    assert {url: rows_at(client, url) for url, _number in shown_figures} == dict(shown_figures)
    assert world.prefix in client.get("/requests/?as=partner").text
    assert other.prefix not in client.get("/requests/?as=partner").text
    assert world.prefix not in client.get("/requests/?as=director").text
    assert client.get("/requests/?as=coordinator").text.count(world.prefix), "a role not held narrows nothing"


def test_allocated_money_is_the_sum_of_the_listed_allocations(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    client = as_(world.person(Role.FINANCE))
    allocations = db.session.query(Allocation).filter(Allocation.fund_id == world.fund.id, Allocation.amount_minor > 0)
    total = sum(allocation.amount_minor for allocation in allocations)
    assert total == world.fund.allocated_minor
    number = allocations.count()
    page = client.get("/start").text
    assert f"£{total / 100:,.2f}" in page
    assert rows_at(client, f"/start/funds/{world.fund.id}") == number
    assert rows_at(client, f"/start/funds/{world.fund.id}?state=untouched") == number
    assert rows_at(client, f"/start/funds/{world.fund.id}?state=spent") == 0
    assert client.get("/start/funds/999").status_code == 404


def test_money_states_follow_what_was_reserved_and_spent(app: Any, as_: Any, now: dt.datetime) -> None:
    world = Everything(now)
    allocations = db.session.query(Allocation).filter(Allocation.amount_minor > 0)
    one, two, three, *_rest = allocations.order_by(Allocation.id)
    one.reserved_minor, two.posted_minor, three.posted_minor = 100, 100, three.amount_minor
    db.session.commit()
    client = as_(world.person(Role.COORDINATOR))
    states = ("reserved", "part_spent", "spent")
    counts = {state: rows_at(client, f"/start/funds/{world.fund.id}?state={state}") for state in states}
    assert counts == {"reserved": 1, "part_spent": 1, "spent": 1}
    finance = as_(world.person(Role.FINANCE))
    shown_figures = figures(finance)
    assert {url: rows_at(finance, url) for url, _number in shown_figures} == dict(shown_figures)
    assert sum(number for url, number in shown_figures if "funds" in url) == allocations.count()
