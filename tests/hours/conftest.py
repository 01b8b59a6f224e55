"""An active placement with its volunteer and its partner contact."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.matching import make_match
from tests.factories.placements import make_placement
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState


@pytest.fixture
def placement(app: Any, director: Any) -> Placement:
    """An active placement that began ten days ago."""
    clock = app.extensions["clock"]
    placement = make_placement(make_match(director=director), PlacementState.ACTIVE, director=director)
    clock.advance(days=10)
    return placement


@pytest.fixture
def volunteer(placement: Placement) -> Any:
    return placement.volunteer.account


@pytest.fixture
def partner(placement: Placement) -> Any:
    return placement.request.contact
