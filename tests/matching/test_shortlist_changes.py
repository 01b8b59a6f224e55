"""Shortlist pool: after every kind of change it ranks as the rules do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.support.shortlist import rank_by_pool, rank_by_rules
from volunteer_hub.accounts import service as accounts
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.fit.rules import Factor, RestrictionKind
from volunteer_hub.matching import queries, shortlists
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.models import FactorOverride, MatchRestriction
from volunteer_hub.matching.queries import shortlist_invalidation
from volunteer_hub.matching.states import MatchState
from volunteer_hub.placements import service as placements
from volunteer_hub.privacy.service import erasure
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary import service as curating
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import CheckKind, CheckState


class Scene:
    """A request in Uganda, a fitting volunteer, the accounts that act on them, and the ranking before the change."""

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
        self.before = rank_by_pool(self.request.id, self.today)


def check(scene: Scene, state: CheckState, days: int) -> None:
    staff = {"actor": scene.coordinator, "now": scene.now}
    volunteers.record_check(
        scene.check, state=state, evidence="Seen it" if state is CheckState.MET else None, checked_on=scene.today,
        expires_on=scene.today + dt.timedelta(days=days) if state is CheckState.MET else None, note="So it is.", **staff,
    )  # fmt: skip


def restrict(scene: Scene) -> None:
    row = MatchRestriction(volunteer_id=scene.volunteer.id, institution_id=scene.request.institution_id, kind=RestrictionKind.EXCLUSION,
                   reason="As asked.", set_at=scene.now)  # fmt: skip
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
    erasure.erase(scene.volunteer.account, actor=scene.coordinator, now=scene.now)


def approve(scene: Scene) -> None:
    make_placement(make_match(scene.other, scene.volunteer, director=scene.director), director=scene.director)


def end(scene: Scene) -> None:
    placements.end_early(scene.busy, reason="Over.", actor=viewer_of(scene.director), now=scene.now)


def decline(scene: Scene) -> None:
    make_match(scene.request, scene.volunteer, MatchState.DECLINED, director=scene.director)


def lapse(scene: Scene) -> None:
    scene.volunteer.ready_until_on = scene.today - dt.timedelta(days=1)
    for one in scene.volunteer.checks:
        one.expires_on = one.expires_on and scene.today - dt.timedelta(days=1)
    db.session.flush()
    assert volunteers.expire_readiness(scene.now) == 1


ACTS = {
    "skill": lambda s: volunteers.remove_skill(s.volunteer, "IPC", **s.by),
    "level": lambda s: volunteers.set_skill(s.volunteer, "IPC", level=SkillLevel.TEACHES, **s.by),
    "language": lambda s: volunteers.remove_language(s.volunteer, "en", **s.by),
    "worse language": lambda s: volunteers.set_language(s.volunteer, "en", level=LanguageLevel.B2, **s.by),
    "window": lambda s: volunteers.remove_window(s.volunteer, s.volunteer.windows[0].id, **s.by),
    "specialty": lambda s: volunteers.remove_specialty(s.volunteer, "300", **s.by),
    "hours": lambda s: volunteers.save_availability(
        s.volunteer, weekly_minutes=60, available_from_on=None, available_until_on=None, time_zone="Europe/London", **s.by
    ),
    "own clock": lambda s: accounts.change_details(s.volunteer.account, name="Somebody", time_zone="Pacific/Auckland", **s.by),
    "break": lambda s: volunteers.pause(s.volunteer, **s.by),
    "check not met": lambda s: check(s, CheckState.NOT_MET, 0),
    "lapse": lapse,
    "bar": restrict,
    "override": override,
    "placement": approve,
    "end of a placement": end,
    "no": decline,
    "erased": erase,
    "closed account": lambda s: accounts.deactivate(s.volunteer.account, reason="Gone.", successors={}, actor=viewer_of(make_account(Role.ADMIN)), now=s.now),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_pool_follows_every_kind_of_change(app_with_pool: Any, name: str) -> None:
    scene = Scene()
    ACTS[name](scene)
    db.session.commit()
    mark = pools.get_pool_cache().pool.mark
    expected = rank_by_rules(scene.request.id, scene.today)
    assert expected != scene.before, "the act was to change the ranking"
    assert rank_by_pool(scene.request.id, scene.today) == expected
    assert pools.get_pool_cache().pool.mark.sequence > mark.sequence
    assert pools.get_pool_cache().pool.fresh is not None or name == "merge"


def test_pool_follows_a_new_volunteer_and_a_new_day(app_with_pool: Any, clock: Any) -> None:
    scene = Scene()
    make_fitting_volunteer(expires_on=scene.today + dt.timedelta(days=3))
    assert len(rank_by_pool(scene.request.id, scene.today)) == len(scene.before) + 1
    later = clock.advance(days=4).date()
    assert rank_by_pool(scene.request.id, later) == rank_by_rules(scene.request.id, later)
    assert pools.get_pool_cache().pool.day == later


def test_merged_skills_reload_the_pool(app_with_pool: Any) -> None:
    scene = Scene()
    scene.request.skills[0].skill_code = "AMR.AMS"
    volunteer = (
        make_fitting_volunteer(skills={"IPC.HAND": SkillLevel.TEACHES})
        if "IPC.HAND" in vocabulary.vocabulary().skills
        else None
    )
    db.session.commit()
    assert volunteer is not None
    before = rank_by_pool(scene.request.id, scene.today)
    merge(scene)
    db.session.commit()
    after = rank_by_pool(scene.request.id, scene.today)
    assert after == rank_by_rules(scene.request.id, scene.today) != before


def test_another_audit_log_or_too_many_changes_reload_everything(
    app_with_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene()
    mark = shortlist_invalidation.current_mark()
    assert shortlist_invalidation.find_changes_since(mark) == shortlist_invalidation.ChangedVolunteers(mark)
    assert shortlist_invalidation.find_changes_since(mark._replace(hash="another")) is None
    assert shortlist_invalidation.find_changes_since(mark._replace(sequence=mark.sequence + 1)) is None
    monkeypatch.setattr(shortlist_invalidation, "MAX_CHANGED_VOLUNTEERS", 0)
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    assert shortlist_invalidation.find_changes_since(mark) is None
    assert rank_by_pool(scene.request.id, scene.today) == rank_by_rules(scene.request.id, scene.today)


def test_stale_pool_shows_no_closed_gate_and_no_wrong_score(
    app_with_pool: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene()
    monkeypatch.setitem(app_with_pool.config, "SHORTLIST_SECONDS", 3600.0)
    volunteers.pause(scene.volunteer, **scene.by)
    other = next(volunteer_id for _score, volunteer_id in scene.before if volunteer_id != scene.volunteer.id)
    volunteers.set_language(db.session.get(Volunteer, other), "en", level=LanguageLevel.B2, **scene.by)
    db.session.commit()
    assert rank_by_pool(scene.request.id, scene.today) == scene.before
    request_facts = queries.get_request_facts(scene.request.id, today=scene.today)
    shortlist = shortlists.list_shortlist(request_facts, today=scene.today)
    assert [(candidate.fit.score, candidate.facts.id) for candidate in shortlist.rows] == rank_by_rules(
        scene.request.id, scene.today
    )


def test_two_processes_each_see_the_changes_of_the_other(app_with_pool: Any) -> None:
    scene = Scene()
    own_cache = app_with_pool.extensions.pop("volunteer_pool")
    assert rank_by_pool(scene.request.id, scene.today) == scene.before
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    expected = rank_by_rules(scene.request.id, scene.today)
    assert rank_by_pool(scene.request.id, scene.today) == expected
    app_with_pool.extensions["volunteer_pool"] = own_cache
    assert own_cache.pool.mark.sequence < shortlist_invalidation.current_mark().sequence
    assert rank_by_pool(scene.request.id, scene.today) == expected
