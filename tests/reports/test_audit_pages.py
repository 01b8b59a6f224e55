"""The audit log's pages: search, display, export with a reason (docs/invariants.md, I13)."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_restriction
from tests.factories.partner_requests import make_institution
from tests.support.query_count import page_queries
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit import rules
from volunteer_hub.audit import service as audit
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.scheduler import jobs


@pytest.fixture
def ada(app: Flask) -> Account:
    """An administrator."""
    return make_account(Role.ADMIN, name="Ada Admin", email="ada@example.org")


@pytest.fixture
def admin(ada: Account, as_: Any) -> Any:
    """The administrator's browser."""
    return as_(ada)


def record_entry(person: Account | None, about: Account, action: str = "account.details_changed", **more: Any) -> None:
    """Record one audit entry, committed."""
    actor = viewer_of(person) if person else None
    audit.record(action, about, actor=actor, now=core_clock.now(), **more)
    db.session.commit()


def test_the_log_is_searched_by_the_stored_names_of_renamed_tables(admin: Any) -> None:
    volunteer = make_fitting_volunteer()
    restriction = make_restriction(volunteer, make_institution(), note="Word-one")
    audit.record("match_bar.set", restriction, actor=None, now=core_clock.now())
    db.session.commit()
    page = admin.get(f"/audit/?type=match_bar&id={restriction.id}").text
    assert 'value="match_bar" selected' in page
    assert "recorded that the two are not put together" in page
    assert 'value="match_restriction"' not in page, "no entry was ever stored under the table's new name"


def exports() -> list[AuditEntry]:
    """Return the audit entries of exports."""
    statement = sa.select(AuditEntry).where(AuditEntry.action == "audit.exported")
    return list(db.session.scalars(statement).unique())


def test_filters_find_by_person_act_row_and_day(ada: Account, as_: Any, clock: Any) -> None:
    bea, cid = make_account(name="Bea Bell"), make_account(name="Cid Cole", email="cid@example.org")
    record_entry(bea, cid, note="Word-one")
    clock.advance(days=3)
    record_entry(cid, bea, "account.signed_in", note="Word-two")
    record_entry(None, bea, note="Word-three")
    admin = as_(ada)
    for query, expected in {
        "": (True, True, True),
        "who=BELL": (True, False, False),
        "who=cid@": (False, True, False),
        f"who={cid.id}": (False, True, False),
        "who=nobody": (False, False, False),
        "by=service": (False, False, True),
        "act=account.signed_in": (False, True, False),
        f"type=account&id={cid.id}": (True, False, False),
        "type=match": (False, False, False),
        "until=2026-11-21": (True, False, False),
        "since=2026-11-22": (False, True, True),
        "since=x&id=x": (True, True, True),
    }.items():
        page = admin.get(f"/audit/?{query}").text
        assert tuple(f"Word-{number}" in page for number in ("one", "two", "three")) == expected, query


def test_an_entry_is_shown_as_text_with_its_details_and_a_link(admin: Any) -> None:
    bea = make_account(name="Bea Bell")
    record_entry(bea, bea, note="<b>why</b>", fields=["name"], nothing=None)
    page = admin.get(f"/audit/?who={bea.id}").text
    assert "<strong>Bea Bell</strong> changed name or time zone" in page
    assert f'href="/people/{bea.id}"' in page
    assert "&lt;b&gt;why&lt;/b&gt;" in page
    assert "fields: [&#34;name&#34;]" in page
    assert "nothing: —" in page


def test_paging_shows_each_entry_once(admin: Any) -> None:
    bea = make_account()
    for _ in range(25):
        record_entry(bea, bea)
    first = admin.get(f"/audit/?who={bea.id}").text
    after = first.split("after=")[1].split('"')[0].split("&")[0]
    second = admin.get(f"/audit/?who={bea.id}&after={after}").text
    assert (first.count('class="app-card"'), second.count('class="app-card"')) == (20, 5)


def test_export_is_recorded_with_its_reason_and_leads_to_the_file(admin: Any, ada: Account) -> None:
    bea = make_account(name="=Bea")
    record_entry(bea, bea, note="=1+1")
    record_entry(ada, bea, note="other")
    reply = admin.submit("/audit/export?who=bea", reason="The funder asks.", kind="csv")
    assert reply.status_code == 303
    [entry] = exports()
    assert entry.note is not None
    assert (entry.actor_id, entry.note.text) == (ada.id, "The funder asks.")
    details = json.loads(entry.details)
    assert (details["count"], details["format"], details["actors"], details["asked"]) == (1, "csv", [bea.id], {})
    file = admin.get(reply.headers["Location"])
    assert file.mimetype == "text/csv"
    assert "attachment" in file.headers["Content-Disposition"]
    [line] = csv.DictReader(io.StringIO(file.text))
    assert (line["actor_id"], line["words"]) == (str(bea.id), "'=1+1")


def test_exported_lines_verify_by_themselves(admin: Any) -> None:
    bea = make_account()
    for number in range(5):
        record_entry(bea, bea, note=f"words {number}", number=number)
    reply = admin.submit("/audit/export", reason="A check.", kind="jsonl")
    lines = [json.loads(line) for line in admin.get(reply.headers["Location"]).text.splitlines()]
    assert len(lines) > 5
    previous = rules.FIRST_HASH
    covered = ("sequence", "at", "actor_id", "action", "subject_type", "subject_id", "details", "words_hash")
    for line in lines:
        assert line["previous_hash"] == previous
        assert rules.link_hash(previous, {name: line[name] for name in covered}) == line["hash"]
        previous = line["hash"]


def test_without_a_reason_nothing_is_exported(admin: Any) -> None:
    assert admin.submit("/audit/export", reason="", kind="csv").status_code == 422
    assert exports() == []


def test_a_link_to_a_file_works_for_one_person_and_for_minutes(admin: Any, as_: Any, clock: Any) -> None:
    location = admin.submit("/audit/export", reason="A check.", kind="csv").headers["Location"]
    clock.advance(minutes=6)
    assert admin.get(location).status_code == 422
    location = admin.submit("/audit/export", reason="A check.", kind="csv").headers["Location"]
    assert admin.get(location).status_code == 200
    assert admin.get(f"{location}x").status_code == 404
    assert as_(make_account(Role.ADMIN)).get(location).status_code == 404
    assert as_(make_account(Role.COORDINATOR)).get(location).status_code == 403


def test_page_shows_the_last_check(admin: Any) -> None:
    assert "has not been checked yet" in admin.get("/audit/").text
    jobs.run_manually(jobs.JOBS_BY_NAME["verify_audit"])
    assert "The chain was checked on" in admin.get("/audit/").text


def test_list_costs_the_same_for_one_and_for_thirty(admin: Any) -> None:
    bea = make_account()
    record_entry(bea, bea)
    before = len(page_queries(admin, f"/audit/?type=account&id={bea.id}"))
    for _ in range(30):
        record_entry(make_account(), bea)
    assert len(page_queries(admin, f"/audit/?type=account&id={bea.id}")) == before <= 3
