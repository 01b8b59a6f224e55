"""Access matrix: role by route by relation (docs/invariants.md, I14, I15 and I17). matrix.csv has the expected statuses.

Each column is one account in a fresh world. First every page is read: nothing may change but the time of the last visit.
Then every route is posted to with a valid CSRF token and no data, in the order of the file: 422 or 303 where the account
may act, 403 or 404 where it may not. `-` means not checked.
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
"""Accounts whose posts without data may change nothing but their own session."""
OWN_TABLES = frozenset({"user_session", "form_submission", "audit_head", "audit_entry", "audit_note", "throttle"})
LAST = "accounts.sign_out"
LINKS = frozenset({"placements.answer_release"})
"""Routes with a secret link: its holder may read the page."""


def routes(app: Flask) -> list[tuple[str, str]]:
    """(endpoint, method) of every route, pages first, signing out last."""
    pairs = {
        (rule.endpoint, method)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & {"GET", "POST"}
    }
    return sorted(pairs, key=lambda pair: (pair[1], pair[0] == LAST, pair[0]))


def read_matrix() -> dict[tuple[str, str], dict[str, str]]:
    with MATRIX.open(newline="") as file:
        return {(row["endpoint"], row["method"]): row for row in csv.DictReader(file)}


def digest(without: frozenset[str] = frozenset(), own_mail: str = "") -> str:
    """Return a hash of every row of every table, without `last_seen_at` and without emails to the account itself."""
    db.session.rollback()
    hasher = hashlib.sha256()
    for table in (table for table in db.metadata.sorted_tables if table.name not in without):
        columns = [column for column in table.columns if column.name != "last_seen_at"]
        rows = sorted(repr(tuple(row)) for row in db.session.execute(sa.select(*columns)))
        if own_mail and table.name == "outbox_mail":
            rows = [row for row in rows if repr(own_mail) not in row]
        hasher.update(f"{table.name}:{rows}".encode())
    db.session.rollback()
    return hasher.hexdigest()


def answers(app: Flask, client: Any, column: str, clock: Any) -> dict[tuple[str, str], str]:
    """Return the status of every route for one account. Reads come first and must change nothing."""
    world = World()
    if column != "anonymous":
        client.sign_in(world.people[column].email)
    page = client.get("/account" if column != "anonymous" else "/sign-in").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    clock.advance(minutes=10)
    own_mail = world.people[column].email if column != "anonymous" else ""
    before, ours_before, changed, statuses = digest(), digest(OWN_TABLES, own_mail), False, {}
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
        statuses[endpoint, method] = str(reply.status_code)
        for secret in () if endpoint in LINKS else HIDDEN.get(column, ()):
            assert secret not in reply.text, f"{column} reads “{secret}” on {path}"
    if column in POWERLESS:
        assert digest(OWN_TABLES, own_mail) == ours_before, f"{column} changed what is not theirs"
    if column == "volunteer_other":
        assert db.session.get(AvailabilityWindow, world.own_window), "a volunteer took away another's time"
    return statuses


@pytest.mark.parametrize("column", COLUMNS)
def test_every_route_answers_as_the_matrix_says(app: Flask, client: Any, clock: Any, column: str) -> None:
    statuses, wanted = answers(app, client, column, clock), read_matrix()
    assert sorted(wanted) == sorted(statuses), "a route without a row in matrix.csv, or a row without its route"
    cells = {route: row[column] for route, row in wanted.items() if row[column] != "-"}
    assert {route: statuses[route] for route in cells} == cells


def test_every_route_says_who_may_enter(app: Flask) -> None:
    undeclared = [endpoint for endpoint, view in app.view_functions.items() if not hasattr(view, ATTRIBUTE)]
    assert undeclared == []


@pytest.mark.parametrize("column", ["partner_other", "director_other"])
@pytest.mark.parametrize("path", ["/requests/?q={}", "/requests/?state=draft&q={}", "/placements/?q={}"])
def test_search_does_not_find_texts_outside_the_scope(app: Flask, client: Any, column: str, path: str) -> None:
    world = World()
    client.sign_in(world.people[column].email)
    for secret in (OPEN_SECRET, CLOSED_SECRET):
        empty = client.get(path.format("Nosuchword")).text.replace("Nosuchword", "")
        result = client.get(path.format(secret)).text.replace(secret, "")
        assert len(result) == len(empty), path
