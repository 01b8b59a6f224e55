"""The hospital's review: single entries, whole months, queries, weekly reminders."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.support.hours import entries
from tests.support.queued_mail import mails
from volunteer_hub.accounts.models import RoleGrant
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.hours import service
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.states import HoursKind, HoursState
from volunteer_hub.institutions.models import DataSharingAgreement
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.placements.models import Placement


def list_states() -> list[HoursState]:
    return [entry.state for entry in entries()]


@pytest.mark.parametrize("who", ["partner", "director"])
def test_a_host_confirms_one_entry(as_: Any, request: Any, placement: Placement, who: str) -> None:
    entry = make_entry(placement)
    account = request.getfixturevalue(who)
    browser = as_(account)
    assert browser.submit("/hours/to-confirm", action=f"/{entry.id}/confirm").location == "/hours/to-confirm"
    assert list_states() == [HoursState.CONFIRMED]
    assert entry.decided_by_id == account.id
    assert "No hours wait for you" in browser.get("/hours/to-confirm").text
    assert mails() == set()


def test_an_entry_changed_since_is_not_confirmed(
    as_: Any, partner: Any, volunteer: Any, placement: Placement, clock: Any
) -> None:
    entry = make_entry(placement)
    browser = as_(partner)
    form = next(f for f in browser.forms("/hours/to-confirm") if f["action"].endswith("/confirm"))
    correct(entry, volunteer, 600, clock())
    reply = browser.post(form["action"], data=form["data"])
    assert reply.status_code == 409
    assert list_states() == [HoursState.LOGGED]


def correct(entry: HoursEntry, volunteer: Any, minutes: int, now: dt.datetime) -> None:
    service.correct(
        entry,
        worked_on=entry.worked_on,
        minutes=minutes,
        kind=entry.kind,
        note=None,
        start=None,
        answer=None,
        actor=viewer_of(volunteer),
        now=now,
    )
    db.session.commit()


def test_confirming_a_month_skips_entries_that_were_not_shown_or_have_changed(
    as_: Any, partner: Any, volunteer: Any, placement: Placement, clock: Any
) -> None:
    created = [make_entry(placement, minutes=n) for n in (30, 60, 90)]
    make_entry(placement, HoursState.QUERIED, minutes=120)
    other = make_entry(minutes=75)
    browser = as_(partner)
    path = f"/hours/placement/{placement.id}"
    form = next(f for f in browser.forms(path) if "entry" in f["data"])
    assert len(form["data"]["entry"]) == 3
    correct(created[1], volunteer, 600, clock())
    later = make_entry(placement, minutes=45)
    posted = form["data"] | {"entry": [*form["data"]["entry"], f"{other.id}:{other.version}"]}
    reply = browser.post(form["action"], data=posted)
    assert reply.status_code == 303
    page = browser.get(reply.location).text
    assert "2 entries are confirmed." in page
    assert "2 entries were changed or decided meanwhile" in page
    states_by_id = {entry.id: entry.state for entry in entries()}
    assert [states_by_id[entry.id] for entry in created] == [
        HoursState.CONFIRMED,
        HoursState.LOGGED,
        HoursState.CONFIRMED,
    ]
    assert states_by_id[later.id] is states_by_id[other.id] is HoursState.LOGGED


@pytest.mark.parametrize("entry", ["x", "1", "1:1:1", "1e1:1", "９:1", "99999999999:1"])
def test_an_invalid_list_of_entries_is_refused(as_: Any, partner: Any, placement: Placement, entry: str) -> None:
    make_entry(placement)
    browser = as_(partner)
    form = next(f for f in browser.forms(f"/hours/placement/{placement.id}") if "entry" in f["data"])
    assert browser.post(form["action"], data=form["data"] | {"entry": [entry]}).status_code == 409
    assert list_states() == [HoursState.LOGGED]


def test_a_query_is_sent_to_the_volunteer_and_revokes_a_confirmation(
    as_: Any, partner: Any, volunteer: Any, placement: Placement
) -> None:
    entry = make_entry(placement, HoursState.CONFIRMED)
    browser = as_(partner)
    path = f"/hours/{entry.id}/query"
    assert browser.submit(path, message="").status_code == 422
    assert browser.submit(path, message="Was it not two hours?").status_code == 303
    assert (list_states(), entry.query_message) == ([HoursState.QUERIED], "Was it not two hours?")
    assert mails() == {("hours_queried", volunteer.email)}
    [mail] = db.session.scalars(sa.select(OutboxMail))
    assert "Was it not two hours?" in mail.text
    assert f"/hours/{entry.id}/edit" in mail.text
    assert browser.submit(path, message="And again?").status_code == 409


def test_a_query_about_a_changed_entry_is_a_conflict(
    as_: Any, partner: Any, volunteer: Any, placement: Placement, clock: Any
) -> None:
    entry = make_entry(placement)
    browser = as_(partner)
    form = next(f for f in browser.forms(f"/hours/{entry.id}/query") if "message" in f["data"])
    correct(entry, volunteer, 600, clock())
    reply = browser.post(f"/hours/{entry.id}/query", data=form["data"] | {"message": "Why?"})
    assert reply.status_code == 409
    assert "Why?" in reply.text
    assert list_states() == [HoursState.LOGGED]


def test_own_hours_cannot_be_confirmed(as_: Any, volunteer: Any, placement: Placement, now: dt.datetime) -> None:
    db.session.add(RoleGrant(account_id=volunteer.id, role=Role.DIRECTOR, country_iso2="UG", granted_at=now))
    db.session.add(
        RoleGrant(
            account_id=volunteer.id,
            role=Role.PARTNER,
            institution_id=placement.request.institution_id,
            granted_at=now,
        )
    )
    entry = make_entry(placement)
    browser = as_(volunteer)
    assert "No hours wait for you" in browser.get("/hours/to-confirm").text
    page = browser.get(f"/hours/placement/{placement.id}").text
    assert "/confirm" not in page
    assert "/query" not in page
    actor = viewer_of(volunteer)
    for act in (
        lambda: service.confirm(entry, version=str(entry.version), actor=actor, now=now),
        lambda: service.query(entry, message="?", actor=actor, now=now),
        lambda: service.confirm_entries(placement, {entry.id: entry.version}, actor=actor, now=now),
    ):
        with pytest.raises(Forbidden):
            act()


def test_a_coordinator_can_read_but_not_confirm(as_: Any, placement: Placement) -> None:
    entry = make_entry(placement, note="Taught on the ward")
    browser = as_(make_account(Role.COORDINATOR))
    page = browser.get(f"/hours/placement/{placement.id}").text
    assert "Taught on the ward" in page
    assert "/confirm" not in page
    assert browser.get(f"/hours/{entry.id}/query").status_code == 403
    coordinator = viewer_of(make_account(Role.COORDINATOR))
    with pytest.raises(Forbidden):
        service.confirm(entry, version=str(entry.version), actor=coordinator, now=entry.logged_at)


def test_entries_are_not_found_by_hosts_of_other_hospitals(as_: Any, placement: Placement) -> None:
    entry = make_entry(placement, note="Words of the ward")
    for account in (make_account(Role.DIRECTOR, country="NP"), make_account(Role.PARTNER, institution_id=1)):
        browser = as_(account)
        assert browser.get(f"/hours/{entry.id}/query").status_code == 404
        assert browser.get(f"/hours/placement/{placement.id}").status_code == 404
        assert placement.request.title not in browser.get("/hours/to-confirm").text


def test_without_an_agreement_neither_name_nor_messages_are_shown(
    as_: Any, partner: Any, volunteer: Any, placement: Placement
) -> None:
    entry = make_entry(placement, note="Words of the ward")
    db.session.execute(sa.delete(DataSharingAgreement))
    browser = as_(partner)
    for path in ("/hours/to-confirm", f"/hours/placement/{placement.id}", f"/hours/{entry.id}/query"):
        page = browser.get(path).text
        assert volunteer.name not in page
        assert "Words of the ward" not in page
    for path in ("/hours/to-confirm", f"/hours/placement/{placement.id}"):
        file = browser.submit(path, action="/file").text
        assert volunteer.name not in file
        assert "Words of the ward" not in file
        assert placement.request.title in file


def list_reminders() -> list[tuple[str, dt.datetime]]:
    rows = db.session.execute(sa.select(OutboxMail.recipient_email, OutboxMail.due_at).order_by(OutboxMail.id))
    return [(row[0], row[1]) for row in rows]


def test_reviewers_are_reminded_once_a_week(app: Any, partner: Any, placement: Placement, clock: Any) -> None:
    make_entry(placement)
    make_entry(placement, minutes=30)
    make_entry(placement, HoursState.CONFIRMED, minutes=45)
    assert clock().weekday() == 0
    assert service.remind_reviewers(clock.advance(days=6)) == 0
    assert service.remind_reviewers(clock.advance(days=1)) == 1
    monday = dt.datetime(2026, 12, 7, tzinfo=dt.UTC)
    assert list_reminders() == [(partner.email, monday)]
    for _ in range(6):
        assert service.remind_reviewers(clock.advance(days=1)) == 0
    assert service.remind_reviewers(clock.advance(days=1)) == 1
    assert list_reminders() == [(partner.email, monday), (partner.email, monday + dt.timedelta(days=7))]
    text = db.session.scalars(sa.select(OutboxMail.text)).first()
    assert "2 entries of hours wait for your yes." in str(text)


def test_untimed_entries_of_different_kinds_are_separate(app: Any, placement: Placement) -> None:
    for kind in HoursKind:
        make_entry(placement, kind=kind)
    assert len(entries()) == len(HoursKind)
