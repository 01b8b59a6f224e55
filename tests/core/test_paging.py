"""Keyset paging: a place comes back as it was, and a made-up one is not found."""

from __future__ import annotations

import base64
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_hub.core import paging
from volunteer_hub.core.errors import NotFound


@given(st.datetimes(), st.integers(1, 2**31 - 1))
def test_paging_key_comes_back_as_it_was(at: dt.datetime, row_id: int) -> None:
    instant = at.replace(tzinfo=dt.UTC)
    assert paging.decode(paging.encode(instant, row_id), dt.datetime, int) == (instant, row_id)
    assert paging.decode(paging.encode(instant.date(), row_id), dt.date, int) == (instant.date(), row_id)


@pytest.mark.parametrize(
    "key", ["", "x", "%00", "é", "MjAyNi0xMS0yMHwx", "a" * 5000, "MjAyNi0xMS0yMFQwOTowMDowMCswMDowMHwtMQ"]
)
def test_paging_refuses_other_keys(key: str) -> None:
    with pytest.raises(NotFound):
        paging.decode(key, dt.datetime, int)


@given(st.text(max_size=80))
def test_paging_raises_only_not_found(key: str) -> None:
    try:
        paging.decode(key, dt.datetime, int)
    except NotFound:
        return


def test_cut_tells_that_there_is_more(now: dt.datetime) -> None:
    keys = [(now, number) for number in range(1, 4)]
    assert paging.cut([1, 2, 3], keys, size=3).next_key is None
    more = paging.cut([1, 2, 3], keys, size=2)
    assert (more.rows, more.next_key) == ([1, 2], paging.encode(now, 2))


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+14:00|1", "9999-12-31T23:59:59-14:00|1"])
def test_key_outside_the_range_of_dates_is_not_found(text: str) -> None:
    key = base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
    with pytest.raises(NotFound):
        paging.decode(key, dt.datetime, int)
