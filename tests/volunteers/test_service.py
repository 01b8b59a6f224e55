"""The factory of volunteers."""

from __future__ import annotations

from tests.factories.volunteers import make_volunteer
from volunteer_hub.volunteers.states import VolunteerState


def test_factory_makes_each_state(app: object) -> None:
    assert make_volunteer().state is VolunteerState.READY
    assert [make_volunteer(state=state).state for state in VolunteerState] == list(VolunteerState)
