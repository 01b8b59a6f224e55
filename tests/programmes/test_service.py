"""The service functions of programmes: what they refuse and what they record."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_institution, make_programme
from tests.support.programmes import USUAL
from volunteer_hub.audit import queries as audit
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.programmes import queries, rules, service
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import ProgrammeState


@pytest.fixture
def carol(app: Flask) -> Viewer:
    """Return a coordinator as the actor."""
    return viewer_of(make_account(Role.COORDINATOR, name="Carol"))


def audit_actions(programme: Programme) -> list[str]:
    db.session.commit()
    return [entry.action for entry in audit.list_history(programme)]


def test_new_programme_is_active(carol: Viewer, now: dt.datetime) -> None:
    programme = service.add_programme(USUAL, currency="UGX", actor=carol, now=now)
    assert (programme.state, programme.currency) == (ProgrammeState.ACTIVE, "UGX")
    assert rules.settings_of(programme) == USUAL
    assert audit_actions(programme) == ["programme.added"]


def test_names_are_unique(carol: Viewer, now: dt.datetime) -> None:
    make_programme(name="Hands Together")
    other = make_programme(name="Other")
    with pytest.raises(DomainError, match="of this name"):
        service.add_programme(USUAL, currency="GBP", actor=carol, now=now)
    with pytest.raises(DomainError, match="of this name"):
        service.change_settings(other, USUAL, actor=carol, now=now)


def test_impossible_settings_are_not_saved(carol: Viewer, now: dt.datetime) -> None:
    wrong = dataclasses.replace(USUAL, ends_on=dt.date(2026, 1, 1))
    programme = make_programme()
    for act in (
        lambda: service.add_programme(wrong, currency="GBP", actor=carol, now=now),
        lambda: service.change_settings(programme, wrong, actor=carol, now=now),
    ):
        with pytest.raises(DomainError, match="before the first"):
            act()
    assert audit_actions(programme) == []


def test_change_records_old_and_new_values(carol: Viewer, now: dt.datetime) -> None:
    programme = make_programme()
    settings = dataclasses.replace(
        rules.settings_of(programme), volunteer_days=10, default_allocation_minor=12_345, needs_release=True
    )
    service.change_settings(programme, settings, actor=carol, now=now)
    service.change_settings(programme, settings, actor=carol, now=now)
    assert audit_actions(programme) == ["programme.changed"]
    note = audit.list_history(programme)[0].note
    assert note
    for line in ("7 → 10", "£500.00 → £123.45", "no → yes"):
        assert line in note.text


def test_institution_is_added_and_removed(carol: Viewer, now: dt.datetime) -> None:
    programme, hospital = make_programme(), make_institution("UG")
    service.add_institution(programme, hospital, actor=carol, now=now)
    assert [running.id for running in queries.list_running_for(hospital.id)] == [programme.id]
    with pytest.raises(Conflict, match="already"):
        service.add_institution(programme, hospital, actor=carol, now=now)
    service.remove_institution(programme, hospital, actor=carol, now=now)
    assert queries.list_running_for(hospital.id) == []
    with pytest.raises(Conflict, match="does not take part"):
        service.remove_institution(programme, hospital, actor=carol, now=now)
    assert audit_actions(programme) == ["programme.institution_added", "programme.institution_taken_out"]


def test_uk_organisations_are_refused(carol: Viewer, now: dt.datetime) -> None:
    nhs = db.session.scalars(sa.select(Institution).where(Institution.kind == InstitutionKind.NHS).limit(1)).one()
    with pytest.raises(DomainError, match="overseas"):
        service.add_institution(make_programme(), nhs, actor=carol, now=now)


def test_closed_programme_takes_no_institutions_until_reopened(carol: Viewer, now: dt.datetime) -> None:
    here, there = make_institution("UG"), make_institution("NP")
    programme = make_programme(here)
    with pytest.raises(Conflict):
        service.reopen(programme, actor=carol, now=now)
    service.close(programme, actor=carol, now=now)
    assert queries.list_running_for(here.id) == []
    with pytest.raises(Conflict):
        service.close(programme, actor=carol, now=now)
    with pytest.raises(DomainError, match="Reopen it"):
        service.add_institution(programme, there, actor=carol, now=now)
    service.reopen(programme, actor=carol, now=now)
    assert [running.id for running in queries.list_running_for(here.id)] == [programme.id]
    assert audit_actions(programme) == ["programme.closed", "programme.active"]
