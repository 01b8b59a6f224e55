"""Addresses of earlier releases lead to the pages that have taken their place."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from volunteer_hub.old_addresses import OLD_ADDRESSES


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/account/email/asked", "/account/email/requested"),
        ("/profile/conflicts/7/take-back", "/profile/conflicts/7/revoke"),
        ("/exclusions/7/lift", "/exclusions/7/revoke"),
        ("/matching/bars?volunteer=3&lifted=1", "/matching/exclusions?volunteer=3&lifted=1"),
        ("/matching/bars/7/lift", "/matching/exclusions/7/revoke"),
        ("/overrides/7/lift", "/overrides/7/revoke"),
        ("/matching/rounds/7/next?after=x", "/matching/rounds/7/reserves?after=x"),
        ("/matching/rounds/7/unmet", "/matching/rounds/7/unfilled"),
        ("/matching/rounds/7/release?which=all", "/matching/rounds/7/publish?which=all"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_old_address_leads_to_the_new_one(client: Any, old: str, new: str, method: str) -> None:
    token = client.forms("/sign-in")[-1]["data"]["csrf_token"]
    reply = client.open(old, method=method, data={"csrf_token": token})
    assert (reply.status_code, reply.location) == (308, new), "the method and what was typed go along"


def test_no_old_address_hides_a_page(bare_app: Flask) -> None:
    served = {rule.rule for rule in bare_app.url_map.iter_rules() if rule.endpoint != "old_address"}
    assert [old for old, _endpoint in OLD_ADDRESSES if old in served] == []
