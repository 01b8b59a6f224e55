"""The board's rules: bands, advice, order, sums."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.reports import board
from volunteer_hub.reports.board import ANY_SPECIALTY, BoardKey, BoardRow, Demand, MedianWait
from volunteer_hub.reports.states import Advice, Band

KEYS = st.builds(
    BoardKey,
    st.sampled_from((ANY_SPECIALTY, "G-NURS", "G-SURG")),
    st.sampled_from(("en", "fr")),
    st.sampled_from(list(Band)),
)


def test_bands_hold_every_number_of_minutes() -> None:
    bands = [board.band_of(minutes) for minutes in (1, 60, 61, 120, 121, 240, 241, 6000)]
    assert bands == [Band.UP_TO_1] * 2 + [Band.UP_TO_2] * 2 + [Band.UP_TO_4] * 2 + [Band.OVER_4] * 2


@given(st.integers(1, 240))
def test_the_minutes_for_a_band_suffice_for_any_request_of_it(minutes: int) -> None:
    assert board.minutes_for(board.band_of(minutes)) >= minutes
    assert board.minutes_for(Band.OVER_4) > board.minutes_for(Band.UP_TO_4)


def test_advice_follows_the_stated_rule() -> None:
    advice = {
        pair: board.advise(seats=pair[0], idle=pair[1]) for pair in ((3, 2), (2, 2), (2, 3), (2, 4), (0, 1), (0, 0))
    }
    assert advice == {
        (3, 2): Advice.RECRUIT,
        (2, 2): Advice.STEADY,
        (2, 3): Advice.STEADY,
        (2, 4): Advice.PAUSE,
        (0, 1): Advice.PAUSE,
        (0, 0): Advice.STEADY,
    }


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_one_more_volunteer_never_calls_for_more_recruiting(seats: int, idle: int) -> None:
    order = list(Advice)
    before, after = board.advise(seats=seats, idle=idle), board.advise(seats=seats, idle=idle + 1)
    assert order.index(before) <= order.index(after)


@given(st.dictionaries(KEYS, st.integers(1, 50)))
def test_people_count_for_their_band_and_every_lower_one(highest: dict[BoardKey, int]) -> None:
    bands, reached = list(Band), board.cumulate_bands(highest)
    for key in {BoardKey(k.group, k.language, band) for k in highest for band in Band}:
        higher = bands[bands.index(key.band) :]
        assert reached.get(key, 0) == sum(highest.get(BoardKey(key.group, key.language, band), 0) for band in higher)


@given(st.dictionaries(KEYS, st.integers(1, 50)), st.dictionaries(KEYS, st.integers(1, 50)))
def test_every_seat_and_everybody_with_a_specialty_has_a_row(
    seats: dict[BoardKey, int], idle: dict[BoardKey, int]
) -> None:
    rows = board.build_rows({key: Demand(1, number) for key, number in seats.items()}, idle, {})
    assert {row.key: row.seats for row in rows if row.seats} == seats
    assert {row.key: row.idle for row in rows if row.idle and row.key.group != ANY_SPECIALTY} == {
        key: number for key, number in idle.items() if key.group != ANY_SPECIALTY
    }
    assert all(row.seats for row in rows if row.key.group == ANY_SPECIALTY)


def make_rows(*values: tuple[str, int, int, int | None]) -> list[BoardRow]:
    """Build rows from (language, seats, idle volunteers, median days that volunteers waited)."""
    key = BoardKey("G-NURS", "en", Band.UP_TO_1)
    return [
        BoardRow(key._replace(language=code), 1, seats, idle, MedianWait(None, days))
        for code, seats, idle, days in values
    ]


def languages(rows: list[BoardRow]) -> list[str]:
    return [row.key.language for row in rows]


def test_the_most_urgent_rows_come_first() -> None:
    rows = make_rows(
        ("en", 5, 5, 90), ("pt", 0, 9, None), ("sw", 0, 2, 40), ("am", 0, 3, 40), ("so", 5, 1, 1), ("fr", 9, 1, None)
    )
    assert languages(board.sort_rows(rows, idle_first=False)) == ["fr", "so", "am", "sw", "pt", "en"]
    assert languages(board.sort_rows(rows, idle_first=True)) == ["pt", "am", "sw", "en", "so", "fr"]


def test_rows_are_counted_and_narrowed_by_what_they_advise() -> None:
    rows = make_rows(("en", 5, 5, 1), ("fr", 9, 1, 1), ("pt", 0, 9, 1), ("sw", 0, 2, 1))
    assert board.count_by_advice(rows) == {Advice.RECRUIT: 1, Advice.PAUSE: 2, Advice.STEADY: 1}
    assert languages(board.filter_by_advice(rows, Advice.PAUSE)) == ["pt", "sw"]
    assert board.filter_by_advice(rows, None) == rows


def test_a_page_has_a_fixed_number_of_rows_and_the_start_of_the_next() -> None:
    rows = [BoardRow(BoardKey(f"G{number}", "en", Band.UP_TO_1)) for number in range(board.ROWS_PER_PAGE + 1)]
    assert board.paginate(rows, 0) == (rows[:-1], board.ROWS_PER_PAGE)
    assert board.paginate(rows, board.ROWS_PER_PAGE) == (rows[-1:], None)
    assert board.paginate([], 0) == ([], None)
