"""Shortlists: the pool ranks as the rules do, however it was refreshed."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_request
from tests.support.engine_world import insert_varied_world
from tests.support.matching_data import TODAY
from tests.support.race import race
from tests.support.shortlist import all_ids, rank_by_pool, rank_by_rules
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.fit import rules
from volunteer_hub.fit.rules import Gate
from volunteer_hub.matching import queries, service, shortlists
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.models import Match
from volunteer_hub.matching.queries import facts_by_id
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.volunteers.models import Volunteer, VolunteerLanguage
from volunteer_hub.volunteers.states import VolunteerState


def make_world(volunteers: int, requests: int, *, seed: int) -> None:
    """Make a generated world without the language that the pages do not offer."""
    insert_varied_world(volunteers, requests, seed=seed)
    for model in (VolunteerLanguage, RequestLanguage):
        db.session.execute(sa.delete(model).where(model.language == "qya"))
    db.session.commit()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pool_ranks_as_the_rules_do(app_with_pool: Any, seed: int) -> None:
    make_world(120, 25, seed=seed)
    eligible_count = 0
    for request_id in all_ids(PartnerRequest):
        expected = rank_by_rules(request_id, TODAY)
        eligible_count += len(expected)
        assert rank_by_pool(request_id, TODAY) == expected
        assert rank_by_pool(request_id, TODAY, limit=3) == expected[:3]
        if len(expected) > 3:
            remaining = [pair for pair in expected[2:] if pair[1] != expected[3][1]]
            assert rank_by_pool(request_id, TODAY, after=expected[1], exclude={expected[3][1]}) == remaining
    assert eligible_count > 20


@pytest.mark.parametrize("exact_limit", [0, 10_000])
def test_pages_of_a_shortlist_contain_everyone_once_with_and_without_pool(
    app: Any, monkeypatch: pytest.MonkeyPatch, exact_limit: int
) -> None:
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", exact_limit)
    make_world(150, 20, seed=4)
    for request_id in all_ids(PartnerRequest):
        request_facts = queries.get_request_facts(request_id, today=TODAY)
        answered = set(db.session.scalars(sa.select(Match.volunteer_id).where(
            Match.request_id == request_id, Match.state != MatchState.PROPOSED,
            sa.or_(Match.reason.is_(None), Match.reason.not_in(["seats_filled", "request_ended"])))))  # fmt: skip
        expected = [
            volunteer_id for _score, volunteer_id in rank_by_rules(request_id, TODAY) if volunteer_id not in answered
        ]
        seen: list[int] = []
        key: str | None = None
        for _ in range(100):
            shortlist = shortlists.list_shortlist(request_facts, today=TODAY, key=key, size=3)
            seen += [candidate.facts.id for candidate in shortlist.rows]
            key = shortlist.next_key
            if key is None:
                break
        assert [volunteer_id for volunteer_id in seen if volunteer_id in set(expected)] == expected
        waiting = {volunteer_id for volunteer_id in seen if volunteer_id not in set(expected)}
        assert waiting <= answered  # invited again after a match that was closed automatically
    assert ("volunteer_pool" in app.extensions) is (exact_limit == 0)


def test_counts_of_closed_gates_are_those_of_the_rules(app_with_pool: Any) -> None:
    make_world(80, 15, seed=5)
    ready = [
        volunteer
        for volunteer in facts_by_id.get_volunteers(all_ids(Volunteer), today=TODAY).values()
        if volunteer.is_ready
    ]
    for request_id in all_ids(PartnerRequest):
        request_facts = queries.get_request_facts(request_id, today=TODAY)
        counts = (
            pools.get_pool_cache()
            .get_current(TODAY)
            .count_failed_gates(request_facts, today=TODAY, weights=rules.FIRST_WEIGHTS)
        )
        fits = [rules.evaluate(volunteer, request_facts, today=TODAY) for volunteer in ready]
        gates_by_volunteer = [{failed.gate for failed in fit.failed_gates} for fit in fits]
        for gate in set(Gate) - rules.CONFIDENTIAL_GATES:
            assert counts[gate] == sum(gate in gates for gates in gates_by_volunteer), gate
        assert sum(counts[gate] for gate in rules.CONFIDENTIAL_GATES) == sum(
            bool(gates & rules.CONFIDENTIAL_GATES) for gates in gates_by_volunteer
        )


def test_repeated_changes_are_merged_into_the_pool(app_with_pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MAX_FRESH", 2)
    make_world(60, 15, seed=6)
    rank_by_pool(all_ids(PartnerRequest)[0], TODAY)
    volunteers = list(db.session.scalars(sa.select(Volunteer).order_by(Volunteer.id)))
    for number, volunteer in enumerate(volunteers[:20]):
        volunteer.weekly_minutes, volunteer.capacity = 300 - number, 3
        volunteer.account.time_zone = "Asia/Tokyo" if number % 3 else "Europe/London"
        audit.record("volunteer.work_changed", volunteer, actor=None, now=clock.now())
        if number % 4 == 3:
            db.session.commit()
            for request_id in all_ids(PartnerRequest):
                assert rank_by_pool(request_id, TODAY) == rank_by_rules(request_id, TODAY)
    assert pools.get_pool_cache().pool.fresh is None


def test_threads_share_one_pool_and_never_see_a_partial_one(
    app_with_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_world(60, 12, seed=7)
    requests = [queries.get_request_facts(request_id, today=TODAY) for request_id in all_ids(PartnerRequest)]
    expected = [rank_by_rules(request.id, TODAY) for request in requests]
    loads: list[int] = []
    load_pool = pools.load_pool
    monkeypatch.setattr(pools, "load_pool", lambda today: loads.append(threading.get_ident()) or load_pool(today))

    def rank_all(_number: int) -> list[Any]:
        pool = pools.get_pool_cache().get_current(TODAY)
        return [
            pool.rank(request, today=TODAY, weights=rules.FIRST_WEIGHTS, limit=10_000)
            for request in requests
            for _ in range(5)
        ][::5]

    assert race(app_with_pool, rank_all, rivals=6) == [expected] * 6
    assert len(loads) == 1


@pytest.mark.parametrize("key", ["x", "1", "1.x", "-1.2", "1.2.3", "١.٢", "50.9999999999"])
def test_invalid_key_is_refused(app_with_pool: Any, key: str) -> None:
    request_facts = queries.get_request_facts(make_request().id, today=clock.now().date())
    with pytest.raises(NotFound):
        shortlists.list_shortlist(request_facts, today=clock.now().date(), key=key)


def test_inviting_evaluates_one_volunteer_only(app: Any, director: Any) -> None:
    request, volunteer = make_request(), make_fitting_volunteer(state=VolunteerState.LAPSED)
    request_facts = queries.get_request_facts(request.id, today=clock.now().date())
    for volunteer_id in (volunteer.id, 10**6):
        assert queries.find_invitable(volunteer_id, request_facts, today=clock.now().date()) is None
    other = make_fitting_volunteer()
    assert queries.find_invitable(other.id, request_facts, today=clock.now().date())
    service.invite(request, other.id, message="Please.", actor=viewer_of(director), now=clock.now())
    assert queries.find_invitable(other.id, request_facts, today=clock.now().date()) is None
