"""Live shortlists: the pool says what the rules say, however it was brought up to date."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.matching_data import TODAY
from tests.factories.accounts import viewer_of
from tests.factories.matching import make_fitting_volunteer
from tests.factories.partner_requests import make_request
from tests.support.engine_world import insert_varied_world
from tests.support.race import race
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
    """A generated world without the one language that nobody can choose in the pages."""
    insert_varied_world(volunteers, requests, seed=seed)
    for spoken in (VolunteerLanguage, RequestLanguage):
        db.session.execute(sa.delete(spoken).where(spoken.language == "qya"))
    db.session.commit()


def all_ids(model: Any) -> list[int]:
    return list(db.session.scalars(sa.select(model.id).order_by(model.id)))


def exact(request_id: int, today: dt.date) -> list[tuple[int, int]]:
    """(score, volunteer) of everybody for whom every gate is open, best first, by the rules alone."""
    asked = queries.get_request_facts(request_id, today=today)
    people = facts_by_id.get_volunteers(all_ids(Volunteer), today=today).values()
    fits = [rules.evaluate(one, asked, today=today) for one in people]
    return sorted(((f.score, f.volunteer.id) for f in fits if f.is_possible), key=lambda one: (-one[0], one[1]))


def ranked(request_id: int, today: dt.date, **how: Any) -> list[tuple[int, int]]:
    asked = queries.get_request_facts(request_id, today=today)
    return (
        pools.get_pool_cache()
        .get_current(today)
        .rank(asked, today=today, weights=rules.FIRST_WEIGHTS, **({"limit": 10_000} | how))
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pool_ranks_as_the_rules_do(many: Any, seed: int) -> None:
    make_world(120, 25, seed=seed)
    some = 0
    for request_id in all_ids(PartnerRequest):
        wanted = exact(request_id, TODAY)
        some += len(wanted)
        assert ranked(request_id, TODAY) == wanted
        assert ranked(request_id, TODAY, limit=3) == wanted[:3]
        if len(wanted) > 3:
            left = [one for one in wanted[2:] if one[1] != wanted[3][1]]
            assert ranked(request_id, TODAY, after=wanted[1], exclude={wanted[3][1]}) == left
    assert some > 20


@pytest.mark.parametrize("exactly", [0, 10_000])
def test_pages_of_a_shortlist_are_all_of_it_once_few_or_many(
    app: Any, monkeypatch: pytest.MonkeyPatch, exactly: int
) -> None:
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", exactly)
    make_world(150, 20, seed=4)
    for request_id in all_ids(PartnerRequest):
        asked = queries.get_request_facts(request_id, today=TODAY)
        had = set(db.session.scalars(sa.select(Match.volunteer_id).where(
            Match.request_id == request_id, Match.state != MatchState.PROPOSED,
            sa.or_(Match.reason.is_(None), Match.reason.not_in(["seats_filled", "request_ended"])))))  # fmt: skip
        wanted = [ident for _score, ident in exact(request_id, TODAY) if ident not in had]
        seen: list[int] = []
        key: str | None = None
        for _ in range(100):
            found = shortlists.list_shortlist(asked, today=TODAY, key=key, size=3)
            seen += [one.facts.id for one in found.rows]
            key = found.next_key
            if key is None:
                break
        assert [one for one in seen if one in set(wanted)] == wanted
        waiting = {one for one in seen if one not in set(wanted)}
        assert waiting <= had  # invited again after an earlier answer that was nobody's no
    assert ("volunteer_pool" in app.extensions) is (exactly == 0)


def test_counts_of_closed_gates_are_those_of_the_rules(many: Any) -> None:
    make_world(80, 15, seed=5)
    people = [p for p in facts_by_id.get_volunteers(all_ids(Volunteer), today=TODAY).values() if p.is_ready]
    for request_id in all_ids(PartnerRequest):
        asked = queries.get_request_facts(request_id, today=TODAY)
        found = (
            pools.get_pool_cache()
            .get_current(TODAY)
            .count_failed_gates(asked, today=TODAY, weights=rules.FIRST_WEIGHTS)
        )
        fits = [rules.evaluate(one, asked, today=TODAY) for one in people]
        gates = [{closed.gate for closed in fit.failed_gates} for fit in fits]
        for gate in set(Gate) - rules.CONFIDENTIAL_GATES:
            assert found[gate] == sum(gate in one for one in gates), gate
        assert sum(found[gate] for gate in rules.CONFIDENTIAL_GATES) == sum(
            bool(one & rules.CONFIDENTIAL_GATES) for one in gates
        )


def test_many_changes_are_joined_to_the_others(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MAX_FRESH", 2)
    make_world(60, 15, seed=6)
    ranked(all_ids(PartnerRequest)[0], TODAY)
    people = list(db.session.scalars(sa.select(Volunteer).order_by(Volunteer.id)))
    for number, one in enumerate(people[:20]):
        one.weekly_minutes, one.capacity = 300 - number, 3
        one.account.time_zone = "Asia/Tokyo" if number % 3 else "Europe/London"
        audit.record("volunteer.work_changed", one, actor=None, now=clock.now())
        if number % 4 == 3:
            db.session.commit()
            for request_id in all_ids(PartnerRequest):
                assert ranked(request_id, TODAY) == exact(request_id, TODAY)
    assert pools.get_pool_cache().pool.fresh is None


def test_threads_share_one_pool_and_none_sees_a_half(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(60, 12, seed=7)
    asked = [queries.get_request_facts(one, today=TODAY) for one in all_ids(PartnerRequest)]
    wanted = [exact(a.id, TODAY) for a in asked]
    loads: list[int] = []
    whole = pools.load_pool
    monkeypatch.setattr(pools, "load_pool", lambda today: loads.append(threading.get_ident()) or whole(today))

    def look(_number: int) -> list[Any]:
        pool = pools.get_pool_cache().get_current(TODAY)
        return [pool.rank(a, today=TODAY, weights=rules.FIRST_WEIGHTS, limit=10_000) for a in asked for _ in range(5)][
            ::5
        ]

    assert race(many, look, rivals=6) == [wanted] * 6
    assert len(loads) == 1


@pytest.mark.parametrize("key", ["x", "1", "1.x", "-1.2", "1.2.3", "١.٢", "50.9999999999"])
def test_key_that_is_none_is_refused(many: Any, key: str) -> None:
    asked = queries.get_request_facts(make_request().id, today=clock.now().date())
    with pytest.raises(NotFound):
        shortlists.list_shortlist(asked, today=clock.now().date(), key=key)


def test_inviting_asks_about_one_volunteer_alone(app: Any, director: Any) -> None:
    request, volunteer = make_request(), make_fitting_volunteer(state=VolunteerState.LAPSED)
    asked = queries.get_request_facts(request.id, today=clock.now().date())
    for ident in (volunteer.id, 10**6):
        assert queries.find_invitable(ident, asked, today=clock.now().date()) is None
    other = make_fitting_volunteer()
    assert queries.find_invitable(other.id, asked, today=clock.now().date())
    service.invite(request, other.id, message="Please.", actor=viewer_of(director), now=clock.now())
    assert queries.find_invitable(other.id, asked, today=clock.now().date()) is None
