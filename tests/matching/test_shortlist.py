"""Live shortlists: the pool says what the rules say, however it was brought up to date."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks.matching_world import TODAY
from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.matching.engine_world import odd_world
from tests.support.race import race
from volunteer_hub.accounts import service as accounts
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.matching import queries, rules, service, shortlists
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.models import FactorOverride, Match, MatchBar
from volunteer_hub.matching.queries import by_id, changes
from volunteer_hub.matching.rules import Bar, Factor, Gate
from volunteer_hub.matching.states import MatchState
from volunteer_hub.partner_requests.models import PartnerRequest, RequestLanguage
from volunteer_hub.placements import service as placements
from volunteer_hub.privacy.service import erasing
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary import service as curating
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import Volunteer, VolunteerLanguage
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState


@pytest.fixture
def many(app: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An installation in which every number of volunteers is many."""
    monkeypatch.setitem(app.config, "SHORTLIST_EXACT", 0)
    return app


def make_world(volunteers: int, requests: int, *, seed: int) -> None:
    """A generated world without the one language that nobody can choose in the pages."""
    odd_world(volunteers, requests, seed=seed)
    for spoken in (VolunteerLanguage, RequestLanguage):
        db.session.execute(sa.delete(spoken).where(spoken.language == "qya"))
    db.session.commit()


def all_ids(model: Any) -> list[int]:
    return list(db.session.scalars(sa.select(model.id).order_by(model.id)))


def exact(request_id: int, today: dt.date) -> list[tuple[int, int]]:
    """(score, volunteer) of everybody for whom every gate is open, best first, by the rules alone."""
    asked = queries.facts_of_request(request_id, today=today)
    people = by_id.volunteers(all_ids(Volunteer), today=today).values()
    fits = [rules.fit(one, asked, today=today) for one in people]
    return sorted(((f.score, f.volunteer.id) for f in fits if f.is_possible), key=lambda one: (-one[0], one[1]))


def ranked(request_id: int, today: dt.date, **how: Any) -> list[tuple[int, int]]:
    asked = queries.facts_of_request(request_id, today=today)
    return pools.keeper().current(today).rank(asked, today=today, weights=rules.FIRST, **({"most": 10_000} | how))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_pool_ranks_as_the_rules_do(many: Any, seed: int) -> None:
    make_world(120, 25, seed=seed)
    some = 0
    for request_id in all_ids(PartnerRequest):
        wanted = exact(request_id, TODAY)
        some += len(wanted)
        assert ranked(request_id, TODAY) == wanted
        assert ranked(request_id, TODAY, most=3) == wanted[:3]
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
        asked = queries.facts_of_request(request_id, today=TODAY)
        had = set(db.session.scalars(sa.select(Match.volunteer_id).where(
            Match.request_id == request_id, Match.state != MatchState.PROPOSED,
            sa.or_(Match.reason.is_(None), Match.reason.not_in(["seats_filled", "request_ended"])))))  # fmt: skip
        wanted = [ident for _score, ident in exact(request_id, TODAY) if ident not in had]
        seen: list[int] = []
        key: str | None = None
        for _ in range(100):
            found = shortlists.for_request(asked, today=TODAY, key=key, size=3)
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
    people = [p for p in by_id.volunteers(all_ids(Volunteer), today=TODAY).values() if p.is_ready]
    for request_id in all_ids(PartnerRequest):
        asked = queries.facts_of_request(request_id, today=TODAY)
        found = pools.keeper().current(TODAY).closed(asked, today=TODAY, weights=rules.FIRST)
        fits = [rules.fit(one, asked, today=TODAY) for one in people]
        gates = [{closed.gate for closed in fit.closed} for fit in fits]
        for gate in set(Gate) - rules.PRIVATE:
            assert found[gate] == sum(gate in one for one in gates), gate
        assert sum(found[gate] for gate in rules.PRIVATE) == sum(bool(one & rules.PRIVATE) for one in gates)


