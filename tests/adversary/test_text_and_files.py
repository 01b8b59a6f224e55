"""Adversarial tests of skills, files, NUL and names in many scripts; each once failed or nearly did."""

from __future__ import annotations

import io

import pytest

from tests.factories.accounts import make_account
from tests.factories.hours import make_entry
from tests.factories.imports import make_import, to_csv, volunteer_row
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_request
from tests.factories.placements import make_placement
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.imports import queries as import_queries
from volunteer_hub.imports import service as imports
from volunteer_hub.imports.states import ImportKind
from volunteer_hub.mail.service import queue
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary import service as curating
from volunteer_hub.vocabulary.models import Skill


def skill(code: str) -> Skill:
    return vocabulary.get_skill(code, locked=True)


# --- skills
def test_two_skills_with_many_synonyms_can_be_merged(app, staff, now) -> None:
    curating.change_skill(
        skill("AMR.AMS"),
        name="Antimicrobial stewardship",
        synonyms="\n".join(f"alpha{n}" for n in range(16)),
        actor=staff,
        now=now,
    )
    one = curating.add_skill(
        name="Other thing",
        short_code="OTHER",
        parent=skill("AMR"),
        synonyms="\n".join(f"beta{n}" for n in range(16)),
        actor=staff,
        now=now,
    )
    db.session.commit()
    curating.merge(skill(one.code), skill("AMR.AMS"), actor=staff, now=now)


def test_name_of_a_merged_skill_can_be_imported(app, staff, now) -> None:
    """Two skills of one name in two areas are merged; afterwards the name belongs to one skill."""
    one = curating.add_skill(
        name="Wound care zz", short_code="WOUND1", parent=skill("AMR"), synonyms="", actor=staff, now=now
    )
    two = curating.add_skill(
        name="Wound care zz", short_code="WOUND2", parent=skill("IPC"), synonyms="", actor=staff, now=now
    )
    curating.merge(skill(one.code), skill(two.code), actor=staff, now=now)
    db.session.commit()
    table = imports.parse_file(ImportKind.VOLUNTEERS, to_csv([volunteer_row(skills="Wound care zz:independent")]))
    outcome = imports.examine(ImportKind.VOLUNTEERS, table, today=now.date())
    assert outcome.errors == ()


def test_the_check_of_a_file_reports_a_retired_skill(app, staff, now) -> None:
    curating.retire(skill("AMR.AMS"), reason="old", actor=staff, now=now)
    db.session.commit()
    batch = make_import([volunteer_row(skills="AMR.AMS:independent")])
    assert batch.error_count, "the check says that the file is in order"


def test_a_file_that_the_check_passed_can_be_imported(app, staff, now) -> None:
    curating.retire(skill("AMR.AMS"), reason="old", actor=staff, now=now)
    db.session.commit()
    batch = make_import([volunteer_row(skills="AMR.AMS:independent")])
    _t, outcome = imports.recheck(batch, today=now.date())
    if not outcome.errors:
        imports.apply_import(import_queries.get_locked(staff, batch.id), send_invitations=False, actor=staff, now=now)


# --- NUL and the like
@pytest.mark.parametrize(
    "path",
    [
        "/skills/new?under=%00",
        "/skills/new?under=A%00B",
        "/skills/AMR/merge?into=%00",
        "/skills/?q=%00",
        "/readiness/?skill=%00",
        "/readiness/?q=%00&skill=A%00",
    ],
)
def test_nul_in_the_address_causes_no_error(app, as_, path) -> None:
    assert as_(make_account(Role.COORDINATOR)).get(path).status_code < 500


def test_nul_in_a_reset_of_wording_causes_no_error(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    page = client.get("/wording/password_changed").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert (
        client.post("/wording/password_changed/reset", data={"csrf_token": token, "msgid": "a\x00b"}).status_code < 500
    )


def test_nul_in_an_address_of_a_utf16_file_causes_no_error(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
    text = "name,email,profession\nAnn,a\x00nn@example.org,nurse_adult\n"
    data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(text.encode("utf-16")), "x.csv")}
    reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert reply.status_code < 500
    if reply.status_code == 303:
        assert client.get(reply.headers["Location"]).status_code < 500


def test_surrogates_and_controls_in_a_csv(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    for text in (
        "name,email,profession\nA\x01nn,a@example.org,nurse_adult\n",
        "na\x00me,email,profession\nx,y@example.org,nurse_adult\n",
        "name,email,email,profession\nA,a@b.org,c@d.org,nurse_adult\n",
        "name,email,profession\n=cmd,a@b.org,nurse_adult\n",
    ):
        form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
        data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(text.encode("utf-16")), "x.csv")}
        reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
        assert reply.status_code < 500
        if reply.status_code == 303:
            assert client.get(reply.headers["Location"]).status_code < 500


# --- search by name
def test_hours_of_a_person_with_an_accent_are_found(app, as_) -> None:
    volunteer = make_fitting_volunteer(account=make_account(Role.VOLUNTEER, name="Zoë Müller"))
    entry = make_entry(
        make_placement(make_match(make_request(), volunteer), PlacementState.ACTIVE), note="Findable note"
    )
    client = as_(make_account(Role.COORDINATOR))
    assert f"/hours/placement/{entry.placement_id}" in client.get("/hours/all").text
    page = client.get("/hours/all", query_string={"volunteer": "Zoë"}).text
    assert f"/hours/placement/{entry.placement_id}" in page


def test_a_name_in_another_script_narrows_the_hours(app, as_) -> None:
    entry = make_entry()
    client = as_(make_account(Role.COORDINATOR))
    assert f"/hours/placement/{entry.placement_id}" in client.get("/hours/all").text
    page = client.get("/hours/all", query_string={"volunteer": "አበበ"}).text
    assert f"/hours/placement/{entry.placement_id}" not in page, "the filter was dropped: all hours of all people"


def test_outbox_finds_an_accented_capital(app, as_) -> None:
    account = make_account(name="Émile Ångström", email="em@example.org")
    mail = queue("password_changed", as_recipient(account), account, now=core_clock.now())
    db.session.commit()
    client = as_(make_account(Role.ADMIN))
    assert f"/outbox/{mail.id}" in client.get("/outbox/", query_string={"to": "Émile"}).text


def test_audit_finds_an_accented_capital(app) -> None:
    from volunteer_hub.reports.audit_queries import list_account_ids

    account = make_account(name="Émile Ångström", email="em@example.org")
    assert list_account_ids("Émile") == (account.id,)
