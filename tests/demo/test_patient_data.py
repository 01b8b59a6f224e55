"""Nothing that the demonstration's people wrote would be stopped or warned of by the guard."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core.db import db
from volunteer_hub.core.patient_data.rules import findings
from volunteer_hub.demo import partner_requests, people, scenario
from volunteer_hub.demo.builder import build_world

WRITTEN = ("volunteer", "partner_request", "match", "placement", "workplan", "readiness_check", "audit_note")
"""Tables that hold people's words."""


def test_the_demonstration_passes_the_guard(app: Flask) -> None:
    world = build_world(seed=3, now=dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    list(people.make_volunteers(world, 10))
    list(partner_requests.make_requests(world, 30))
    scenario.create_matches(world)
    texts = []
    for table in (one for one in db.metadata.sorted_tables if one.name in WRITTEN):
        words = [column for column in table.columns if isinstance(column.type, sa.Text)]
        texts += [text for row in db.session.execute(sa.select(*words)) for text in row if text] if words else []
    assert len(texts) > 50
    assert [text for text in texts if findings(text)] == []
