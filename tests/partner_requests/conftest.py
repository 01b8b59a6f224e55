"""People and institutions that most of these tests need."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_institution, make_programme
from tests.support.request_world import World
from volunteer_hub.core.access import Role


@pytest.fixture
def world(app: Flask) -> World:
    here, there = make_institution("UG", "Mulago Road Hospital"), make_institution("NP", "Valley Hospital")
    return World(
        here=here,
        there=there,
        programme=make_programme(here, there),
        partner=make_account(Role.PARTNER, institution_id=here.id, name="Grace", email="grace@example.org"),
        director=make_account(Role.DIRECTOR, country="UG", name="Daniel", email="daniel@example.org"),
        coordinator=make_account(Role.COORDINATOR, name="Carol", email="carol@example.org"),
        stranger=make_account(Role.PARTNER, institution_id=there.id, name="Suman", email="suman@example.org"),
    )


@pytest.fixture
def as_(client: Any, world: World) -> Any:
    """A function that signs in as one of the world's people and returns the client."""

    def sign_in(name: str) -> Any:
        client.post("/sign-out")
        client.delete_cookie("volunteer_hub")
        client.sign_in(getattr(world, name).email)
        return client

    return sign_in
