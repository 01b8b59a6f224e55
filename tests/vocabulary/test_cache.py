"""Words are kept in memory: who sees a change when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.support.counting import counted_queries
from tests.support.race import race
from volunteer_hub.core import kept as core_kept
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary import queries, service
from volunteer_hub.vocabulary.models import Skill

RENAME = sa.update(Skill).where(Skill.code == "AMR.AMS").values(name="Changed elsewhere")


def test_no_query_while_the_words_are_fresh(app: Flask) -> None:
    queries.vocabulary()
    with counted_queries() as sent:
        for _ in range(5):
            queries.vocabulary()
    assert sent == []


def test_what_another_process_changed_is_seen_after_half_a_minute(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "VOCABULARY_SECONDS", core_kept.MAX_AGE)
    queries.vocabulary()
    begun = app.extensions["vocabulary"].read_at
    db.session.execute(RENAME)
    db.session.commit()
    monkeypatch.setattr(core_kept.time, "monotonic", lambda: begun + 29)
    assert queries.skill_name("AMR.AMS") == "Antimicrobial stewardship"
    monkeypatch.setattr(core_kept.time, "monotonic", lambda: begun + 31)
    assert queries.skill_name("AMR.AMS") == "Changed elsewhere"


def test_own_change_is_seen_at_once_and_by_others_only_after_the_commit(
    app: Flask, actor: Viewer, now: dt.datetime
) -> None:
    kept = queries.vocabulary()
    one = queries.get_skill("AMR.AMS", locked=True)
    service.change_skill(one, name="Mine", synonyms="", actor=actor, now=now)
    assert queries.skill_name("AMR.AMS") == "Mine"
    assert app.extensions["vocabulary"].value is kept
    db.session.rollback()
    assert queries.skill_name("AMR.AMS") == "Antimicrobial stewardship"


def test_skill_of_a_moment_ago_in_another_process_is_looked_up(app: Flask, now: dt.datetime) -> None:
    queries.vocabulary()
    db.session.add(Skill(code="AMR.NEWONE", name="New one", parent_code="AMR", synonyms="", search_text="new one"))
    db.session.commit()
    assert queries.skill_name("AMR.NEWONE") == "New one"
    with pytest.raises(KeyError):
        queries.vocabulary().skills["NO.SUCH"]


def test_many_threads_read_the_same_words(app: Flask) -> None:
    queries.clear_cache()
    found: list[Any] = race(app, lambda _: len(queries.vocabulary().skills), rivals=4)
    assert len(set(found)) == 1
