"""What may be published, the order of roles, and the months of a year. No application needed."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from volunteer_hub.core.access import Role
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.reports import rules
from volunteer_hub.reports.states import Attention
from volunteer_hub.volunteers.states import VolunteerState

A = Attention
cells = st.lists(st.integers(0, 8), min_size=1, max_size=3) | st.lists(st.integers(3, 6), min_size=4, max_size=4)
any_cells = st.lists(st.integers(0, 200), min_size=1, max_size=12)


def publish(counts: Sequence[int]) -> tuple[tuple[int | None, ...], int | None]:
    """Return the cells and the total that a reader sees."""
    table = rules.suppress_small_counts(dict(enumerate(counts)))
    return tuple(table.cells[key] for key in range(len(counts))), table.total


@settings(deadline=None)
@given(any_cells)
def test_no_small_count_is_shown_and_what_is_shown_is_true(counts: list[int]) -> None:
    cells, total = publish(counts)
    assert all(cell is None or cell >= rules.MIN_PUBLISHED_COUNT for cell in cells)
    assert all(cell is None or cell == count for cell, count in zip(cells, counts, strict=True))
    assert total in {None, sum(counts)}


@settings(deadline=None)
@given(any_cells)
def test_no_total_stands_beside_a_hidden_count(counts: list[int]) -> None:
    cells, total = publish(counts)
    assert (total is None) == (None in cells)


@settings(deadline=None)
@given(any_cells)
def test_large_counts_alone_are_all_shown(counts: list[int]) -> None:
    large = [count + rules.MIN_PUBLISHED_COUNT for count in counts]
    assert publish(large) == (tuple(large), sum(large))
    assert not rules.suppress_small_counts(dict(enumerate(large))).has_hidden


@settings(deadline=None, max_examples=40)
@given(cells)
def test_no_hidden_cell_can_be_derived_even_with_knowledge_of_the_rule(counts: list[int]) -> None:
    """Each hidden cell has at least two possible values, over all tables that are published alike."""
    result = publish(counts)
    limit = 13
    open_cells = [range(limit) if cell is None else [cell] for cell in result[0]]
    alike = [table for table in itertools.product(*open_cells) if publish(table) == result]
    assert tuple(counts) in alike
    for index, cell in enumerate(result[0]):
        if cell is None:
            assert len({table[index] for table in alike}) >= 2, (counts, result)


@pytest.mark.parametrize("counts", [[4, 4, 4, 6], [1, 1, 1, 1, 1], [3, 30], [0, 0, 12], [4, 40, 41], [5, 5, 4]])
def test_tables_that_their_total_would_disclose(counts: list[int]) -> None:
    cells, total = publish(counts)
    assert cells.count(None) == sum(count < rules.MIN_PUBLISHED_COUNT for count in counts)
    assert total is None


def test_grouping_states_loses_no_row() -> None:
    for kind, about in ((VolunteerState, "volunteers"), (RequestState, "requests"), (PlacementState, "placements")):
        counts = {kind: {state: number for number, state in enumerate(kind, start=1)}}
        assert sum(rules.group_states(counts, about).values()) == sum(counts[kind].values())


@settings(deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_months_are_the_last_twelve_in_order(today: dt.date) -> None:
    months = rules.last_months(today)
    assert months[-1] == today.replace(day=1)
    assert len(set(months)) == 12
    assert months == sorted(months)
    assert (months[-1] - months[0]).days < 366


def test_the_most_urgent_role_stands_first() -> None:
    parts = {Role.VOLUNTEER: (0, 0), Role.PARTNER: (0, 2), Role.DIRECTOR: (1, 1), Role.FINANCE: (0, 0)}
    assert rules.sort_by_urgency(parts) == [Role.DIRECTOR, Role.PARTNER, Role.VOLUNTEER, Role.FINANCE]


def test_drafts_are_not_urgent() -> None:
    assert rules.urgency({A.DRAFT: 3}) == (0, 0)
    assert rules.urgency({A.DRAFT: 3, A.RETURNED: 1, A.DECISION_LATE: 2}, late=1) == (3, 3)


def test_a_list_is_read_in_the_role_with_the_widest_scope() -> None:
    both = frozenset({Role.DIRECTOR, Role.COORDINATOR})
    assert rules.role_for_list(A.START_PASSED, both) is Role.COORDINATOR
    assert rules.role_for_list(A.DECISION_WAITING, both) is Role.DIRECTOR
    assert rules.role_for_list(A.DRAFT, both) is None


@pytest.mark.parametrize(
    ("minutes", "text"), [(0, "0"), (60, "1"), (90, "1.5"), (600, "10"), (6000, "100"), (50, "0.83")]
)
def test_hours_have_no_trailing_zeros(minutes: int, text: str) -> None:
    assert rules.format_hours(minutes) == text
