"""Each movement of money: what is audited, what its journal says, and the edges of what is available."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_institution, make_programme
from tests.support.audit_log import Action, list_actions
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.budgets import queries, service
from volunteer_hub.budgets.models import Allocation, Fund, Journal
from volunteer_hub.budgets.states import JournalKind, ReservationState
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.core.money import Money


@pytest.fixture
def actor(app: Flask) -> Viewer:
    return viewer_of(make_account(Role.FINANCE))


@pytest.fixture
def fund(actor: Viewer, now: dt.datetime) -> Fund:
    """A fund with 1,000 pence."""
    programme = make_programme(make_institution("UG"))
    return service.receive(programme, Money(1000, "GBP"), purpose="Instalment", actor=actor, now=now)


@pytest.fixture
def allocation(fund: Fund, actor: Viewer, now: dt.datetime) -> Allocation:
    """An allocation of 100 pence."""
    return service.allocate(fund, 100, purpose="placement:1", actor=actor, now=now)


def latest_journal() -> Journal:
    return db.session.scalars(sa.select(Journal).order_by(Journal.id.desc()).limit(1)).one()


def lines_of(journal: Journal) -> list[tuple[str, int]]:
    return [(entry.account.kind.value, entry.amount_minor) for entry in journal.entries]


def details_of(action: str) -> list[str]:
    db.session.commit()
    return list(db.session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == action)))


def test_money_received_is_audited_and_booked(fund: Fund, actor: Viewer, now: dt.datetime) -> None:
    assert list_actions(fund) == [Action("fund.received", actor.account_id)]
    assert details_of("fund.received") == ['{"amount":1000,"currency":"GBP"}']
    journal = latest_journal()
    assert (journal.kind, journal.purpose, journal.at, journal.actor_id, journal.reverses_id) == (
        JournalKind.RECEIVE,
        "Instalment",
        now,
        actor.account_id,
        None,
    )
    assert lines_of(journal) == [("funder", -1000), ("fund", 1000)]


def test_a_second_receipt_goes_into_the_same_fund_and_another_currency_into_its_own(
    fund: Fund, actor: Viewer, now: dt.datetime
) -> None:
    programme = fund.programme
    again = service.receive(programme, Money(1, "GBP"), purpose="More", actor=actor, now=now)
    euros = service.receive(programme, Money(5, "EUR"), purpose="More", actor=actor, now=now)
    assert (again.id, fund.received_minor, euros.received_minor) == (fund.id, 1001, 5)
    assert euros.id != fund.id
    assert list(queries.list_faults()) == []


def test_all_of_a_fund_can_be_allocated_and_not_a_penny_more(fund: Fund, actor: Viewer, now: dt.datetime) -> None:
    with pytest.raises(DomainError) as refusal, db.session.begin_nested():
        service.allocate(fund, 1001, purpose="placement:1", actor=actor, now=now)
    assert refusal.value.code == "fund_empty"
    allocation = service.allocate(fund, 1000, purpose="placement:1", actor=actor, now=now)
    assert (fund.allocated_minor, allocation.amount_minor, allocation.available_minor) == (1000, 1000, 1000)
    assert list_actions(allocation) == [Action("allocation.made", actor.account_id)]
    assert details_of("allocation.made") == ['{"amount":1000,"currency":"GBP"}']


def test_all_of_an_allocation_can_be_reserved_and_not_a_penny_more(
    allocation: Allocation, actor: Viewer, now: dt.datetime
) -> None:
    other = service.allocate(allocation.fund, 50, purpose="placement:2", actor=actor, now=now)
    with pytest.raises(DomainError) as refusal, db.session.begin_nested():
        service.reserve(allocation, 101, purpose="claim:1", actor=actor, now=now)
    assert refusal.value.code == "allocation_empty"
    reservation = service.reserve(allocation, 100, purpose="claim:1", actor=actor, now=now)
    assert (allocation.reserved_minor, allocation.available_minor, other.reserved_minor) == (100, 0, 0)
    assert list_actions(reservation) == [Action("reservation.held", actor.account_id)]
    assert details_of("reservation.held") == ['{"amount":100}']


@pytest.mark.parametrize("amount", [0, -1])
def test_amounts_of_nothing_are_refused(allocation: Allocation, actor: Viewer, now: dt.datetime, amount: int) -> None:
    reservation = service.reserve(allocation, 1, purpose="claim:1", actor=actor, now=now)
    with pytest.raises(DomainError, match="above zero"):
        service.allocate(allocation.fund, amount, purpose="placement:9", actor=actor, now=now)
    with pytest.raises(DomainError, match="above zero"):
        service.reserve(allocation, amount, purpose="claim:9", actor=actor, now=now)
    with pytest.raises(DomainError, match="above zero"):
        service.post(reservation, amount, actor=actor, now=now)


@pytest.mark.parametrize(
    ("spent", "lines"),
    [
        (40, [("reserved", -40), ("spent", 40)]),
        (39, [("reserved", -40), ("spent", 39), ("allocation", 1)]),
    ],
)
def test_a_reservation_ends_by_spending(
    allocation: Allocation, actor: Viewer, now: dt.datetime, spent: int, lines: list[tuple[str, int]]
) -> None:
    reservation = service.reserve(allocation, 40, purpose="claim:1", actor=actor, now=now)
    with pytest.raises(DomainError, match="than was reserved"):
        service.post(reservation, 41, actor=actor, now=now)
    later = now + dt.timedelta(hours=1)
    service.post(reservation, spent, actor=actor, now=later)
    assert lines_of(latest_journal()) == lines
    assert (reservation.state, reservation.posted_minor, reservation.ended_at) == (
        ReservationState.POSTED,
        spent,
        later,
    )
    assert (allocation.posted_minor, allocation.reserved_minor, allocation.available_minor) == (spent, 0, 100 - spent)
    assert list_actions(reservation)[-1] == Action("reservation.posted", actor.account_id)


def test_a_reservation_ends_by_its_release(allocation: Allocation, actor: Viewer, now: dt.datetime) -> None:
    reservation = service.reserve(allocation, 40, purpose="claim:1", actor=actor, now=now)
    service.release(reservation, actor=actor, now=now)
    assert lines_of(latest_journal()) == [("reserved", -40), ("allocation", 40)]
    assert (allocation.available_minor, reservation.ended_at) == (100, now)
    assert latest_journal().purpose == "claim:1"
    assert list_actions(reservation)[-1] == Action("reservation.released", actor.account_id)


def test_what_is_left_returns_to_the_fund(allocation: Allocation, actor: Viewer, now: dt.datetime) -> None:
    service.reserve(allocation, 30, purpose="claim:1", actor=actor, now=now)
    assert service.return_unspent(allocation, actor=actor, now=now) == 70
    assert lines_of(latest_journal()) == [("allocation", -70), ("fund", 70)]
    assert (allocation.amount_minor, allocation.fund.allocated_minor) == (30, 30)
    assert list_actions(allocation)[-1] == Action("allocation.returned", actor.account_id)
    assert details_of("allocation.returned") == ['{"amount":70}']
    last = latest_journal().id
    assert service.return_unspent(allocation, actor=actor, now=now) == 0
    assert latest_journal().id == last
    assert len(details_of("allocation.returned")) == 1


def test_a_movement_is_reversed_once(allocation: Allocation, actor: Viewer, now: dt.datetime) -> None:
    service.allocate(allocation.fund, 5, purpose="placement:2", actor=actor, now=now)
    journal = db.session.scalars(sa.select(Journal).where(Journal.purpose == "placement:1")).one()
    mirror = service.reverse(journal, actor=actor, now=now)
    assert (mirror.kind, mirror.reverses_id, mirror.purpose) == (JournalKind.REVERSE, journal.id, "placement:1")
    assert lines_of(mirror) == [("fund", 100), ("allocation", -100)]
    assert (allocation.amount_minor, allocation.fund.allocated_minor) == (0, 5)
    assert list_actions(mirror) == [Action("journal.reversed", actor.account_id)]
    assert details_of("journal.reversed") == [f'{{"reverses":{journal.id}}}']
    with pytest.raises(Conflict, match="already been reversed"):
        service.reverse(journal, actor=actor, now=now)
    with pytest.raises(Conflict, match="cannot be reversed"):
        service.reverse(mirror, actor=actor, now=now)


def test_money_that_is_allocated_cannot_be_given_back(allocation: Allocation, actor: Viewer, now: dt.datetime) -> None:
    receipt = db.session.scalars(sa.select(Journal).where(Journal.kind == JournalKind.RECEIVE)).one()
    with pytest.raises(DomainError) as refusal, db.session.begin_nested():
        service.reverse(receipt, actor=actor, now=now)
    assert refusal.value.code == "fund_empty"


def test_money_that_is_reserved_cannot_leave_its_allocation(
    allocation: Allocation, actor: Viewer, now: dt.datetime
) -> None:
    service.reserve(allocation, 1, purpose="claim:1", actor=actor, now=now)
    journal = db.session.scalars(sa.select(Journal).where(Journal.purpose == "placement:1")).one()
    with pytest.raises(DomainError) as refusal, db.session.begin_nested():
        service.reverse(journal, actor=actor, now=now)
    assert refusal.value.code == "allocation_empty"


@pytest.mark.parametrize("kind", [JournalKind.RESERVE, JournalKind.RELEASE])
def test_movements_of_a_reservation_are_not_reversed(
    allocation: Allocation, actor: Viewer, now: dt.datetime, kind: JournalKind
) -> None:
    reservation = service.reserve(allocation, 1, purpose="claim:1", actor=actor, now=now)
    service.release(reservation, actor=actor, now=now)
    journal = db.session.scalars(sa.select(Journal).where(Journal.kind == kind)).one()
    with pytest.raises(Conflict, match="cannot be reversed"):
        service.reverse(journal, actor=actor, now=now)


def test_money_of_two_funds_stays_apart(fund: Fund, actor: Viewer, now: dt.datetime) -> None:
    second = service.receive(
        make_programme(make_institution("NP")), Money(10, "GBP"), purpose="Other", actor=actor, now=now
    )
    service.allocate(second, 10, purpose="placement:7", actor=actor, now=now)
    assert (fund.allocated_minor, fund.received_minor) == (0, 1000)
    assert (second.allocated_minor, second.received_minor) == (10, 10)
    assert list(queries.list_faults()) == []
