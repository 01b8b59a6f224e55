"""The verbs: what they do, whom they tell, what they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import TestClock
from tests.factories.accounts import make_account, viewer_of
from tests.factories.partner_requests import make_programme, make_request
from tests.partner_requests.conftest import World
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


def mails() -> set[tuple[str, str]]:
    """(kind, address) of everything in the outbox."""
    return {(row.kind, row.recipient_email) for row in db.session.scalars(sa.select(OutboxMail))}


def found(text: str) -> set[int]:
    """The ids that the index gives for `text`."""
    return set(db.session.scalars(search.matching_ids("request_search", text)))  # type: ignore[call-overload]


@pytest.fixture
def ended() -> Any:
    """What the signal brought."""
    heard: list[tuple[int, str, int | None]] = []

    def listen(ask: PartnerRequest, *, actor: Any, now: dt.datetime) -> None:
        heard.append((ask.id, ask.state.value, actor.account_id if actor else None))

    service.request_ended.connect(listen)
    yield heard
    service.request_ended.disconnect(listen)


def ours(world: World, state: RequestState = S.DRAFT, **more: Any) -> PartnerRequest:
    return make_request(state, world.here, programme=world.programme, contact=world.partner, **more)


def test_draft_needs_nothing_but_a_title(world: World, now: dt.datetime) -> None:
    ask = service.create_draft(
        title="Triage", institution=world.here, programme_id=world.programme.id, actor=world.viewer("partner"), now=now
    )
    db.session.commit()
    assert (ask.state, ask.seats, ask.need) == (S.DRAFT, 1, None)
    assert [entry.action for entry in audit.history(ask)] == ["partner_request.drafted"]


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


def test_submit_tells_director_and_partner_and_indexes(world: World, now: dt.datetime) -> None:
    ask = ours(world, title="Sépsis bundle")
    service.submit(ask, actor=world.viewer("partner"), now=now)
    db.session.commit()
    assert (ask.state, ask.submitted_at) == (S.SUBMITTED, now)
    assert mails() == {("request_submitted", "daniel@example.org"), ("request_received", "grace@example.org")}
    for text in ("sepsis", "infection contr", "Mulago", "uganda"):
        assert ask.id in found(text), text


def test_submit_goes_to_coordinators_where_no_director_is(world: World, now: dt.datetime) -> None:
    ask = make_request(S.DRAFT, world.there, contact=world.stranger)
    service.submit(ask, actor=world.viewer("stranger"), now=now)
    assert ("request_submitted", "carol@example.org") in mails()


def test_submit_lists_what_is_missing(world: World, now: dt.datetime) -> None:
    ask = ours(world, windows=(), skills={})
    with pytest.raises(DomainError, match=r"at least one skill; .*live calls"):
        service.submit(ask, actor=world.viewer("partner"), now=now)
    assert ask.state is S.DRAFT
    ask.delivery = Delivery.ASYNCHRONOUS
    with pytest.raises(DomainError, match=r"Before it can be sent: add at least one skill\."):
        service.submit(ask, actor=world.viewer("partner"), now=now)


def test_open_tells_the_partner(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.SUBMITTED)
    service.open_request(ask, actor=world.viewer("director"), now=now)
    db.session.commit()
    assert (ask.state, ask.opened_at) == (S.OPEN, now)
    assert mails() == {("request_opened", "grace@example.org")}


def test_open_is_refused_to_who_raised_it(world: World, now: dt.datetime) -> None:
    both = make_account(Role.PARTNER, Role.DIRECTOR, institution_id=world.here.id)
    ask = make_request(S.SUBMITTED, world.here, programme=world.programme, contact=both)
    for act in (service.open_request, lambda r, **k: service.return_request(r, message="w", **k)):
        with pytest.raises(Forbidden, match="somebody else"):
            act(ask, actor=viewer_of(both), now=now)


def test_open_is_refused_after_the_last_day(world: World, clock: TestClock) -> None:
    ask = ours(world, S.SUBMITTED)
    with pytest.raises(DomainError, match="last day to respond has passed"):
        service.open_request(ask, actor=world.viewer("director"), now=clock.advance(days=40))


def test_return_keeps_the_words_and_mails_them(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.SUBMITTED)
    service.return_request(ask, message="Which ward?", actor=world.viewer("director"), now=now)
    db.session.commit()
    assert (ask.state, ask.return_message) == (S.RETURNED, "Which ward?")
    mail = db.session.scalars(sa.select(OutboxMail)).one()
    assert (mail.kind, "Which ward?" in mail.text) == ("request_returned", True)
    assert audit.history(ask)[-1].note.words == "Which ward?"  # type: ignore[union-attr]
    service.submit(ask, actor=world.viewer("partner"), now=now)
    assert ask.state is S.SUBMITTED


@pytest.mark.parametrize(
    ("state", "told", "signals"),
    [(S.DRAFT, False, 0), (S.RETURNED, False, 0), (S.SUBMITTED, True, 0), (S.OPEN, True, 1)],
)
def test_withdraw_tells_those_who_wait(
    world: World, now: dt.datetime, ended: list[Any], state: RequestState, told: bool, signals: int
) -> None:
    ask = ours(world, state)
    service.withdraw(ask, reason="We found help.", actor=world.viewer("partner"), now=now)
    db.session.commit()
    assert ask.state is S.WITHDRAWN
    assert mails() == ({("request_withdrawn", "daniel@example.org")} if told else set())
    assert ended == [(ask.id, "withdrawn", world.partner.id)] * signals
    assert ask.id not in found("infection")


def test_withdraw_by_the_coordinator_tells_the_partner(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.OPEN)
    service.withdraw(ask, reason="The ward has closed.", actor=world.viewer("coordinator"), now=now)
    assert ("request_withdrawn", "grace@example.org") in mails()


@pytest.mark.parametrize("state", [S.OPEN, S.FILLED])
def test_close_ends_the_search(world: World, now: dt.datetime, ended: list[Any], state: RequestState) -> None:
    ask = ours(world, state)
    service.close(ask, actor=world.viewer("partner"), now=now)
    assert (ask.state, ended) == (S.CLOSED, [(ask.id, "closed", world.partner.id)])
    assert ask.id not in found("infection")


def test_copy_takes_all_but_the_dates(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.CLOSED, seats=3)
    fresh = service.copy_request(ask, actor=world.viewer("coordinator"), now=now)
    db.session.commit()
    assert (fresh.state, fresh.copied_from_id, fresh.seats, fresh.seats_filled) == (S.DRAFT, ask.id, 3, 0)
    assert (fresh.earliest_start_on, fresh.respond_by_on, fresh.submitted_at) == (None, None, None)
    assert [skill.skill_code for skill in fresh.skills] == ["IPC"]
    assert [(w.weekday, w.start_minute) for w in fresh.windows] == [(0, 840)]
    assert [row.language for row in fresh.languages] == ["en"]


def test_expire_past_counts_the_last_day_on_the_hospitals_clock(
    world: World, clock: TestClock, ended: list[Any]
) -> None:
    ask = ours(world, S.OPEN, respond_by_on=dt.date(2026, 11, 25))
    make_request(S.SUBMITTED, world.here, programme=world.programme, respond_by_on=dt.date(2026, 11, 25))
    last_minute = dt.datetime(2026, 11, 25, 20, 59, tzinfo=dt.UTC)  # 23:59 in Kampala
    assert service.expire_overdue(last_minute) == 0
    assert service.expire_overdue(last_minute + dt.timedelta(minutes=1)) == 1
    db.session.commit()
    assert (ask.state, ended) == (S.EXPIRED, [(ask.id, "expired", None)])
    assert mails() == {("request_expired", "grace@example.org")}
    assert service.expire_overdue(last_minute + dt.timedelta(days=9)) == 0


def test_reopen_wants_new_dates(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.EXPIRED, respond_by_on=now.date() - dt.timedelta(days=1))
    director = world.viewer("director")
    for day in (now.date() - dt.timedelta(days=1), now.date() + dt.timedelta(days=60)):
        with pytest.raises(DomainError) as refusal:
            service.reopen(ask, respond_by_on=day, actor=director, now=now)
        assert refusal.value.field == "respond_by_on"
    service.reopen(ask, respond_by_on=now.date() + dt.timedelta(days=20), actor=director, now=now)
    assert ask.state is S.OPEN
    assert ask.id in found("infection")


def test_parts_are_added_changed_and_removed(world: World, now: dt.datetime) -> None:
    ask, who = ours(world), {"actor": world.viewer("partner"), "now": now}
    version = ask.version
    service.add_skill(ask, "IPC.HAND", level=SkillLevel.TEACHES, required=False, **who)
    service.add_skill(ask, "IPC.HAND", level=SkillLevel.SUPPORTED, required=True, **who)
    service.add_language(ask, "sw", level=LanguageLevel.B1, **who)
    service.add_windows(ask, weekdays=[0, 2, 2], start=900, end=1080, **who)
    db.session.commit()
    assert ask.version > version
    shown = queries.describe(ask)
    assert [code for code, _, _ in shown.required] == ["IPC", "IPC.HAND"]
    assert [name for _, name, _ in shown.languages] == ["English", "Swahili"]
    assert [window for _, window in shown.windows] == [(0, 840, 1080), (2, 900, 1080)]
    service.remove_skill(ask, "IPC", **who)
    service.remove_language(ask, "en", **who)
    service.remove_window(ask, ask.windows[0].id, **who)
    db.session.commit()
    assert (len(ask.skills), len(ask.languages), len(ask.windows)) == (1, 1, 1)
    for refused in (
        lambda: service.remove_skill(ask, "IPC", **who),
        lambda: service.remove_language(ask, "en", **who),
        lambda: service.remove_window(ask, 99999, **who),
    ):
        with pytest.raises(NotFound):
            refused()


def test_a_night_is_kept_as_two_times(world: World, now: dt.datetime) -> None:
    ask, who = ours(world, windows=((2, 60, 180),)), {"actor": world.viewer("partner"), "now": now}
    for _twice in range(2):
        service.add_windows(ask, weekdays=[1, 6], start=1320, end=120, **who)
        db.session.commit()
    shown = [window for _, window in queries.describe(ask).windows]
    assert shown == [(0, 0, 120), (1, 1320, 1440), (2, 0, 180), (6, 1320, 1440)]


def test_parts_unknown_or_too_many_are_refused(world: World, now: dt.datetime) -> None:
    ask, who = ours(world), {"actor": world.viewer("partner"), "now": now}
    with pytest.raises(DomainError, match="from the list"):
        service.add_skill(ask, "NOPE", level=SkillLevel.TEACHES, required=True, **who)
    with pytest.raises(DomainError, match="from the list"):
        service.add_language(ask, "xx", level=LanguageLevel.B2, **who)
    with pytest.raises(DomainError, match="later than the start"):
        service.add_windows(ask, weekdays=[1], start=1080, end=960, **who)
    from volunteer_hub.vocabulary.queries import vocabulary  # noqa: PLC0415

    codes = [code for code in vocabulary().skills if code != "IPC"]
    for code in codes[:14]:
        service.add_skill(ask, code, level=SkillLevel.SUPPORTED, required=False, **who)
    with pytest.raises(DomainError, match="15 skills"):
        service.add_skill(ask, codes[14], level=SkillLevel.SUPPORTED, required=False, **who)


@pytest.mark.parametrize("state", [s for s in S if s not in {S.DRAFT, S.RETURNED}])
def test_editing_is_refused_once_sent(world: World, now: dt.datetime, state: RequestState) -> None:
    ask, who = ours(world, state), {"actor": world.viewer("partner"), "now": now}
    with pytest.raises(Conflict):
        service.save_section(ask, RequestSection.NEED, need="Other", **who)
    with pytest.raises(Conflict):
        service.submit(ask, **who)


def test_every_verb_is_refused_to_the_wrong_side(world: World, now: dt.datetime) -> None:
    ask = ours(world, S.SUBMITTED)
    day = now.date() + dt.timedelta(days=9)
    for name, verbs in {
        "director": ("submit", "close", "copy"),
        "partner": ("open_request",),
        "stranger": ("submit", "close", "copy", "open_request"),
    }.items():
        who = {"actor": world.viewer(name), "now": now}
        for verb in verbs:
            with pytest.raises(Forbidden):
                getattr(service, verb)(ask, **who)
    stranger = {"actor": world.viewer("stranger"), "now": now}
    for refused in (
        lambda: service.withdraw(ask, reason="w", **stranger),
        lambda: service.return_request(ask, message="w", **stranger),
        lambda: service.reopen(ask, respond_by_on=day, **stranger),
        lambda: service.save_section(ask, RequestSection.NEED, need="x", **stranger),
    ):
        with pytest.raises(Forbidden):
            refused()


def test_mail_goes_to_colleagues_when_the_raiser_has_left(world: World, now: dt.datetime) -> None:
    from volunteer_hub.accounts.states import AccountState  # noqa: PLC0415

    colleague = make_account(Role.PARTNER, institution_id=world.here.id)
    ask = ours(world, S.SUBMITTED)
    world.partner.state = AccountState.DEACTIVATED
    service.open_request(ask, actor=world.viewer("director"), now=now)
    assert mails() == {("request_opened", colleague.email)}
