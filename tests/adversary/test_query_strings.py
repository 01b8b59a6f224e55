"""Adversarial tests of query strings: parameters that url_for knows, pages beyond the last row."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.matching import make_fitting_volunteer
from tests.factories.rounds import Ward
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db


@pytest.fixture
def browser(app: Flask, as_: Any) -> Any:
    """A coordinator's browser."""
    return as_(make_account(Role.COORDINATOR, name="Cora Coordinator"))


@pytest.mark.parametrize("query", ["endpoint=x", "_method=DELETE"])
@pytest.mark.parametrize("path", ["/board/", "/board/requests", "/requests/"])
def test_query_parameters_are_no_arguments_of_url_for(browser: Any, path: str, query: str) -> None:
    ward = Ward()
    for _ in range(30):
        ward.request()
    db.session.commit()
    assert browser.get(path).status_code == 200
    assert browser.get(f"{path}?{query}").status_code in (200, 404)


def test_a_page_beyond_the_last_row_does_not_blame_the_advice(browser: Any) -> None:
    Ward().request()
    make_fitting_volunteer()
    db.session.commit()
    by_advice = [browser.get(f"/board/?advice={advice}").text for advice in ("recruit", "steady", "pause")]
    assert any("No row advises that here" in page for page in by_advice)
    assert "No row advises that here" not in browser.get("/board/").text
    assert "No row advises that here" not in browser.get("/board/?from=99999").text
