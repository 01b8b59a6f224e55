"""No text of the demonstration would be stopped or warned of by the guard against patient data."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask import Flask

from volunteer_hub.core.db import db
from volunteer_hub.demo import partner_requests, people, scenario
from volunteer_hub.demo.builder import build_world
from volunteer_hub.patient_check.rules import find_identifiers

TABLES_WITH_TEXT = ("volunteer", "partner_request", "match", "placement", "workplan", "readiness_check", "audit_note")
"""Tables with texts that people type."""


def test_the_demonstration_passes_the_guard(app: Flask) -> None:
    world = build_world(seed=3, now=dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    list(people.make_volunteers(world, 10))
    list(partner_requests.make_requests(world, 30))
    scenario.create_matches(world)
    texts = []
    for table in (table for table in db.metadata.sorted_tables if table.name in TABLES_WITH_TEXT):
        columns = [column for column in table.columns if isinstance(column.type, sa.Text)]
        texts += [text for row in db.session.execute(sa.select(*columns)) for text in row if text] if columns else []
    assert len(texts) > 50
    assert [text for text in texts if find_identifiers(text)] == []
