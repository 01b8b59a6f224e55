"""The board narrowed to one advice: the choices with their numbers of rows, and the file."""

from __future__ import annotations

import csv
import io
from typing import Any

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_request
from tests.factories.volunteers import make_volunteer
from volunteer_hub.core.access import Role
from volunteer_hub.vocabulary.states import LanguageLevel


def make_rows_with_advice() -> None:
    """Create one row that advises to recruit, and two that advise to pause."""
    make_request(specialty_code="300", weekly_minutes=60, seats=4)
    make_volunteer(
        specialties=("300",),
        languages={"en": LanguageLevel.NATIVE, "fr": LanguageLevel.B2, "sw": LanguageLevel.B2},
        weekly_minutes=60,
    )


def test_each_advice_is_counted_and_opens_its_rows(client: Any) -> None:
    make_rows_with_advice()
    client.sign_in(make_account(Role.COORDINATOR).email)
    page = client.get("/board/").text
    assert "All (3)" in page
    for code, label, number in (("recruit", "Recruit", 1), ("pause", "Pause", 2), ("steady", "Steady", 0)):
        assert f'<a href="/board/?advice={code}#rows">{label} ({number})</a>' in page
        narrowed = client.get(f"/board/?advice={code}&group=G-MED").text
        assert narrowed.count('<strong aria-current="true">') == 1
    pause_page = client.get("/board/?advice=pause").text
    assert "2 rows" in pause_page
    assert "nhsuk-tag--blue" not in pause_page.split("<tbody>")[-1]
    assert 'name="advice" value="pause"' in pause_page
    assert "No row advises that here." in client.get("/board/?advice=steady").text


def test_the_file_holds_the_advice_that_the_page_shows(client: Any) -> None:
    make_rows_with_advice()
    client.sign_in(make_account(Role.COORDINATOR).email)
    forms = client.forms("/board/?advice=pause")
    form = next(form for form in forms if form["action"].startswith("/board/file"))
    rows = list(csv.reader(io.StringIO(client.post(form["action"], data=form["data"]).text)))[1:]
    assert [row[-1] for row in rows] == ["Pause", "Pause"]
