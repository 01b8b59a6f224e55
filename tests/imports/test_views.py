"""The pages: uploading a file, its errors, importing it once, discarding it."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account
from tests.factories.imports import institution_row, make_import, to_csv, volunteer_row
from tests.support.query_count import page_queries
from tests.support.workbooks import workbook
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.states import ImportKind, ImportState
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers.models import ReadinessCheck, Volunteer
from volunteer_hub.volunteers.states import CheckKind, CheckState


@pytest.fixture
def coordinator(client: Any) -> Any:
    client.sign_in(make_account(Role.COORDINATOR, name="Carol").email)
    return client


def count(model: Any) -> int:
    return int(db.session.scalar(sa.select(sa.func.count()).select_from(model)) or 0)


def upload_of(content: bytes, name: str = "list.csv") -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


def upload(client: Any, content: bytes, *, kind: str = "volunteers", name: str = "list.csv") -> Any:
    return client.submit("/imports/new", kind=kind, file=upload_of(content, name))


def test_from_a_file_to_invited_volunteers(coordinator: Any) -> None:
    known = make_account(Role.VOLUNTEER, name="Known Person")
    rows = [volunteer_row(name="First Person"), volunteer_row(), volunteer_row(email=known.email)]
    reply = upload(coordinator, to_csv(rows), name="spring.csv")
    assert reply.status_code == 303
    text = coordinator.get(reply.location).text
    for text_part in (
        "spring.csv",
        "<b>2</b>would be added",
        "<b>1</b>there already",
        "First Person",
        "Row 4: Asha Okello",
    ):
        assert text_part in text, text_part
    assert "Import all 2 rows" in text
    page = coordinator.get(f"{reply.location}/import").text
    assert "2 e-mails go out" in page
    done = coordinator.submit(f"{reply.location}/import", send="yes")
    assert (done.status_code, done.location) == (303, reply.location)
    assert (count(Volunteer), count(OutboxMail)) == (2, 2)
    after = coordinator.get(reply.location).text
    for text_part in ("2 rows are added.", "Imported", "no longer kept", "imported the file", "Carol"):
        assert text_part in after, text_part
    assert "Import all" not in after
    assert "spring.csv" in coordinator.get("/imports/").text
    again = coordinator.get(upload(coordinator, to_csv(rows)).location).text
    assert "The very same file was imported" in again
    assert "There is nothing to import" in again


def test_an_imported_volunteer_opens_the_account_and_finds_the_profile(coordinator: Any, app: Any) -> None:
    reply = upload(coordinator, to_csv([volunteer_row(department="Ward 7")]))
    coordinator.submit(f"{reply.location}/import", send="yes")
    mail_text = db.session.scalars(sa.select(OutboxMail)).one().text
    guest = app.test_client()
    path = re.findall(r"/invitation/\S+", mail_text)[0]
    guest.submit(path, password="a-new-secret-word", code_of_conduct="yes", patient_data_pledge="yes")
    guest.sign_in(db.session.scalars(sa.select(Volunteer)).one().account.email, "a-new-secret-word")
    assert "Ward 7" in guest.get("/profile/work").text
    check = db.session.scalars(sa.select(ReadinessCheck).where(ReadinessCheck.state == CheckState.MET)).one()
    assert (check.kind, check.checked_by_id) == (CheckKind.CODE_OF_CONDUCT, None)
    assert check.evidence


def test_a_workbook_of_institutions(coordinator: Any) -> None:
    row = institution_row(name="Hilltop Hospital")
    reply = upload(coordinator, workbook([list(row), list(row.values())]), kind="institutions", name="list.xlsx")
    page = coordinator.get(f"{reply.location}/import").text
    assert "invitation" not in page
    assert coordinator.submit(f"{reply.location}/import").status_code == 303
    assert "Hilltop Hospital" in coordinator.get("/institutions/").text


def test_errors_are_shown_row_by_row_and_nothing_can_be_imported(coordinator: Any) -> None:
    rows = [volunteer_row(), volunteer_row(email="no address"), volunteer_row(profession="wizard")]
    reply = upload(coordinator, to_csv(rows))
    text = coordinator.get(reply.location).text
    for text_part in ("Row 3, column E-mail:", "This is not an e-mail address", "Row 4, column Profession:", "wizard"):
        assert text_part in text, text_part
    assert "Import all" not in text
    assert coordinator.get(f"{reply.location}/import").location == reply.location
    token = coordinator.forms(reply.location)[-1]["data"]["csrf_token"]
    forced = coordinator.post(f"{reply.location}/import", data={"csrf_token": token})
    assert (forced.status_code, "Nothing was imported" in forced.text) == (422, True)
    assert "Row 3, column E-mail:" in forced.text
    assert count(Volunteer) == 0


@pytest.mark.parametrize(
    ("answers", "text_part"),
    [
        ({"kind": "volunteers"}, "Choose a file"),
        ({"kind": "", "file": b"name"}, "Choose what the rows are"),
        ({"kind": "volunteers", "file": b""}, "The file is empty"),
        ({"kind": "volunteers", "file": b"first,second\n1,2\n"}, "Missing: name, email, profession"),
        ({"kind": "volunteers", "file": b"PK\x03\x04"}, "cannot be opened"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error_of_the_form(coordinator: Any, answers: Any, text_part: str) -> None:
    sent = {k: upload_of(v) if isinstance(v, bytes) else v for k, v in answers.items()}
    reply = coordinator.submit("/imports/new", **sent)
    assert (reply.status_code, text_part in reply.text) == (422, True)
    assert count(ImportBatch) == 0


def test_a_file_that_is_too_large_is_refused_kindly(coordinator: Any) -> None:
    kind = "multipart/form-data; boundary=x"
    reply = coordinator.post("/imports/new", data=b"x" * 600_000, content_type=kind)
    assert (reply.status_code, "choose a smaller file" in reply.text) == (413, True)


def test_double_click_checks_one_file_and_another_file_is_refused(coordinator: Any) -> None:
    data = coordinator.forms("/imports/new")[-1]["data"] | {"kind": ["volunteers"]}
    content, other = to_csv([volunteer_row()]), to_csv([volunteer_row()])
    first = coordinator.post("/imports/new", data=data | {"file": upload_of(content)})
    second = coordinator.post("/imports/new", data=data | {"file": upload_of(content)})
    third = coordinator.post("/imports/new", data=data | {"file": upload_of(other)})
    assert (first.status_code, second.status_code, third.status_code) == (303, 303, 409)
    assert first.location == second.location
    assert count(ImportBatch) == 1


def test_double_click_imports_once_and_a_second_person_is_told(coordinator: Any, app: Any) -> None:
    path = f"/imports/{make_import([volunteer_row()]).id}"
    rival = app.test_client()
    rival.sign_in(make_account(Role.ADMIN).email)
    theirs = rival.forms(f"{path}/import")[-1]["data"]
    data = coordinator.forms(f"{path}/import")[-1]["data"]
    replies = [coordinator.post(f"{path}/import", data=data) for _ in range(2)]
    assert [reply.location for reply in replies] == [path, path]
    late = rival.post(f"{path}/import", data=theirs)
    assert (late.status_code, "imported or discarded already" in late.text) == (409, True)
    token = {"csrf_token": theirs["csrf_token"]}
    assert rival.post(f"{path}/discard", data=token).status_code == 409
    assert count(Volunteer) == 1


def test_discarding_adds_nothing(coordinator: Any) -> None:
    batch = make_import()
    assert coordinator.submit(f"/imports/{batch.id}", action="/discard").location == "/imports/"
    db.session.refresh(batch)
    assert (batch.state, batch.rows, count(Volunteer)) == (ImportState.DISCARDED, None, 0)
    assert "discarded the file" in coordinator.get(f"/imports/{batch.id}").text


@pytest.mark.parametrize("kind", list(ImportKind))
def test_template_can_be_brought_back(coordinator: Any, kind: ImportKind) -> None:
    file = coordinator.get(f"/imports/template/{kind.value}.csv")
    assert file.headers["Content-Disposition"] == f'attachment; filename="{kind.value}.csv"'
    text = coordinator.get(upload(coordinator, file.data, kind=kind.value).location).text
    assert "<b>0</b>cells with errors" in text
    columns = coordinator.get(f"/imports/columns/{kind.value}").text
    assert "What is accepted" in columns
    assert coordinator.get("/imports/columns/horses").status_code == 404
    assert coordinator.get("/imports/template/horses.csv").status_code == 404


def test_markup_in_a_file_is_shown_as_text(coordinator: Any) -> None:
    row = volunteer_row(name="<b>Bold</b>", profession="<i>x</i>")
    reply = upload(coordinator, to_csv([row | {"<u>": "1"}]), name="<script>.csv")
    text = coordinator.get(reply.location).text
    assert "&lt;b&gt;Bold" in text
    assert "&lt;script&gt;.csv" in text
    for markup in ("<b>Bold", "<i>x", "<u>", "<script>"):
        assert markup not in text


def test_list_pages_show_every_import_once(coordinator: Any, clock: Any) -> None:
    actor = make_account(Role.ADMIN)
    for number in range(25):
        make_import(file_name=f"file-{number:02d}.csv", actor=actor)
        clock.advance(minutes=1)
    first = coordinator.get("/imports/").text
    following = first.split('class="app-more"')[1].split('href="')[1].split('"')[0].replace("&amp;", "&")
    second = coordinator.get(following).text
    names = [f"file-{number:02d}.csv" for number in range(25)]
    assert [name for name in names if name in first] == names[5:]
    assert [name for name in names if name in second] == names[:5]
    assert coordinator.get("/imports/?after=nonsense").status_code == 404


def test_list_costs_the_same_at_1_and_30_imports(coordinator: Any) -> None:
    actor = make_account(Role.ADMIN)
    make_import(actor=actor)
    one = page_queries(coordinator, "/imports/")
    for _ in range(29):
        make_import(actor=actor)
    assert len(page_queries(coordinator, "/imports/")) == len(one) <= 3


@pytest.mark.parametrize("kind", list(ImportKind))
def test_result_costs_the_same_at_1_and_30_rows(coordinator: Any, kind: ImportKind) -> None:
    make = volunteer_row if kind is ImportKind.VOLUNTEERS else institution_row
    actor = make_account(Role.ADMIN)
    small, large = (make_import([make() for _ in range(n)], kind=kind, actor=actor) for n in (1, 30))
    coordinator.get(f"/imports/{small.id}")  # the vocabulary is read once per process
    costs = [len(page_queries(coordinator, f"/imports/{batch.id}")) for batch in (small, large)]
    assert costs[0] == costs[1] <= 6
