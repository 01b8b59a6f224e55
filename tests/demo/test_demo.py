"""The demonstration programme: plausible, the same for the same seed, never added to a real one."""

from __future__ import annotations

import datetime as dt
from typing import Any

import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.database import Database
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import queries as audit
from volunteer_hub.budgets import queries as budgets
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.demo import match_facts, partner_requests, people, people_data, scenario
from volunteer_hub.demo.builder import build_world, institution_count
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import COUNTED_STATES
from volunteer_hub.institutions.models import Partnership
from volunteer_hub.matching import queries as matching
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.volunteers.models import Volunteer, VolunteerGoal
from volunteer_hub.volunteers.states import VolunteerState

NOW = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def demo_rows(seed: int) -> list[Any]:
    """Return the main columns of a small demonstration of that seed, uncommitted."""
    world = build_world(seed=seed, now=NOW)
    list(people.make_volunteers(world, 6))
    list(partner_requests.make_requests(world, 8))
    scenario.create_matches(world)
    columns = (Account.name, Account.email), (PartnerRequest.title, PartnerRequest.state), (Match.score, Match.state)
    rows = [db.session.execute(sa.select(*group).order_by(group[0].class_.id)).all() for group in columns]
    profiles = sa.select(Volunteer.profession_code, Volunteer.weekly_minutes, Volunteer.state).order_by(Volunteer.id)
    return [*rows, db.session.execute(profiles).all()]


def demo(app: Flask, *options: str) -> Result:
    """Run `flask demo` with a few people."""
    return app.test_cli_runner().invoke(args=["demo", "--volunteers=4", "--requests=5", *options])


def test_the_same_seed_gives_the_same_rows(app: Flask, database: Database) -> None:
    results = []
    for seed in (7, 7, 8):
        results.append(demo_rows(seed))
        db.session.remove()
        database.release_connections(db.engine)
        database.reset(db.engine)
    assert results[0] == results[1]
    assert results[0] != results[2]


def test_there_are_rows_in_every_state(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["demo"])
    assert done.exit_code == 0, done.output
    seen = {
        kind: set(db.session.scalars(sa.select(kind.state))) for kind in (Volunteer, PartnerRequest, Match, Placement)
    }
    assert seen[Volunteer] >= {
        VolunteerState.REGISTERED,
        VolunteerState.CHECKING,
        VolunteerState.READY,
        VolunteerState.LAPSED,
    }
    assert seen[PartnerRequest] >= {
        RequestState.DRAFT,
        RequestState.SUBMITTED,
        RequestState.RETURNED,
        RequestState.OPEN,
        RequestState.FILLED,
    }
    assert seen[Match] >= {
        MatchState.PROPOSED,
        MatchState.ACCEPTED,
        MatchState.APPROVED,
        MatchState.DECLINED,
        MatchState.WITHDRAWN,
    }
    assert seen[Placement] >= {PlacementState.PLANNED, PlacementState.ACTIVE}
    assert list(audit.verify()) == []
    assert list(budgets.list_faults()) == []
    check_published_accounts_share_a_placement()
    check_hours_over_several_months()


def check_hours_over_several_months() -> None:
    """Check that hours span months, and that the published volunteer has entries in every state but withdrawn."""
    days = db.session.scalars(sa.select(HoursEntry.worked_on)).all()
    assert len({(day.year, day.month) for day in days}) >= 3
    own = (
        sa.select(HoursEntry.state)
        .join(HoursEntry.volunteer)
        .join(Volunteer.account)
        .where(Account.email == "volunteer@example.org")
    )
    assert set(db.session.scalars(own)) == COUNTED_STATES


def check_published_accounts_share_a_placement() -> None:
    """Check that the README's volunteer and partner are the two sides of one placement."""
    placement = db.session.scalars(
        sa.select(Placement)
        .join(Placement.volunteer)
        .join(Volunteer.account)
        .where(Account.email == "volunteer@example.org")
    ).one()
    partner = db.session.scalars(sa.select(Account).where(Account.email == "partner@example.org")).one()
    assert placement.state is PlacementState.ACTIVE
    assert {grant.institution_id for grant in partner.grants} == {placement.request.institution_id}


def test_it_refuses_a_database_that_is_in_use(app: Flask) -> None:
    first = demo(app)
    assert first.exit_code == 0, first.output
    before = db.session.scalar(sa.select(sa.func.count(Account.id)))
    refused = demo(app)
    assert refused.exit_code == 1
    assert "needs an empty one" in refused.output
    skipped = demo(app, "--if-empty")
    assert skipped.exit_code == 0
    assert "nothing was added" in skipped.output
    assert db.session.scalar(sa.select(sa.func.count(Account.id))) == before


def test_one_real_account_is_reason_enough_to_refuse(app: Flask) -> None:
    make_account(Role.COORDINATOR, email="real@example.org")
    assert demo(app).exit_code == 1


def test_a_programme_has_goals_twins_scarce_languages_and_requests_that_cannot_be_filled(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["demo"]).exit_code == 0
    goal_counts = db.session.execute(
        sa.select(sa.func.count(VolunteerGoal.kind))
        .select_from(Volunteer)
        .outerjoin(VolunteerGoal)
        .group_by(Volunteer.id)
    )
    assert {number for (number,) in goal_counts} == {0, 1, 2, 3}
    twinned = sa.select(sa.func.count()).where(
        Volunteer.employer_id.in_(sa.select(Partnership.uk_institution_id)), Volunteer.state == VolunteerState.READY
    )
    assert db.session.scalar(twinned)
    languages = db.session.scalars(sa.select(RequestLanguage.language).distinct()).all()
    assert {"en", "fr", "pt", "sw"} <= set(languages)
    most = db.session.scalar(sa.select(sa.func.max(Volunteer.weekly_minutes))) or 0
    assert db.session.scalar(sa.select(sa.func.count()).where(PartnerRequest.weekly_minutes > most))


def test_in_a_large_programme_only_the_first_volunteers_are_matched(app: Flask, monkeypatch: Any) -> None:
    monkeypatch.setattr(match_facts, "MAX_MATCHED", 6)
    world = build_world(seed=7, now=NOW, institutions=institution_count(1000))
    assert len({institution.country_iso2 for institution in world.institutions}) > len(people_data.COUNTRIES)
    list(people.make_volunteers(world, 12))
    list(partner_requests.make_requests(world, 12))
    assert scenario.create_matches(world)
    first = db.session.scalars(sa.select(Volunteer.id).order_by(Volunteer.id).limit(6)).all()
    assert set(db.session.scalars(sa.select(Match.volunteer_id))) <= set(first)


def test_preloaded_facts_allow_what_the_services_allow(app: Flask) -> None:
    world = build_world(seed=7, now=NOW)
    list(people.make_volunteers(world, 10))
    list(partner_requests.make_requests(world, 12))
    db.session.commit()
    today = NOW.date()
    for volunteer in db.session.scalars(sa.select(Volunteer).order_by(Volunteer.id)):
        facts = match_facts.volunteer_facts(volunteer, today=today)
        for request in match_facts.list_open_requests(world):
            offer = matching.get_open_request(facts, request.id, today=today)
            assert request.is_possible_for(facts, today=today) == offer.fit.is_possible
