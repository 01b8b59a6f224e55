"""Operations on requests: their effects, e-mails and refusals."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_programme, make_request
from tests.support.clock import TestClock
from tests.support.request_world import World
from volunteer_hub.audit import queries as audit
from volunteer_hub.core import search
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, Forbidden, NotFound
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.partner_requests import queries, service
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.rules import RequestSection
from volunteer_hub.partner_requests.states import Delivery, RequestState
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

S = RequestState


def list_mails() -> set[tuple[str, str]]:
    """(kind, address) of each e-mail in the outbox."""
    return {(row.kind, row.recipient_email) for row in db.session.scalars(sa.select(OutboxMail))}


def search_ids(text: str) -> set[int]:
    """The ids that the full-text index returns for `text`."""
    return set(db.session.scalars(search.search_ids("request_search", text)))  # type: ignore[call-overload]


@pytest.fixture
def ended() -> Any:
    """(id, state, actor) of each `request_ended` signal."""
    signals_received: list[tuple[int, str, int | None]] = []

    def listen(request: PartnerRequest, *, actor: Any, now: dt.datetime) -> None:
        signals_received.append((request.id, request.state.value, actor.account_id if actor else None))

    service.request_ended.connect(listen)
    yield signals_received
    service.request_ended.disconnect(listen)


def make_own(world: World, state: RequestState = S.DRAFT, **more: Any) -> PartnerRequest:
    return make_request(state, world.here, programme=world.programme, contact=world.partner, **more)


def test_draft_needs_only_a_title(world: World, now: dt.datetime) -> None:
    request = service.create_draft(
        title="Triage", institution=world.here, programme_id=world.programme.id, actor=world.viewer("partner"), now=now
    )
    db.session.commit()
    assert (request.state, request.seats, request.need) == (S.DRAFT, 1, None)
    assert [entry.action for entry in audit.list_history(request)] == ["partner_request.drafted"]


def test_draft_is_refused_elsewhere_and_in_other_programmes(world: World, now: dt.datetime) -> None:
    with pytest.raises(Forbidden):
        service.create_draft(
            title="T", institution=world.there, programme_id=world.programme.id, actor=world.viewer("partner"), now=now
        )
    for other in (make_programme(), make_programme(world.here, state=ProgrammeState.CLOSED)):
        with pytest.raises(DomainError, match="takes no requests"):
            service.create_draft(
                title="T", institution=world.here, programme_id=other.id, actor=world.viewer("partner"), now=now
            )


def test_submit_notifies_director_and_partner_and_updates_the_index(world: World, now: dt.datetime) -> None:
    request = make_own(world, title="Sépsis bundle")
    service.submit(request, actor=world.viewer("partner"), now=now)
    db.session.commit()
    assert (request.state, request.submitted_at) == (S.SUBMITTED, now)
    assert list_mails() == {("request_submitted", "daniel@example.org"), ("request_received", "grace@example.org")}
    for text in ("sepsis", "infection contr", "Mulago", "uganda"):
        assert request.id in search_ids(text), text


def test_submit_notifies_coordinators_where_there_is_no_director(world: World, now: dt.datetime) -> None:
    request = make_request(S.DRAFT, world.there, contact=world.stranger)
    service.submit(request, actor=world.viewer("stranger"), now=now)
    assert ("request_submitted", "carol@example.org") in list_mails()


def test_submit_lists_what_is_missing(world: World, now: dt.datetime) -> None:
    request = make_own(world, windows=(), skills={})
    with pytest.raises(DomainError, match=r"at least one skill; .*live calls"):
        service.submit(request, actor=world.viewer("partner"), now=now)
    assert request.state is S.DRAFT
    request.delivery = Delivery.ASYNCHRONOUS
    with pytest.raises(DomainError, match=r"Before it can be sent: add at least one skill\."):
        service.submit(request, actor=world.viewer("partner"), now=now)


def test_open_notifies_the_partner(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.SUBMITTED)
    service.open_request(request, actor=world.viewer("director"), now=now)
    db.session.commit()
    assert (request.state, request.opened_at) == (S.OPEN, now)
    assert list_mails() == {("request_opened", "grace@example.org")}


def test_contact_cannot_open_or_return_their_own_request(world: World, now: dt.datetime) -> None:
    both = make_account(Role.PARTNER, Role.DIRECTOR, institution_id=world.here.id)
    request = make_request(S.SUBMITTED, world.here, programme=world.programme, contact=both)
    for act in (service.open_request, lambda r, **k: service.return_request(r, message="w", **k)):
        with pytest.raises(Forbidden, match="somebody else"):
            act(request, actor=viewer_of(both), now=now)


def test_open_is_refused_after_the_last_day(world: World, clock: TestClock) -> None:
    request = make_own(world, S.SUBMITTED)
    with pytest.raises(DomainError, match="last day to respond has passed"):
        service.open_request(request, actor=world.viewer("director"), now=clock.advance(days=40))


def test_return_stores_and_sends_the_message(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.SUBMITTED)
    service.return_request(request, message="Which ward?", actor=world.viewer("director"), now=now)
    db.session.commit()
    assert (request.state, request.return_message) == (S.RETURNED, "Which ward?")
    mail = db.session.scalars(sa.select(OutboxMail)).one()
    assert (mail.kind, "Which ward?" in mail.text) == ("request_returned", True)
    assert audit.list_history(request)[-1].note.text == "Which ward?"  # type: ignore[union-attr]
    service.submit(request, actor=world.viewer("partner"), now=now)
    assert request.state is S.SUBMITTED


@pytest.mark.parametrize(
    ("state", "notified", "signals"),
    [(S.DRAFT, False, 0), (S.RETURNED, False, 0), (S.SUBMITTED, True, 0), (S.OPEN, True, 1)],
)
def test_withdraw_notifies_those_concerned(
    world: World, now: dt.datetime, ended: list[Any], state: RequestState, notified: bool, signals: int
) -> None:
    request = make_own(world, state)
    service.withdraw(request, reason="We found help.", actor=world.viewer("partner"), now=now)
    db.session.commit()
    assert request.state is S.WITHDRAWN
    assert list_mails() == ({("request_withdrawn", "daniel@example.org")} if notified else set())
    assert ended == [(request.id, "withdrawn", world.partner.id)] * signals
    assert request.id not in search_ids("infection")


def test_withdraw_by_the_coordinator_notifies_the_partner(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.OPEN)
    service.withdraw(request, reason="The ward has closed.", actor=world.viewer("coordinator"), now=now)
    assert ("request_withdrawn", "grace@example.org") in list_mails()


@pytest.mark.parametrize("state", [S.OPEN, S.FILLED])
def test_close_ends_the_search(world: World, now: dt.datetime, ended: list[Any], state: RequestState) -> None:
    request = make_own(world, state)
    service.close(request, actor=world.viewer("partner"), now=now)
    assert (request.state, ended) == (S.CLOSED, [(request.id, "closed", world.partner.id)])
    assert request.id not in search_ids("infection")


def test_copy_takes_all_but_the_dates(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.CLOSED, seats=3)
    fresh = service.copy_request(request, actor=world.viewer("coordinator"), now=now)
    db.session.commit()
    assert (fresh.state, fresh.copied_from_id, fresh.seats, fresh.seats_filled) == (S.DRAFT, request.id, 3, 0)
    assert (fresh.earliest_start_on, fresh.respond_by_on, fresh.submitted_at) == (None, None, None)
    assert [skill.skill_code for skill in fresh.skills] == ["IPC"]
    assert [(w.weekday, w.start_minute) for w in fresh.windows] == [(0, 840)]
    assert [row.language for row in fresh.languages] == ["en"]


def test_expiry_counts_the_last_day_in_the_hospitals_time_zone(
    world: World, clock: TestClock, ended: list[Any]
) -> None:
    request = make_own(world, S.OPEN, respond_by_on=dt.date(2026, 11, 25))
    make_request(S.SUBMITTED, world.here, programme=world.programme, respond_by_on=dt.date(2026, 11, 25))
    last_minute = dt.datetime(2026, 11, 25, 20, 59, tzinfo=dt.UTC)  # 23:59 in Kampala
    assert service.expire_overdue(last_minute) == 0
    assert service.expire_overdue(last_minute + dt.timedelta(minutes=1)) == 1
    db.session.commit()
    assert (request.state, ended) == (S.EXPIRED, [(request.id, "expired", None)])
    assert list_mails() == {("request_expired", "grace@example.org")}
    assert service.expire_overdue(last_minute + dt.timedelta(days=9)) == 0


def test_reopen_needs_new_dates(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.EXPIRED, respond_by_on=now.date() - dt.timedelta(days=1))
    director = world.viewer("director")
    for day in (now.date() - dt.timedelta(days=1), now.date() + dt.timedelta(days=60)):
        with pytest.raises(DomainError) as refusal:
            service.reopen(request, respond_by_on=day, actor=director, now=now)
        assert refusal.value.field == "respond_by_on"
    service.reopen(request, respond_by_on=now.date() + dt.timedelta(days=20), actor=director, now=now)
    assert request.state is S.OPEN
    assert request.id in search_ids("infection")


def test_parts_are_added_changed_and_removed(world: World, now: dt.datetime) -> None:
    request, who = make_own(world), {"actor": world.viewer("partner"), "now": now}
    version = request.version
    service.add_skill(request, "IPC.HAND", level=SkillLevel.TEACHES, required=False, **who)
    service.add_skill(request, "IPC.HAND", level=SkillLevel.SUPPORTED, required=True, **who)
    service.add_language(request, "sw", level=LanguageLevel.B1, **who)
    service.add_windows(request, weekdays=[0, 2, 2], start=900, end=1080, **who)
    db.session.commit()
    assert request.version > version
    description = queries.describe(request)
    assert [code for code, _, _ in description.required] == ["IPC", "IPC.HAND"]
    assert [name for _, name, _ in description.languages] == ["English", "Swahili"]
    assert [window for _, window in description.windows] == [(0, 840, 1080), (2, 900, 1080)]
    service.remove_skill(request, "IPC", **who)
    service.remove_language(request, "en", **who)
    service.remove_window(request, request.windows[0].id, **who)
    db.session.commit()
    assert (len(request.skills), len(request.languages), len(request.windows)) == (1, 1, 1)
    for refused in (
        lambda: service.remove_skill(request, "IPC", **who),
        lambda: service.remove_language(request, "en", **who),
        lambda: service.remove_window(request, 99999, **who),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_time_past_midnight_is_split_into_two(world: World, now: dt.datetime) -> None:
    request, who = make_own(world, windows=((2, 60, 180),)), {"actor": world.viewer("partner"), "now": now}
    for _ in range(2):
        service.add_windows(request, weekdays=[1, 6], start=1320, end=120, **who)
        db.session.commit()
    description = [window for _, window in queries.describe(request).windows]
    assert description == [(0, 0, 120), (1, 1320, 1440), (2, 0, 180), (6, 1320, 1440)]


def test_unknown_or_too_many_parts_are_refused(world: World, now: dt.datetime) -> None:
    request, who = make_own(world), {"actor": world.viewer("partner"), "now": now}
    with pytest.raises(DomainError, match="from the list"):
        service.add_skill(request, "NOPE", level=SkillLevel.TEACHES, required=True, **who)
    with pytest.raises(DomainError, match="from the list"):
        service.add_language(request, "xx", level=LanguageLevel.B2, **who)
    with pytest.raises(DomainError, match="later than the start"):
        service.add_windows(request, weekdays=[1], start=1080, end=960, **who)
    from volunteer_hub.vocabulary.queries import vocabulary  # noqa: PLC0415

    codes = [code for code in vocabulary().skills if code != "IPC"]
    for code in codes[:14]:
        service.add_skill(request, code, level=SkillLevel.SUPPORTED, required=False, **who)
    with pytest.raises(DomainError, match="15 skills"):
        service.add_skill(request, codes[14], level=SkillLevel.SUPPORTED, required=False, **who)


@pytest.mark.parametrize("state", [s for s in S if s not in {S.DRAFT, S.RETURNED}])
def test_editing_is_refused_after_submission(world: World, now: dt.datetime, state: RequestState) -> None:
    request, who = make_own(world, state), {"actor": world.viewer("partner"), "now": now}
    with pytest.raises(Conflict):
        service.save_section(request, RequestSection.NEED, need="Other", **who)
    with pytest.raises(Conflict):
        service.submit(request, **who)


def test_every_operation_is_refused_to_the_wrong_side(world: World, now: dt.datetime) -> None:
    request = make_own(world, S.SUBMITTED)
    day = now.date() + dt.timedelta(days=9)
    for name, verbs in {
        "director": ("submit", "close", "copy_request"),
        "partner": ("open_request",),
        "stranger": ("submit", "close", "copy_request", "open_request"),
    }.items():
        who = {"actor": world.viewer(name), "now": now}
        for verb in verbs:
            with pytest.raises(Forbidden):
                getattr(service, verb)(request, **who)
    stranger = {"actor": world.viewer("stranger"), "now": now}
    for refused in (
        lambda: service.withdraw(request, reason="w", **stranger),
        lambda: service.return_request(request, message="w", **stranger),
        lambda: service.reopen(request, respond_by_on=day, **stranger),
        lambda: service.save_section(request, RequestSection.NEED, need="x", **stranger),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_other_contacts_are_notified_when_the_requests_contact_has_left(world: World, now: dt.datetime) -> None:
    from volunteer_hub.accounts.states import AccountState  # noqa: PLC0415

    colleague = make_account(Role.PARTNER, institution_id=world.here.id)
    request = make_own(world, S.SUBMITTED)
    world.partner.state = AccountState.DEACTIVATED
    service.open_request(request, actor=world.viewer("director"), now=now)
    assert list_mails() == {("request_opened", colleague.email)}
