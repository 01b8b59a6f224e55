"""A placement at work, seen from its sides."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.matching import make_match
from tests.factories.placements import make_placement
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState


@pytest.fixture
def placement(app: Any, director: Any) -> Placement:
    """Active, begun ten days ago."""
    clock = app.extensions["clock"]
    one = make_placement(make_match(director=director), PlacementState.ACTIVE, director=director)
    clock.advance(days=10)
    return one


@pytest.fixture
def volunteer(placement: Placement) -> Any:
    return placement.volunteer.account


@pytest.fixture
def partner(placement: Placement) -> Any:
    return placement.request.contact
