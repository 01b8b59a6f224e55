"""What may be published, in which order things stand, and the months of a year. No application needed."""

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


def shown(counts: Sequence[int]) -> tuple[tuple[int | None, ...], int | None]:
    """What a reader sees of a table."""
    table = rules.suppress_small_counts(dict(enumerate(counts)))
    return tuple(table.cells[key] for key in range(len(counts))), table.total


@settings(deadline=None)
@given(any_cells)
def test_no_small_count_is_shown_and_what_is_shown_is_true(counts: list[int]) -> None:
    found, total = shown(counts)
    assert all(cell is None or cell >= rules.MIN_PUBLISHED_COUNT for cell in found)
    assert all(cell is None or cell == count for cell, count in zip(found, counts, strict=True))
    assert total in {None, sum(counts)}


@settings(deadline=None)
@given(any_cells)
def test_no_total_stands_beside_a_hidden_count(counts: list[int]) -> None:
    found, total = shown(counts)
    assert (total is None) == (None in found)


@settings(deadline=None)
@given(any_cells)
def test_large_counts_alone_are_all_shown(counts: list[int]) -> None:
    large = [count + rules.MIN_PUBLISHED_COUNT for count in counts]
    assert shown(large) == (tuple(large), sum(large))
    assert not rules.suppress_small_counts(dict(enumerate(large))).has_hidden


@settings(deadline=None, max_examples=40)
@given(cells)
def test_no_hidden_cell_can_be_worked_out_even_by_who_knows_the_rule(counts: list[int]) -> None:
    """Every table that looks the same is tried: each hidden cell has at least two possible values."""
    seen = shown(counts)
    most = 13
    open_cells = [range(most) if cell is None else [cell] for cell in seen[0]]
    alike = [table for table in itertools.product(*open_cells) if shown(table) == seen]
    assert tuple(counts) in alike
    for place, cell in enumerate(seen[0]):
        if cell is None:
            assert len({table[place] for table in alike}) >= 2, (counts, seen)


@pytest.mark.parametrize("counts", [[4, 4, 4, 6], [1, 1, 1, 1, 1], [3, 30], [0, 0, 12], [4, 40, 41], [5, 5, 4]])
def test_tables_that_give_themselves_away_beside_their_total(counts: list[int]) -> None:
    found, total = shown(counts)
    assert found.count(None) == sum(count < rules.MIN_PUBLISHED_COUNT for count in counts)
    assert total is None


def test_states_are_put_together_without_losing_a_row() -> None:
    for kind, about in ((VolunteerState, "volunteers"), (RequestState, "requests"), (PlacementState, "placements")):
        counts = {kind: {state: number for number, state in enumerate(kind, start=1)}}
        assert sum(rules.group_states(counts, about).values()) == sum(counts[kind].values())


@settings(deadline=None)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
def test_months_are_the_last_twelve_in_order(today: dt.date) -> None:
    found = rules.last_months(today)
    assert found[-1] == today.replace(day=1)
    assert len(set(found)) == 12
    assert found == sorted(found)
    assert (found[-1] - found[0]).days < 366


def test_the_most_urgent_role_stands_first() -> None:
    parts = {Role.VOLUNTEER: (0, 0), Role.PARTNER: (0, 2), Role.DIRECTOR: (1, 1), Role.FINANCE: (0, 0)}
    assert rules.sort_by_urgency(parts) == [Role.DIRECTOR, Role.PARTNER, Role.VOLUNTEER, Role.FINANCE]


def test_drafts_press_nobody() -> None:
    assert rules.urgency({A.DRAFT: 3}) == (0, 0)
    assert rules.urgency({A.DRAFT: 3, A.RETURNED: 1, A.DECISION_LATE: 2}, late=1) == (3, 3)


def test_a_list_is_read_in_the_role_with_the_widest_reach() -> None:
    both = frozenset({Role.DIRECTOR, Role.COORDINATOR})
    assert rules.role_for_list(A.START_PASSED, both) is Role.COORDINATOR
    assert rules.role_for_list(A.DECISION_WAITING, both) is Role.DIRECTOR
    assert rules.role_for_list(A.DRAFT, both) is None


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0"), (60, "1"), (90, "1.5"), (600, "10"), (6000, "100"), (50, "0.83")]
)
def test_hours_are_told_without_needless_noughts(minutes: int, words: str) -> None:
    assert rules.format_hours(minutes) == words
