"""Adding, changing, retiring, restoring and merging skills, and what each refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_request
from tests.factories.volunteers import make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.partner_requests import queries as requests
from volunteer_hub.partner_requests.models import RequestSkill
from volunteer_hub.vocabulary import queries, service, skill_search
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.vocabulary.states import SKILL_RANK, SkillLevel
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import VolunteerSkill

OLD, NEW = "AMR.AMS", "AMR.GUIDE"


def skill(code: str) -> Skill:
    return queries.get_skill(code, locked=True)


def add(name: str, *, under: str | None = "AMR", actor: Viewer, now: dt.datetime, **more: Any) -> Skill:
    parent = skill(under) if under else None
    values = {"short_code": None, "synonyms": ""} | more
    return service.add_skill(name=name, parent=parent, actor=actor, now=now, **values)


def list_offered_codes(search: str) -> set[str]:
    return {option.code for option in skill_search.search_or_browse(queries.vocabulary().skills, query=search).options}


def test_added_skill_is_offered_at_once(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    made = add("Phage therapy", synonyms="bacteriophage", actor=actor, now=now)
    db.session.commit()
    assert made.code == "AMR.PHAGETHE"
    assert made.code in list_offered_codes("bacterioph")
    assert queries.vocabulary().skills[made.code].parent == "AMR"


@pytest.mark.parametrize(
    ("name", "more", "field"),
    [
        ("Antimicrobial Stewardship", {}, "name"),
        ("Something", {"short_code": "AMS"}, "short_code"),
        ("Something", {"short_code": "A.B"}, "short_code"),
        ("Something", {"synonyms": "antibiotic policy"}, "synonyms"),
        ("Something", {"synonyms": "Antimicrobial stewardship"}, "synonyms"),
    ],
)
def test_add_refuses_what_is_taken(
    app: Flask, actor: Viewer, now: dt.datetime, name: str, more: dict[str, str], field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        add(name, actor=actor, now=now, **more)
    assert refused.value.field == field


def test_synonym_of_another_skill_names_the_other(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    with pytest.raises(DomainError, match="Antimicrobial prescribing guidelines"):
        service.change_skill(skill(OLD), name="Antimicrobial stewardship", synonyms="AWaRe", actor=actor, now=now)


def test_requests_are_found_by_the_new_name_of_a_skill(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    partner_request = make_request(skills={OLD: (SkillLevel.INDEPENDENT, True)})
    service.change_skill(skill(OLD), name="Wise prescribing", synonyms="zebraword", actor=actor, now=now)
    db.session.commit()
    assert queries.skill_name(OLD) == "Wise prescribing"
    page = requests.list_requests(viewer_of(make_account(Role.COORDINATOR)), text="zebraword")
    assert [row.id for row in page.rows] == [partner_request.id]


def test_retired_skill_is_kept_but_not_offered(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    holder = make_volunteer(skills={OLD: SkillLevel.SUPPORTED})
    service.retire(skill(OLD), reason="Split", actor=actor, now=now)
    db.session.commit()
    assert OLD not in list_offered_codes("stewardship")
    assert OLD not in {term.code for term in queries.list_children(queries.vocabulary().skills, "AMR")}
    me = viewer_of(holder.account)
    volunteers.set_skill(holder, OLD, level=SkillLevel.TEACHES, actor=me, now=now)  # who has it keeps it
    other = make_volunteer(skills={NEW: SkillLevel.SUPPORTED})
    with pytest.raises(DomainError, match="no longer offered"):
        volunteers.set_skill(other, OLD, level=SkillLevel.TEACHES, actor=viewer_of(other.account), now=now)
    service.restore(skill(OLD), actor=actor, now=now)
    db.session.commit()
    assert OLD in list_offered_codes("stewardship")


def test_retire_and_merge_refuse_a_skill_with_children(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    with pytest.raises(DomainError, match="Below it"):
        service.retire(skill("AMR"), reason="x", actor=actor, now=now)
    with pytest.raises(DomainError, match="Below it"):
        service.merge(skill("AMR"), skill("BLOOD.SAFE"), actor=actor, now=now)


@pytest.mark.parametrize("into", [OLD, "AMR.PPS"])
def test_merge_refuses_itself_and_retired_skills(app: Flask, actor: Viewer, now: dt.datetime, into: str) -> None:
    service.retire(skill("AMR.PPS"), reason="x", actor=actor, now=now)
    with pytest.raises(DomainError):
        service.merge(skill(OLD), skill(into), actor=actor, now=now)


def test_merged_skill_cannot_be_changed(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    service.merge(skill(OLD), skill(NEW), actor=actor, now=now)
    for act in (
        lambda: service.restore(skill(OLD), actor=actor, now=now),
        lambda: service.retire(skill(OLD), reason="x", actor=actor, now=now),
        lambda: service.merge(skill(OLD), skill("AMR.PPS"), actor=actor, now=now),
        lambda: service.change_skill(skill(OLD), name="x", synonyms="", actor=actor, now=now),
    ):
        with pytest.raises(Conflict):
            act()


def test_merge_moves_requirements_and_keeps_the_stricter(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    with_both = make_request(skills={OLD: (SkillLevel.TEACHES, True), NEW: (SkillLevel.SUPPORTED, False)})
    with_old_only = make_request(skills={OLD: (SkillLevel.SUPPORTED, False)})
    moved = service.merge(skill(OLD), skill(NEW), actor=actor, now=now)
    db.session.commit()
    assert (moved["partner_requests"].moved, moved["partner_requests"].merged) == (1, 1)
    rows = db.session.scalars(sa.select(RequestSkill).order_by(RequestSkill.request_id)).all()
    assert [(r.request_id, r.skill_code, r.level, r.required) for r in rows] == [
        (with_both.id, NEW, SkillLevel.TEACHES, True),
        (with_old_only.id, NEW, SkillLevel.SUPPORTED, False),
    ]
    assert queries.skill_name(OLD) == queries.skill_name(NEW)
    assert NEW in list_offered_codes("stewardship")


def test_old_code_stands_for_the_new_one(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    service.merge(skill(OLD), skill(NEW), actor=actor, now=now)
    db.session.commit()
    volunteer = make_volunteer(skills={})
    actor_of_volunteer = viewer_of(volunteer.account)
    volunteers.set_skill(volunteer, OLD, level=SkillLevel.TEACHES, actor=actor_of_volunteer, now=now)
    assert [row.skill_code for row in volunteer.skills] == [NEW]
    volunteers.remove_skill(volunteer, OLD, actor=actor_of_volunteer, now=now)
    assert volunteer.skills == []
    assert skill_search.search_or_browse(queries.vocabulary().skills, under=OLD).under == NEW


def test_reloading_keeps_edited_skills(app: Flask, actor: Viewer, now: dt.datetime) -> None:
    service.change_skill(skill(OLD), name="Ours", synonyms="", actor=actor, now=now)
    service.merge(skill("AMR.PPS"), skill(NEW), actor=actor, now=now)
    service.retire(skill("AMR.MICRO"), reason="x", actor=actor, now=now)
    db.session.get_one(Skill, "BLOOD.SAFE").name = "Overwritten by the list"
    service.load_reference()
    db.session.commit()
    rows = {row.code: row for row in db.session.scalars(sa.select(Skill))}
    assert rows[OLD].name == "Ours"
    assert rows["AMR.PPS"].merged_into_code == NEW
    assert rows["AMR.MICRO"].retired_at
    assert rows["BLOOD.SAFE"].name != "Overwritten by the list"


LEVELS = st.fixed_dictionaries({}, optional={code: st.sampled_from(SkillLevel) for code in (OLD, NEW)})


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(LEVELS, max_size=6))
def test_merge_keeps_holders_and_lowers_no_level(app: Flask, people: list[Mapping[str, SkillLevel]]) -> None:
    now = clock.now()
    ids = {make_volunteer(skills=skills, ready=False).id: skills for skills in people}
    actor = viewer_of(make_account(Role.ADMIN))
    service.merge(skill(OLD), skill(NEW), actor=actor, now=now)
    statement = sa.select(VolunteerSkill.volunteer_id, VolunteerSkill.skill_code, VolunteerSkill.level)
    after = {row.volunteer_id: row for row in db.session.execute(statement.where(VolunteerSkill.volunteer_id.in_(ids)))}
    assert set(after) == {volunteer_id for volunteer_id, before in ids.items() if before}
    for volunteer_id, row in after.items():
        assert row.skill_code == NEW
        assert row.level == max(ids[volunteer_id].values(), key=SKILL_RANK.__getitem__)
    db.session.rollback()
