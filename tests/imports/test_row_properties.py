"""For any rows: importing a file twice adds nothing more, and one invalid row refuses the whole file."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories.imports import NHS_CODE
from tests.support.import_files import PEOPLE, PLACES, count, import_rows
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.imports import service
from volunteer_hub.imports.states import ImportKind

NAMES = st.text(st.characters(categories=("L", "Nd")), min_size=1, max_size=12)


PERSON = st.fixed_dictionaries(
    {
        "name": NAMES,
        "email": st.integers(0, 30).map(lambda n: f"p{n}@example.org"),
        "profession": st.sampled_from(["hr", "Doctor", "Nurse (adult)", "physio"]),
        "weekly_hours": st.sampled_from(["", "1", "2.5", "40"]),
        "languages": st.sampled_from(["", "en:c1", "French:native|sw:a1"]),
        "skills": st.sampled_from(["", "IPC:teaches", "AMR.AMS:supported|IPC:independent"]),
        "employer": st.sampled_from(["", NHS_CODE]),
    }
)


PLACE = st.fixed_dictionaries(
    {
        "name": NAMES,
        "kind": st.just("overseas"),
        "country": st.sampled_from(["UG", "Nepal"]),
        "town": st.just("Town"),
        "code": st.sampled_from(["", "X1", "X2"]),
    }
)


ROWS = st.one_of(
    st.tuples(st.just(PEOPLE), st.lists(PERSON, min_size=1, max_size=5, unique_by=lambda row: row["email"])),
    st.tuples(
        st.just(PLACES),
        st.lists(
            PLACE, min_size=1, max_size=4, unique_by=(lambda r: r["name"].casefold(), lambda r: r["code"] or r["name"])
        ),
    ),
)


SETTINGS = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def table_counts() -> list[tuple[str, int]]:
    tables = ("account", "role_grant", "volunteer", "volunteer_skill", "volunteer_language", "institution")
    return [(name, count(db.metadata.tables[name])) for name in tables]


@SETTINGS
@given(ROWS)
def test_the_same_file_twice_adds_nothing(actor: Viewer, file: tuple[ImportKind, list[dict[str, str]]]) -> None:
    kind, rows = file
    try:
        first = import_rows(rows, actor, kind)
    except service.InvalidRows:
        db.session.rollback()  # two names that differ in an accent only are one institution
        return
    after = table_counts()
    again = import_rows(rows, actor, kind)
    assert (len(again.added), len(again.existing)) == (0, len(first.added) + len(first.existing))
    assert table_counts() == after


@SETTINGS
@given(ROWS, st.integers(0, 5))
def test_a_file_with_one_bad_row_adds_nothing(
    actor: Viewer, file: tuple[ImportKind, list[dict[str, str]]], index: int
) -> None:
    kind, rows = file
    rows = [*rows[:index], rows[0] | {"name": "", "email": "new@example.org"}, *rows[index:]]
    before = table_counts()
    with pytest.raises(service.InvalidRows):
        import_rows(rows, actor, kind)
    db.session.rollback()
    assert table_counts() == before
