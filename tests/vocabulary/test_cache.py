"""The vocabulary's cache: when a change becomes visible to which process."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.support.query_count import record_queries
from tests.support.race import race
from volunteer_hub.core import cache as core_kept
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary import queries, service
from volunteer_hub.vocabulary.models import Skill

RENAME = sa.update(Skill).where(Skill.code == "AMR.AMS").values(name="Changed elsewhere")


def test_no_query_while_the_cache_is_fresh(app: Flask) -> None:
    queries.vocabulary()
    with record_queries() as sent:
        for _ in range(5):
            queries.vocabulary()
    assert sent == []


def test_change_of_another_process_is_visible_after_half_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "VOCABULARY_SECONDS", core_kept.MAX_AGE_SECONDS)
    queries.vocabulary()
    read_at = app.extensions["vocabulary"].read_at
    db.session.execute(RENAME)
    db.session.commit()
    monkeypatch.setattr(core_kept.time, "monotonic", lambda: read_at + 29)
    assert queries.skill_name("AMR.AMS") == "Antimicrobial stewardship"
    monkeypatch.setattr(core_kept.time, "monotonic", lambda: read_at + 31)
    assert queries.skill_name("AMR.AMS") == "Changed elsewhere"


def test_own_change_is_visible_at_once_and_to_others_after_the_commit(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    cached = queries.vocabulary()
    skill = queries.get_skill("AMR.AMS", locked=True)
    service.change_skill(skill, name="Mine", synonyms="", actor=actor, now=now)
    assert queries.skill_name("AMR.AMS") == "Mine"
    assert app.extensions["vocabulary"].value is cached
    db.session.rollback()
    assert queries.skill_name("AMR.AMS") == "Antimicrobial stewardship"


def test_skill_added_by_another_process_is_looked_up(app: Flask, now: dt.datetime) -> None:
    queries.vocabulary()
    db.session.add(Skill(code="AMR.NEWONE", name="New one", parent_code="AMR", synonyms="", search_text="new one"))
    db.session.commit()
    assert queries.skill_name("AMR.NEWONE") == "New one"
    with pytest.raises(KeyError):
        queries.vocabulary().skills["NO.SUCH"]


def test_concurrent_threads_read_the_same_vocabulary(app: Flask) -> None:
    queries.clear_cache()
    counts: list[Any] = race(app, lambda _: len(queries.vocabulary().skills), rivals=4)
    assert len(set(counts)) == 1
