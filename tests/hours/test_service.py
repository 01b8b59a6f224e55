"""What the service of hours does by itself: whose entry it is, what is audited, the edges of its bounds."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.support.audit_log import Action, list_actions
from volunteer_hub.accounts.models import Account
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden
from volunteer_hub.hours import service
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.models import Placement


def correct(entry: HoursEntry, actor: Viewer, now: dt.datetime, **changes: Any) -> None:
    answers = {"worked_on": entry.worked_on, "minutes": entry.minutes, "kind": entry.kind, "note": None}
    service.correct(entry, **(answers | {"start": None, "answer": None} | changes), actor=actor, now=now)


def list_details(action: str) -> list[str]:
    db.session.commit()
    return list(db.session.scalars(sa.select(AuditEntry.details).where(AuditEntry.action == action)))


def test_logging_and_correcting_are_audited_with_day_and_length(placement: Placement, clock: Any) -> None:
    volunteer = viewer_of(placement.volunteer.account)
    entry = make_entry(placement, minutes=60)
    assert list_actions(entry) == [Action("hours.logged", volunteer.account_id)]
    assert list_details("hours.logged") == ['{"minutes":60,"worked_on":"2026-11-30"}']
    later, day = clock.advance(hours=1), entry.worked_on - dt.timedelta(days=1)
    correct(entry, volunteer, later, worked_on=day, minutes=90, kind=HoursKind.PREPARATION, note="Slides")
    assert (entry.kind, entry.note, entry.updated_at) == (HoursKind.PREPARATION, "Slides", later)
    assert list_actions(entry, after=1) == [Action("hours.corrected", volunteer.account_id)]
    assert list_details("hours.corrected") == ['{"minutes":90,"worked_on":"2026-11-29"}']


def test_query_and_answer_are_audited_with_their_messages(
    placement: Placement, partner: Account, now: dt.datetime
) -> None:
    entry, volunteer = make_entry(placement), viewer_of(placement.volunteer.account)
    service.query(entry, message="Which ward?", actor=viewer_of(partner), now=now)
    correct(entry, volunteer, now, answer="The second.")
    assert list_actions(entry, after=1) == [
        Action("hours_entry.queried", partner.id, "Which ward?"),
        Action("hours_entry.logged", volunteer.account_id, "The second."),
        Action("hours.corrected", volunteer.account_id),
    ]
    assert '"minutes":60' in list_details("hours_entry.queried")[0]


def test_withdrawal_is_audited(placement: Placement, clock: Any) -> None:
    entry, volunteer = make_entry(placement), viewer_of(placement.volunteer.account)
    later = clock.advance(hours=1)
    service.withdraw(entry, actor=volunteer, now=later)
    assert entry.updated_at == later
    assert list_actions(entry)[-1] == Action("hours_entry.withdrawn", volunteer.account_id)


@pytest.mark.parametrize("act", ["correct", "withdraw"])
def test_only_the_volunteer_changes_an_entry(placement: Placement, now: dt.datetime, act: str) -> None:
    entry, other = make_entry(placement), viewer_of(make_account(Role.VOLUNTEER))
    with pytest.raises(Forbidden):
        correct(entry, other, now) if act == "correct" else service.withdraw(entry, actor=other, now=now)
    assert entry.state is HoursState.LOGGED


def test_a_confirmed_entry_cannot_be_corrected(placement: Placement, now: dt.datetime) -> None:
    entry = make_entry(placement, HoursState.CONFIRMED)
    with pytest.raises(Conflict):
        correct(entry, viewer_of(placement.volunteer.account), now, minutes=61)


def test_entries_that_wait_for_an_answer_are_not_confirmed_with_the_others(
    placement: Placement, partner: Account, now: dt.datetime
) -> None:
    queried, entry = make_entry(placement, HoursState.QUERIED), make_entry(placement, minutes=30)
    versions = {row.id: row.version for row in (queried, entry)}
    assert service.confirm_entries(placement, versions, actor=viewer_of(partner), now=now) == (1, 1)
    assert (queried.state, entry.state) == (HoursState.QUERIED, HoursState.CONFIRMED)


def test_500_entries_are_confirmed_at_once_and_not_more(
    placement: Placement, partner: Account, now: dt.datetime
) -> None:
    actor, versions = viewer_of(partner), {1000 + number: 1 for number in range(500)}
    assert service.confirm_entries(placement, versions, actor=actor, now=now) == (0, 500)
    with pytest.raises(DomainError):
        service.confirm_entries(placement, versions | {1: 1}, actor=actor, now=now)


def test_a_paused_placement_takes_hours_until_the_end_of_its_grace(
    placement: Placement, director: Account, clock: Any
) -> None:
    placements.pause(placement, reason="Exams.", actor=viewer_of(director), now=clock())
    last = placement.ends_on + service.LOGGING_GRACE_PERIOD
    clock.instant = dt.datetime.combine(last + dt.timedelta(days=2), dt.time(12), dt.UTC)
    assert make_entry(placement, worked_on=last).worked_on == last
    with pytest.raises(DomainError):
        make_entry(placement, worked_on=last + dt.timedelta(days=1))


def test_an_active_placement_takes_hours_after_its_planned_end(placement: Placement, clock: Any) -> None:
    late = placement.ends_on + service.LOGGING_GRACE_PERIOD + dt.timedelta(days=1)
    clock.instant = dt.datetime.combine(late, dt.time(12), dt.UTC)
    assert make_entry(placement).worked_on == late


def test_reviewers_are_reminded_of_what_has_waited_for_a_week(placement: Placement, clock: Any) -> None:
    make_entry(placement)
    assert service.remind_reviewers(clock.advance(days=7, seconds=-1)) == 0
    assert service.remind_reviewers(clock.advance(seconds=2)) > 0


def test_a_download_is_audited_with_list_and_rows(placement: Placement, partner: Account, now: dt.datetime) -> None:
    service.record_export(placement, "placement", rows=3, actor=viewer_of(partner), now=now)
    assert list_actions(placement)[-1] == Action("hours.exported", partner.id)
    assert list_details("hours.exported") == ['{"list":"placement","rows":3}']
