"""Every role has a guide, and every page's help link leads to an existing section."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from volunteer_hub import areas as areas_of_the_service
from volunteer_hub.core.access import Role
from volunteer_hub.help.topics import GUIDES, TOPICS, find_topic, order_guides

WITHOUT_TOPIC = frozenset({"help", "monitoring"})
"""Areas whose help link leads to the list of guides: the guides themselves, and pages for machines."""
VIEWS = "volunteer_hub.partner_requests.views.overview"


def test_every_role_has_a_guide() -> None:
    assert {role.value for role in Role} <= set(GUIDES)


@pytest.mark.parametrize("guide", list(GUIDES))
def test_anybody_may_read_a_guide(client: Any, guide: str) -> None:
    page = client.get(f"/help/{guide}")
    assert page.status_code == 200
    assert page.text.count("<h1>") == 1
    assert "mailto:" in page.text


@pytest.mark.parametrize("topic", sorted({topic for topics in TOPICS.values() for topic in topics.values()}))
def test_help_leads_to_a_part_that_is_there(client: Any, topic: str) -> None:
    guide, _, section = topic.partition("#")
    assert f'id="{section}"' in client.get(f"/help/{guide}").text or not section


def test_every_area_with_pages_has_its_help() -> None:
    areas = {bp.name for bp in areas_of_the_service.BLUEPRINTS} - WITHOUT_TOPIC
    assert areas <= set(TOPICS), "say in help/topics.py which guide helps there"


def test_every_topic_names_an_area_or_one_of_its_modules_of_views(app: Flask) -> None:
    modules = {view.__module__.removeprefix("volunteer_hub.") for view in app.view_functions.values()}
    areas = {module.partition(".")[0] for module in modules}
    assert set(TOPICS) <= areas | {module.replace(".views.", ".") for module in modules} | {"mail.dev_mail"}


def test_help_is_for_the_reader_s_own_role(client: Any) -> None:
    client.sign_in(make_account(Role.DIRECTOR, country="UG").email)
    assert 'href="/help/director#open"' in client.get("/requests/").text
    assert find_topic(VIEWS, [Role.PARTNER]) == "partner#request"
    assert find_topic(VIEWS, [Role.ADMIN]) == "coordinator#requests"
    assert find_topic("volunteer_hub.monitoring.views", []) is None
    assert find_topic("volunteer_hub.accounts.views.accounts", []) == "account"
    assert find_topic("volunteer_hub.accounts.views.people", [Role.ADMIN]) == "admin#people"


def test_own_guides_stand_first(client: Any) -> None:
    assert order_guides([Role.FUNDER])[0] == "funder"
    assert sorted(order_guides([Role.FUNDER, Role.ADMIN])) == sorted(GUIDES)
    client.sign_in(make_account(Role.FUNDER).email)
    page = client.get("/help/").text
    assert page.index("For funders") < page.index("For volunteers")


def test_an_unknown_guide_is_not_there(client: Any) -> None:
    assert client.get("/help/nonsense").status_code == 404
    assert client.get("/help/..%2f..%2fbase").status_code == 404
