"""The factories give what they say."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.matching import make_match
from tests.factories.placements import make_placement
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.matching.states import MatchState
from volunteer_hub.placements.states import PlacementState


@pytest.mark.parametrize("state", list(MatchState))
def test_make_match_reaches_every_state_without_mail(app: Flask, state: MatchState) -> None:
    assert make_match(state=state).state is state
    assert db.session.scalars(sa.select(OutboxMail)).all() == []


@pytest.mark.parametrize("state", [PlacementState.PLANNED, PlacementState.ACTIVE, PlacementState.ENDED_EARLY])
def test_make_placement_reaches_its_state(app: Flask, state: PlacementState) -> None:
    placement = make_placement(state=state)
    assert placement.state is state
    assert placement.match.state is MatchState.APPROVED
