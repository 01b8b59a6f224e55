"""Live shortlists: after every kind of change the pool says what the rules say."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from tests.matching.test_shortlist import exact, ranked
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
    "bar": bar,
    "override": override,
    "placement": approve,
    "end of a placement": end,
    "no": decline,
    "erased": erase,
    "closed account": lambda s: accounts.deactivate(s.volunteer.account, reason="Gone.", successors={}, actor=viewer_of(make_account(Role.ADMIN)), now=s.now),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTS)
def test_pool_knows_after_every_kind_of_change(many: Any, name: str) -> None:
    scene = Scene()
    ACTS[name](scene)
    db.session.commit()
    mark = pools.get_pool_cache().pool.mark
    wanted = exact(scene.request.id, scene.today)
    assert wanted != scene.before, "the act was to change the ranking"
    assert ranked(scene.request.id, scene.today) == wanted
    assert pools.get_pool_cache().pool.mark.sequence > mark.sequence
    assert pools.get_pool_cache().pool.fresh is not None or name == "merge"


def test_new_volunteer_and_a_new_day_are_known(many: Any, clock: Any) -> None:
    scene = Scene()
    make_fitting_volunteer(expires_on=scene.today + dt.timedelta(days=3))
    assert len(ranked(scene.request.id, scene.today)) == len(scene.before) + 1
    later = clock.advance(days=4).date()
    assert ranked(scene.request.id, later) == exact(scene.request.id, later)
    assert pools.get_pool_cache().pool.day == later


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


def test_another_trail_or_too_many_acts_read_everything(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    mark = shortlist_invalidation.current_mark()
    assert shortlist_invalidation.find_changes_since(mark) == shortlist_invalidation.ChangedVolunteers(mark)
    assert shortlist_invalidation.find_changes_since(mark._replace(hash="another")) is None
    assert shortlist_invalidation.find_changes_since(mark._replace(sequence=mark.sequence + 1)) is None
    monkeypatch.setattr(shortlist_invalidation, "MAX_CHANGED_VOLUNTEERS", 0)
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    assert shortlist_invalidation.find_changes_since(mark) is None
    assert ranked(scene.request.id, scene.today) == exact(scene.request.id, scene.today)


def test_stale_pool_shows_no_closed_gate_and_no_wrong_score(many: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    scene = Scene()
    monkeypatch.setitem(many.config, "SHORTLIST_SECONDS", 3600.0)
    volunteers.pause(scene.volunteer, **scene.by)
    other = next(ident for _score, ident in scene.before if ident != scene.volunteer.id)
    volunteers.set_language(db.session.get(Volunteer, other), "en", level=LanguageLevel.B2, **scene.by)
    db.session.commit()
    assert ranked(scene.request.id, scene.today) == scene.before
    asked = queries.get_request_facts(scene.request.id, today=scene.today)
    found = shortlists.list_shortlist(asked, today=scene.today)
    assert [(one.fit.score, one.facts.id) for one in found.rows] == exact(scene.request.id, scene.today)


def test_two_processes_each_find_what_the_other_did(many: Any) -> None:
    scene = Scene()
    ours = many.extensions.pop("volunteer_pool")
    assert ranked(scene.request.id, scene.today) == scene.before
    volunteers.pause(scene.volunteer, **scene.by)
    db.session.commit()
    wanted = exact(scene.request.id, scene.today)
    assert ranked(scene.request.id, scene.today) == wanted
    many.extensions["volunteer_pool"] = ours
    assert ours.pool.mark.sequence < shortlist_invalidation.current_mark().sequence
    assert ranked(scene.request.id, scene.today) == wanted
