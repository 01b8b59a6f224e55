"""Role by route by relation (trust.md I14, I15, I17): what each person is answered stands in matrix.csv.

Each column is one person in a fresh world. First every page is read: nothing may change but when
they were last seen. Then everything is posted with a valid CSRF token and no answers, in the order
of the file: 422 or 303 where the person may act, 403 or 404 where they may not. `-` is not asked.
"""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.access.world import CLOSED_SECRET, COLUMNS, OPEN_SECRET, World
from volunteer_hub.core.access import ATTRIBUTE
from volunteer_hub.core.db import db
from volunteer_hub.volunteers.models import AvailabilityWindow

MATRIX = Path(__file__).with_name("matrix.csv")
HIDDEN = {
    "volunteer_other": (CLOSED_SECRET,),
    "partner_other": (CLOSED_SECRET, OPEN_SECRET),
    "director_other": (CLOSED_SECRET, OPEN_SECRET),
    "anonymous": (CLOSED_SECRET, OPEN_SECRET),
    "finance": (CLOSED_SECRET, OPEN_SECRET),
    "funder": (CLOSED_SECRET, OPEN_SECRET),
}
POWERLESS = frozenset({"anonymous", "partner_other", "director_other", "finance", "funder"})
"""Nothing that they post without answers may change anything but their own session."""
OWN_TABLES = frozenset({"user_session", "form_submission", "audit_head", "audit_entry", "audit_note", "throttle"})
LAST = "accounts.sign_out"
LINKS = frozenset({"release.answer"})
"""Addresses with a secret that was sent to one person: whoever has it may read what it is about."""


def routes(app: Flask) -> list[tuple[str, str]]:
    """(endpoint, method) of every route, pages first, signing out last."""
    found = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    return sorted(found, key=lambda one: (one[1], one[0] == LAST, one[0]))


def expected() -> dict[tuple[str, str], dict[str, str]]:
    with MATRIX.open(newline="") as file:
        return {(row["endpoint"], row["method"]): row for row in csv.DictReader(file)}


def digest(without: frozenset[str] = frozenset(), own_mail: str = "") -> str:
    """Every row of every table, without the moment at which somebody was last seen and e-mails to oneself."""
    db.session.rollback()
    hashed = hashlib.sha256()
    for table in (one for one in db.metadata.sorted_tables if one.name not in without):
        columns = [column for column in table.columns if column.name != "last_seen_at"]
        rows = sorted(repr(tuple(row)) for row in db.session.execute(sa.select(*columns)))
        if own_mail and table.name == "outbox_mail":
            rows = [row for row in rows if repr(own_mail) not in row]
        hashed.update(f"{table.name}:{rows}".encode())
    db.session.rollback()
    return hashed.hexdigest()


def answers(app: Flask, client: Any, column: str, clock: Any) -> dict[tuple[str, str], str]:
    """What one person is answered, route by route. Reads first, and they change nothing."""
    world = World()
    if column != "anonymous":
        client.sign_in(world.people[column].email)
    page = client.get("/account" if column != "anonymous" else "/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    clock.advance(minutes=10)
    own_mail = world.people[column].email if column != "anonymous" else ""
    before, ours_before, changed, found = digest(), digest(OWN_TABLES, own_mail), False, {}
    for endpoint, method in routes(app):
        path = app.url_map.bind("localhost").build(endpoint, world.values(endpoint), method=method)
        path = path.split("?")[0]
        if method == "GET":
            reply = client.get(path)
        else:
            if not changed:
                assert digest() == before, f"{column}: reading changed something"
                changed = True
            reply = client.post(path, data={"csrf_token": token})
        found[endpoint, method] = str(reply.status_code)
        for word in () if endpoint in LINKS else HIDDEN.get(column, ()):
            assert word not in reply.text, f"{column} reads “{word}” on {path}"
    if column in POWERLESS:
        assert digest(OWN_TABLES, own_mail) == ours_before, f"{column} changed what is not theirs"
    if column == "volunteer_other":
        assert db.session.get(AvailabilityWindow, world.own_window), "a volunteer took away another's time"
    return found


@pytest.mark.parametrize("column", COLUMNS)
def test_everybody_is_answered_as_the_matrix_says(app: Flask, client: Any, clock: Any, column: str) -> None:
    found, wanted = answers(app, client, column, clock), expected()
    assert sorted(wanted) == sorted(found), "a route without a row in matrix.csv, or a row without its route"
    cells = {route: row[column] for route, row in wanted.items() if row[column] != "-"}
    assert {route: found[route] for route in cells} == cells


def test_every_route_says_who_may_enter(app: Flask) -> None:
    undeclared = [endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, ATTRIBUTE)]
    assert undeclared == []


@pytest.mark.parametrize("column", ["partner_other", "director_other"])
@pytest.mark.parametrize("path", ["/requests/?q={}", "/requests/?state=draft&q={}", "/placements/?q={}"])
def test_searching_for_others_words_finds_nothing(app: Flask, client: Any, column: str, path: str) -> None:
    world = World()
    client.sign_in(world.people[column].email)
    for word in (OPEN_SECRET, CLOSED_SECRET):
        same = client.get(path.format("Nosuchword")).text.replace("Nosuchword", "")
        found = client.get(path.format(word)).text.replace(word, "")
        assert len(found) == len(same), path
