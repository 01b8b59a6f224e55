"""Concurrent edits of skills: a merge leaves no row with the old skill, a synonym belongs to volunteer skill."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.volunteers import make_volunteer
from tests.support.race import race
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.vocabulary import queries, service
from volunteer_hub.vocabulary.states import SkillLevel
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers import service as volunteer_service
from volunteer_hub.volunteers.models import VolunteerSkill

OLD, NEW, WRITERS = "AMR.AMS", "AMR.GUIDE", 5


def test_merge_while_volunteers_save_the_old_skill_leaves_no_row_behind(app: Flask, now: dt.datetime) -> None:
    admin = make_account(Role.ADMIN).id
    ids = [make_volunteer(skills={}, ready=False).id for _ in range(WRITERS)]

    def act(number: int) -> bool:
        if number == 0:
            actor = accounts.get_viewer(admin, today=now.date())
            old = queries.get_skill(OLD, locked=True)
            service.merge(old, queries.get_skill(NEW), actor=actor, now=now)
        else:
            volunteer = volunteers.get(ids[number - 1])
            me = accounts.get_viewer(volunteer.account_id, today=now.date())
            volunteer_service.set_skill(volunteer, OLD, level=SkillLevel.TEACHES, actor=me, now=now)
        db.session.commit()
        return True

    assert all(race(app, act, rivals=WRITERS + 1))
    db.session.rollback()
    rows = db.session.execute(sa.select(VolunteerSkill.volunteer_id, VolunteerSkill.skill_code)).all()
    assert {row.volunteer_id for row in rows} == set(ids)
    assert {row.skill_code for row in rows} == {NEW}


def test_concurrent_editors_cannot_share_a_synonym(app: Flask, now: dt.datetime) -> None:
    admin = viewer_of(make_account(Role.ADMIN))

    def act(number: int) -> bool:
        skill = queries.get_skill((OLD, NEW)[number], locked=True)
        try:
            service.change_skill(skill, name=skill.name, synonyms="zebraword", actor=admin, now=now)
            db.session.commit()
        except DomainError:
            db.session.rollback()
            return False
        return True

    assert sorted(race(app, act, rivals=2)) == [False, True]
