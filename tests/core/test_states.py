"""A guarded column refuses what the table of moves does not allow, also by plain assignment."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.partner_requests import make_institution, make_programme
from volunteer_hub.core.db import db
from volunteer_hub.core.states import IllegalMove, check_table
from volunteer_hub.programmes.models import Programme
from volunteer_hub.programmes.states import MOVES, ProgrammeState


def test_a_step_that_the_table_allows_is_taken_once_expired_or_not(app: Any) -> None:
    programme = make_programme(make_institution())
    db.session.commit()
    programme.state = ProgrammeState.CLOSED
    db.session.commit()
    programme.state = ProgrammeState.CLOSED  # no step
    programme.state = ProgrammeState.ACTIVE
    assert programme.state is ProgrammeState.ACTIVE


def test_a_step_that_the_table_does_not_allow_is_refused(app: Any) -> None:
    programme = make_programme(make_institution())
    db.session.commit()
    with pytest.raises(IllegalMove) as refusal:
        programme.state = ProgrammeState.DRAFT
    assert refusal.value.code == "illegal_move"
    assert programme.state is ProgrammeState.ACTIVE


def test_a_row_begins_in_a_first_state() -> None:
    assert Programme(state=ProgrammeState.DRAFT).state is ProgrammeState.DRAFT
    with pytest.raises(IllegalMove) as refusal:
        Programme(state=ProgrammeState.CLOSED)
    assert refusal.value.code == "illegal_first_state"


def test_a_table_without_a_row_for_a_state_is_refused() -> None:
    check_table(ProgrammeState, MOVES)
    with pytest.raises(ValueError, match="closed"):
        check_table(ProgrammeState, {state: moves for state, moves in MOVES.items() if state != ProgrammeState.CLOSED})
