"""Every tool of a role is on one page and opens; an erasure request needs the administrator's attention."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask, url_for

from tests.factories.accounts import make_account, viewer_of
from tests.factories.placements import make_fund, make_placement
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.privacy import service as privacy
from volunteer_hub.reports.tools import TOOLS


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_every_tool_of_a_role_opens(app: Flask, client: Any, role: Role) -> None:
    client.sign_in(make_account(role).email)
    text = client.get("/tools").text
    with app.test_request_context():
        paths = {url_for(tool.endpoint): tool for _title, tools in TOOLS for tool in tools}
    for path, tool in paths.items():
        assert (f'href="{path}"' in text) == (role in tool.roles)
        assert client.get(path).status_code == (200 if role in tool.roles else 403), path


def test_an_erasure_request_is_on_the_administrators_start_page(client: Any, now: dt.datetime) -> None:
    person = make_account(Role.VOLUNTEER, name="Wendy Wish")
    erasure_request = privacy.request_erasure(person, message=None, actor=viewer_of(person), now=now)
    db.session.commit()
    client.sign_in(make_account(Role.ADMIN).email)
    text = client.get("/start").text
    assert "Wendy Wish" in text
    assert f"/privacy/erasures/{erasure_request.id}" in text
    assert client.get("/start/waiting/erasure").text.count("Wendy Wish") == 1


def test_a_funder_sees_a_funds_totals_and_no_single_movement(client: Any) -> None:
    placement = make_placement()
    fund = make_fund(placement.request.programme)
    client.sign_in(make_account(Role.FUNDER).email)
    page = client.get(f"/budget/funds/{fund.id}").text
    assert "set aside for placements" in page
    assert "Movements" not in page
    client.delete_cookie("volunteer_hub")
    client.sign_in(make_account(Role.FINANCE).email)
    assert "Movements" in client.get(f"/budget/funds/{fund.id}").text
