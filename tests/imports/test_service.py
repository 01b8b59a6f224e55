"""All or nothing, the same file twice, concurrent imports, and what is stored."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account, viewer_of
from tests.factories.imports import NHS_CODE, institution_row, make_import, to_csv, volunteer_row
from tests.support.import_files import PEOPLE, PLACES, apply_import, count, import_rows
from tests.support.race import race
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.imports import queries, rules, service
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.states import ImportState
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.scheduler import jobs
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import CheckState, VolunteerState


def test_a_volunteer_is_invited_with_the_profile_filled_in(actor: Viewer) -> None:
    row = volunteer_row(
        email="Zoe@example.org",
        name="Zoë",
        registration_number="12a3456b",
        employer=NHS_CODE,
        department="Ward 7",
        band="7",
        weekly_hours="2.5",
        languages="en:native|French:b2",
        skills="IPC:teaches",
        specialties="300",
        manager_name="Morgan Lead",
        manager_email="lead@example.org",
        time_zone="Africa/Kampala",
    )
    apply_import(make_import([row]).id, actor, send=True)
    volunteer = db.session.scalars(sa.select(Volunteer)).one()
    account = volunteer.account
    assert (account.name, account.email, account.state) == ("Zoë", "zoe@example.org", AccountState.INVITED)
    assert [grant.role for grant in account.grants] == [Role.VOLUNTEER]
    assert (account.time_zone, volunteer.state, volunteer.weekly_minutes) == (
        "Africa/Kampala",
        VolunteerState.REGISTERED,
        150,
    )
    assert (volunteer.profession_code, volunteer.registration_number, volunteer.band) == (
        "nurse_adult",
        "12A3456B",
        "7",
    )
    assert (volunteer.employer.code if volunteer.employer else None, volunteer.manager_email) == (
        NHS_CODE,
        "lead@example.org",
    )
    assert [(item.skill_code, item.level) for item in volunteer.skills] == [("IPC", SkillLevel.TEACHES)]
    assert sorted((item.language, item.level) for item in volunteer.languages) == [
        ("en", LanguageLevel.NATIVE),
        ("fr", LanguageLevel.B2),
    ]
    assert {check.state for check in volunteer.checks} == {CheckState.OUTSTANDING}
    mails = db.session.scalars(sa.select(OutboxMail)).all()
    assert [(mail.kind, mail.recipient_email) for mail in mails] == [("invitation", "zoe@example.org")]
    assert "Carol" in mails[0].text


def test_without_the_tick_no_mail_goes_out(actor: Viewer) -> None:
    apply_import(make_import([volunteer_row(), volunteer_row()]).id, actor)
    assert (count(Volunteer), count(OutboxMail)) == (2, 0)


def test_an_institution_comes_with_its_agreement(actor: Viewer, now: dt.datetime) -> None:
    row = institution_row(
        name="Hilltop", connectivity="low", languages="en|fr", agreement_reference="D", agreement_signed_on="1/3/2026"
    )
    uk = institution_row(name="A Royal College", kind="uk_other", country="United Kingdom", code="rc1", town="")
    apply_import(make_import([row, uk], kind=PLACES).id, actor)
    by_name = {row.name: row for row in db.session.scalars(sa.select(Institution))}
    hilltop = by_name["Hilltop"]
    assert (hilltop.kind, hilltop.country_iso2, hilltop.time_zone) == (InstitutionKind.OVERSEAS, "UG", "Africa/Kampala")
    assert institutions.shares_data(hilltop.id, today=now.date())
    assert (by_name["A Royal College"].code, by_name["A Royal College"].kind) == ("RC1", InstitutionKind.UK_OTHER)


def test_rows_are_stored_only_until_the_import_ends(actor: Viewer) -> None:
    done, dropped = make_import(), make_import()
    assert done.rows
    apply_import(done.id, actor)
    service.discard(queries.get_locked(actor, dropped.id), actor=actor, now=clock.now())
    db.session.commit()
    assert [(batch.state, batch.rows, batch.added_count) for batch in (done, dropped)] == [
        (ImportState.DONE, None, 1),
        (ImportState.DISCARDED, None, None),
    ]
    acts = db.session.scalars(
        sa.select(AuditEntry).where(AuditEntry.subject_type == "import_batch").order_by(AuditEntry.sequence)
    ).all()
    assert [act.action for act in acts] == [
        "import_batch.checked",
        "import_batch.checked",
        "import_batch.done",
        "import_batch.discarded",
    ]
    assert '"added":1' in acts[2].details


def test_a_person_added_meanwhile_counts_as_existing(actor: Viewer) -> None:
    row = volunteer_row()
    batch = make_import([row, volunteer_row()])
    known = make_account(Role.PARTNER, email=row["email"], name="Somebody else")
    outcome = apply_import(batch.id, actor)
    assert (len(outcome.added), [one.row for one in outcome.existing]) == (1, [2])
    assert db.session.get_one(Account, known.id).name == "Somebody else"


def test_an_error_refuses_the_whole_file(actor: Viewer) -> None:
    batch = make_import([volunteer_row(), volunteer_row(profession="wizard"), volunteer_row()])
    assert (batch.row_count, batch.error_count) == (3, 1)
    accounts = count(Account)
    with pytest.raises(service.InvalidRows):
        apply_import(batch.id, actor)
    db.session.rollback()
    assert (count(Account), count(Volunteer)) == (accounts, 0)


def test_an_error_that_arises_later_refuses_the_whole_file(actor: Viewer) -> None:
    batch = make_import([volunteer_row(), volunteer_row(employer="Lasting Trust")], actor=make_account(Role.ADMIN))
    assert batch.error_count == 1
    import_rows([institution_row(name="Lasting Trust", kind="uk_other", country="GB", town="")], actor, PLACES)
    assert len(apply_import(batch.id, actor).added) == 2


@pytest.mark.parametrize("first", ["apply_import", "discard"])
def test_an_ended_import_is_a_conflict(actor: Viewer, first: str) -> None:
    batch = make_import()
    if first == "apply_import":
        apply_import(batch.id, actor)
    else:
        service.discard(batch, actor=actor, now=clock.now())
    for act in (
        lambda: apply_import(batch.id, actor),
        lambda: service.discard(batch, actor=actor, now=clock.now()),
    ):
        with pytest.raises(Conflict):
            act()


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FINANCE, Role.FUNDER])
def test_others_import_nothing(app: Flask, role: Role) -> None:
    batch, other = make_import(), viewer_of(make_account(role, country="UG" if role is Role.DIRECTOR else None))
    with pytest.raises(Forbidden):
        service.apply_import(batch, send_invitations=False, actor=other, now=clock.now())
    with pytest.raises(Forbidden):
        service.upload(kind=PEOPLE, file_name="f", content=b"x", actor=other, now=clock.now())
    with pytest.raises(DomainError):
        queries.get(other, batch.id)


@pytest.mark.parametrize("same", [True, False], ids=["one file", "two files with one person"])
def test_of_rivals_one_adds_the_rows(app: Flask, actor: Viewer, same: bool) -> None:
    rows = [volunteer_row() for _ in range(5)]
    batches = [make_import(rows).id] * 4 if same else [make_import(rows).id for _ in range(4)]

    def act(number: int) -> str:
        try:
            return f"added {len(apply_import(batches[number], actor).added)}"
        except Conflict:
            db.session.rollback()
            return "conflict"

    with app.test_request_context(method="POST"):
        answers = sorted(race(app, act, rivals=4))
    assert answers == (["added 5"] + ["conflict"] * 3 if same else ["added 0"] * 3 + ["added 5"])
    assert count(Volunteer) == 5


def test_a_file_that_is_not_imported_is_discarded_after_a_day(app: Flask, clock: Any) -> None:
    old = make_import()
    clock.advance(hours=23)
    young = make_import()
    assert jobs.run_manually(jobs.JOBS_BY_NAME["discard_imports"]).count == 0
    clock.advance(hours=1)
    assert jobs.run_manually(jobs.JOBS_BY_NAME["discard_imports"]).count == 1
    db.session.expire_all()
    assert [(batch.state, batch.rows is None) for batch in (old, young)] == [
        (ImportState.DISCARDED, True),
        (ImportState.CHECKED, False),
    ]


@pytest.mark.parametrize("lookup", ["skills", "specialties", "professions"])
def test_every_code_of_the_vocabulary_finds_itself(app: Flask, lookup: str) -> None:
    reference = queries.load_volunteer_reference(rules.deserialise_table('{"columns":[],"lines":[],"notes":[]}'))
    for code in getattr(vocabulary.vocabulary(), lookup):
        assert getattr(reference, lookup).get(code) == code


def test_file_names_are_cleaned(app: Flask) -> None:
    assert make_import(file_name="C:\\Users\\me\\list\u202e\n 1.csv").file_name == "list 1.csv"
    with pytest.raises(DomainError, match="shorter"):
        make_import(file_name="x" * 121)


def test_commands_check_and_import(app: Flask, tmp_path: Path) -> None:
    make_account(Role.ADMIN, name="Ada")
    db.session.commit()
    file = tmp_path / "people.csv"
    file.write_bytes(to_csv([volunteer_row(), volunteer_row()]))
    runner = app.test_cli_runner()

    def call(*args: str) -> tuple[int, str]:
        db.session.rollback()
        result = runner.invoke(args=["imports", *args, str(file), "--kind", "volunteers"])
        return result.exit_code, result.output

    assert call("check") == (0, "Checked: 2 new, 0 there already, 0 errors.\n")
    assert count(Volunteer) == 0
    assert call("run", "--send-invitations")[1].endswith("Imported: 2 added, 0 there already.\n")
    assert call("run") == (
        0,
        "Checked: 0 new, 2 there already, 0 errors.\nImported: 0 added, 2 there already.\n",
    )
    assert (count(Volunteer), count(OutboxMail)) == (2, 2)
    file.write_bytes(to_csv([volunteer_row(), volunteer_row(profession="wizard")]))
    for command in ("check", "run"):
        code, output = call(command)
        assert (code, "Row 3, column profession: There is no profession “wizard” here." in output) == (1, True)
    file.write_bytes(b"PK\x03\x04nonsense")
    assert call("check")[0] == 1
    file.write_bytes(to_csv([volunteer_row()]))
    assert call("run", "--as", "nobody@example.org")[0] == 1
    assert count(ImportBatch) == 2
