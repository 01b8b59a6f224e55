"""Filters of a query string: what is valid counts, anything else is as if it were not there."""

from __future__ import annotations

import datetime as dt
import enum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core.query_values import MAX_TEXT_LENGTH, QueryValues, parse_row_id


class Colour(enum.StrEnum):
    RED = "red"


def values(text: str) -> QueryValues:
    return QueryValues({"x": text})


@pytest.mark.parametrize(
    ("text", "row_id"),
    [("1", 1), ("2147483647", 2147483647), ("2147483648", None), ("0", None), ("01", None), ("-1", None), ("١", None)],
)
def test_row_id_is_that_of_a_row(text: str, row_id: int | None) -> None:
    assert parse_row_id(text) == values(text).row_id("x") == row_id


def test_missing_values_are_none_or_empty() -> None:
    missing = QueryValues({})
    assert (missing.text("x"), missing.code("x"), missing.is_set("x")) == ("", "", False)
    assert (missing.choice("x", Colour), missing.number("x", most=9), missing.day("x"), missing.page_key) == (None,) * 4
    assert (missing.start_of("x", "UTC"), missing.end_of("x", "UTC")) == (None, None)


def test_valid_values_are_read() -> None:
    assert values(" a\x00b ").text("x") == "ab"
    assert values("m" * 200).text("x") == "m" * MAX_TEXT_LENGTH
    assert (values("AMR-1").code("x"), values("a b").code("x")) == ("AMR-1", "")
    assert (values("red").choice("x", Colour), values("RED").choice("x", Colour)) == (Colour.RED, None)
    assert (values("9").number("x", most=9), values("10").number("x", most=9)) == (9, None)
    assert (values("1").is_set("x"), values("2").is_set("x", "2"), values("yes").is_set("x")) == (True, True, False)
    assert QueryValues({"after": "abc"}).page_key == "abc"


def test_a_day_begins_and_ends_in_the_zone() -> None:
    day = values("2027-03-27")
    assert day.day("x") == dt.date(2027, 3, 27)
    assert day.start_of("x", "Africa/Kampala") == dt.datetime(2027, 3, 26, 21, tzinfo=dt.UTC)
    assert day.end_of("x", "Africa/Kampala") == dt.datetime(2027, 3, 27, 21, tzinfo=dt.UTC)
    assert (values("2027-02-30").day("x"), values("27/03/2027").end_of("x", "UTC")) == (None, None)


@given(st.text(max_size=60))
def test_no_text_is_an_error(text: str) -> None:
    any_values = values(text)
    any_values.text("x"), any_values.code("x"), any_values.choice("x", Colour)
    assert any_values.row_id("x") is None or int(text) == any_values.row_id("x")
    assert any_values.number("x", most=10**9) is None or int(text) == any_values.number("x", most=10**9)
    assert any_values.day("x") is None or text.startswith(f"{any_values.day('x'):%Y}")
