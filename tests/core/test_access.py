"""The viewer's reach, and who may enter a view."""

from __future__ import annotations

from typing import Any

import pytest

from volunteer_hub.core.access import (
    ANONYMOUS,
    Grant,
    Role,
    Viewer,
    allow,
    is_public,
    is_sensitive,
    may_enter,
    public,
    sensitive,
)


def make_view() -> Any:
    return lambda: "a page"


def viewer(*grants: Grant) -> Viewer:
    return Viewer(7, "Ann", "ann@example.org", grants=grants)


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        (ANONYMOUS, [None, True, False, False]),
        (viewer(), [None, True, True, False]),
        (viewer(Grant(Role.ADMIN)), [None, True, True, False]),
        (viewer(Grant(Role.ADMIN), Grant(Role.FINANCE)), [None, True, True, True]),
    ],
)
def test_a_view_admits_whom_it_declares_and_one_without_declaration_nobody(
    who: Viewer, answers: list[bool | None]
) -> None:
    views = [make_view(), public(make_view()), allow()(make_view()), allow(Role.FINANCE, Role.FUNDER)(make_view())]
    assert [may_enter(view, who) for view in views] == answers
    assert [is_public(view) for view in views] == [False, True, False, False]


def test_a_stranger_has_no_role_and_is_nobody() -> None:
    assert (ANONYMOUS.is_authenticated, ANONYMOUS.is_active, ANONYMOUS.is_anonymous) == (False, False, True)
    assert (ANONYMOUS.account_id, ANONYMOUS.get_id(), ANONYMOUS.roles) == (0, "", frozenset())
    assert (viewer().is_authenticated, viewer().is_active, viewer().is_anonymous) == (True, True, False)
    assert viewer().has_second_factor is False


def test_a_view_is_sensitive_only_where_it_says_so() -> None:
    assert [is_sensitive(make_view()), is_sensitive(sensitive(make_view()))] == [False, True]


def test_a_second_role_does_not_widen_the_first() -> None:
    director = viewer(
        Grant(Role.DIRECTOR, country="UG"),
        Grant(Role.DIRECTOR, institution_id=3),
        Grant(Role.PARTNER, institution_id=5),
    )
    assert director.countries(Role.DIRECTOR) == {"UG"}
    assert director.countries(Role.PARTNER) == frozenset()
    assert (director.institutions(Role.DIRECTOR), director.institutions(Role.PARTNER)) == ({3}, {5})
    assert director.covers(Role.DIRECTOR, country="UG", institution_id=9)
    assert director.covers(Role.DIRECTOR, country="NP", institution_id=3)
    assert not director.covers(Role.DIRECTOR, country="NP", institution_id=5)
    assert not director.covers(Role.PARTNER, country="UG", institution_id=3)
    assert director.in_role(Role.PARTNER).grants == (Grant(Role.PARTNER, institution_id=5),)


def test_staff_are_coordinators_and_administrators_alone() -> None:
    assert {role for role in Role if viewer(Grant(role)).is_staff} == {Role.COORDINATOR, Role.ADMIN}


def test_the_secret_of_the_session_is_neither_shown_nor_compared() -> None:
    with_token = Viewer(7, "Ann", "ann@example.org", token="session-secret")
    assert with_token.get_id() == "session-secret"
    assert "session-secret" not in repr(with_token)
    assert with_token == Viewer(7, "Ann", "ann@example.org", token="other")