class Scene:
    """A request in Uganda, a volunteer who fits it, the people around them, and the pool as it was before."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.today = self.now.date()
        self.director = make_account(Role.DIRECTOR, country="UG")
        self.coordinator = viewer_of(make_account(Role.COORDINATOR))
        self.request = make_request(institution=make_institution("UG"), seats=5, specialty_code="300")
        self.other = make_request(institution=make_institution("UG"), seats=5)
        self.volunteer = make_fitting_volunteer(capacity=1)
        self.actor = viewer_of(self.volunteer.account)
        self.by = {"actor": self.actor, "now": self.now}
        self.busy = make_placement(
            make_match(self.other, make_fitting_volunteer(capacity=1), director=self.director), director=self.director
        )
        for _ in range(3):
            make_fitting_volunteer()
        self.check = next(one for one in self.volunteer.checks if one.kind is CheckKind.SAFEGUARDING)
        self.before = ranked(self.request.id, self.today)


def check(scene: Scene, state: CheckState, days: int) -> None:
    staff = {"actor": scene.coordinator, "now": scene.now}
    volunteers.record_check(
        scene.check, state=state, evidence="Seen it" if state is CheckState.MET else None, checked_on=scene.today,
        expires_on=scene.today + dt.timedelta(days=days) if state is CheckState.MET else None, note="So it is.", **staff,
    )  # fmt: skip


def bar(scene: Scene) -> None:
    row = MatchBar(volunteer_id=scene.volunteer.id, institution_id=scene.request.institution_id, kind=Bar.EXCLUSION,
                   words="As asked.", set_at=scene.now)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("match_bar.set", row, actor=scene.coordinator, now=scene.now)


def override(scene: Scene) -> None:
    row = FactorOverride(volunteer_id=scene.volunteer.id, request_id=scene.request.id, factor=Factor.LANGUAGE, share=1,
                         reason="I know.", set_at=scene.now)  # fmt: skip
    db.session.add(row)
    db.session.flush()
    audit.record("factor_override.set", row, actor=scene.coordinator, now=scene.now)


def merge(scene: Scene) -> None:
    old, new = (vocabulary.get_skill(code, locked=True) for code in ("IPC.HAND", "AMR.AMS"))
    curating.merge(old, new, actor=scene.coordinator, now=scene.now)


def erase(scene: Scene) -> None:
    erasing.erase(scene.volunteer.account, actor=scene.coordinator, now=scene.now)


def approve(scene: Scene) -> None:
    make_placement(make_match(scene.other, scene.volunteer, director=scene.director), director=scene.director)


def end(scene: Scene) -> None:
    placements.end_early(scene.busy, words="Over.", actor=viewer_of(scene.director), now=scene.now)


def decline(scene: Scene) -> None:
    make_match(scene.request, scene.volunteer, MatchState.DECLINED, director=scene.director)


def lapse(scene: Scene) -> None:
    scene.volunteer.ready_until_on = scene.today - dt.timedelta(days=1)
    for one in scene.volunteer.checks:
        one.expires_on = one.expires_on and scene.today - dt.timedelta(days=1)
    db.session.flush()
    assert volunteers.lapse_expired(scene.now) == 1


ACTS = {
    "skill": lambda s: volunteers.drop_skill(s.volunteer, "IPC", **s.by),
    "level": lambda s: volunteers.set_skill(s.volunteer, "IPC", level=SkillLevel.TEACHES, **s.by),
    "language": lambda s: volunteers.drop_language(s.volunteer, "en", **s.by),
    "worse language": lambda s: volunteers.set_language(s.volunteer, "en", level=LanguageLevel.B2, **s.by),
    "window": lambda s: volunteers.drop_window(s.volunteer, s.volunteer.windows[0].id, **s.by),
    "specialty": lambda s: volunteers.drop_specialty(s.volunteer, "300", **s.by),
    "hours": lambda s: volunteers.save_availability(
        s.volunteer, weekly_minutes=60, available_from_on=None, available_until_on=None, time_zone="Europe/London", **s.by
    ),
    "own clock": lambda s: accounts.change_details(s.volunteer.account, name="Somebody", time_zone="Pacific/Auckland", **s.by),
    "break": lambda s: volunteers.pause(s.volunteer, **s.by),
    "check not met": lambda s: check(s, CheckState.NOT_MET, 0),
    "lapse": lapse,
    "bar": bar,
    "override": override,
    "placement": approve,
    "end of a placement": end,
    "no": decline,
    "erased": erase,
    "closed account": lambda s: accounts.deactivate(s.volunteer.account, why="Gone.", successors={}, actor=viewer_of(make_account(Role.ADMIN)), now=s.now),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_pool_knows_after_every_kind_of_change(many: Any, name: str) -> None:
    scene = Scene()
    ACTS[name](scene)
    db.session.commit()
    mark = pools.keeper().pool.mark
    wanted = exact(scene.request.id, scene.today)
    assert wanted != scene.before, "the act was to change the ranking"
    assert ranked(scene.request.id, scene.today) == wanted
    assert pools.keeper().pool.mark.sequence > mark.sequence
    assert pools.keeper().pool.fresh is not None or name == "merge"


def test_new_volunteer_and_a_new_day_are_known(many: Any, clock: Any) -> None:
    scene = Scene()
    make_fitting_volunteer(expires_on=scene.today + dt.timedelta(days=3))
    assert len(ranked(scene.request.id, scene.today)) == len(scene.before) + 1
    later = clock.advance(days=4).date()
    assert ranked(scene.request.id, later) == exact(scene.request.id, later)
    assert pools.keeper().pool.day == later


def test_skills_merged_are_read_anew(many: Any) -> None:
    scene = Scene()
    scene.request.skills[0].skill_code = "AMR.AMS"
    who = (
        make_fitting_volunteer(skills={"IPC.HAND": SkillLevel.TEACHES})
        if "IPC.HAND" in vocabulary.vocabulary().skills
        else None
    )
    db.session.commit()
    assert who is not None
    before = ranked(scene.request.id, scene.today)
    merge(scene)
    db.session.commit()
    after = ranked(scene.request.id, scene.today)
    assert after == exact(scene.request.id, scene.today) != before


def test_many_changes_are_joined_to_the_others(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pools, "MOST_FRESH", 2)
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
    assert pools.keeper().pool.fresh is None


def test_another_trail_or_too_many_acts_read_everything(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    mark = changes.mark()
    assert changes.since(mark) == changes.Changes(mark)
    assert changes.since(mark._replace(hash="another")) is None
    assert changes.since(mark._replace(sequence=mark.sequence + 1)) is None
    monkeypatch.setattr(changes, "MOST_PEOPLE", 0)
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    assert changes.since(mark) is None
    assert ranked(scene.request.id, scene.today) == exact(scene.request.id, scene.today)


def test_stale_pool_shows_no_closed_gate_and_no_wrong_score(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    monkeypatch.setitem(many.config, "SHORTLIST_SECONDS", 3600.0)
    volunteers.pause(scene.volunteer, **scene.by)
    other = next(ident for _score, ident in scene.before if ident != scene.volunteer.id)
    volunteers.set_language(db.session.get(Volunteer, other), "en", level=LanguageLevel.B2, **scene.by)
    db.session.commit()
    assert ranked(scene.request.id, scene.today) == scene.before
    asked = queries.facts_of_request(scene.request.id, today=scene.today)
    found = shortlists.for_request(asked, today=scene.today)
    assert [(one.fit.score, one.facts.id) for one in found.rows] == exact(scene.request.id, scene.today)


def test_threads_share_one_pool_and_none_sees_a_half(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    make_world(60, 12, seed=7)
    asked = [queries.facts_of_request(one, today=TODAY) for one in all_ids(PartnerRequest)]
    wanted = [exact(a.id, TODAY) for a in asked]
    loads: list[int] = []
    whole = pools.whole
    monkeypatch.setattr(pools, "whole", lambda today: loads.append(threading.get_ident()) or whole(today))

    def look(_number: int) -> list[Any]:
        pool = pools.keeper().current(TODAY)
        return [pool.rank(a, today=TODAY, weights=rules.FIRST, most=10_000) for a in asked for _ in range(5)][::5]

    assert race(many, look, rivals=6) == [wanted] * 6
    assert len(loads) == 1


def test_two_processes_each_find_what_the_other_did(many: Any) -> None:
    scene = Scene()
    ours = many.extensions.pop("volunteer_pool")
    assert ranked(scene.request.id, scene.today) == scene.before
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    wanted = exact(scene.request.id, scene.today)
    assert ranked(scene.request.id, scene.today) == wanted
    many.extensions["volunteer_pool"] = ours
    assert ours.pool.mark.sequence < changes.mark().sequence
    assert ranked(scene.request.id, scene.today) == wanted


@pytest.mark.parametrize("key", ["x", "1", "1.x", "-1.2", "1.2.3", "١.٢", "50.9999999999"])
def test_key_that_is_none_is_refused(many: Any, key: str) -> None:
    asked = queries.facts_of_request(make_request().id, today=clock.now().date())
    with pytest.raises(NotFound):
        shortlists.for_request(asked, today=clock.now().date(), key=key)


def test_inviting_asks_about_one_volunteer_alone(app: Any, director: Any) -> None:
    request, volunteer = make_request(), make_fitting_volunteer(state=VolunteerState.LAPSED)
    asked = queries.facts_of_request(request.id, today=clock.now().date())
    for ident in (volunteer.id, 10**6):
        assert queries.invitable(ident, asked, today=clock.now().date()) is None
    other = make_fitting_volunteer()
    assert queries.invitable(other.id, asked, today=clock.now().date())
    service.invite(request, other.id, words="Please.", actor=viewer_of(director), now=clock.now())
    assert queries.invitable(other.id, asked, today=clock.now().date()) is None
