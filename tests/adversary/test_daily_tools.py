"""Adversarial tests of hours, wording, the outbox and placements; each once failed or nearly did."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.mail import move_mail
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.queries import as_recipient
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.mail import delivery_overrides, template_messages
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue
from volunteer_hub.mail.states import MailState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import service as privacy
from volunteer_hub.reports.queries import attention
from volunteer_hub.reports.states import Attention

# --- outbox


def test_a_redacted_mail_is_not_sent_again(app, staff, now, clock) -> None:
    account = make_account(name="Fay Failed", email="fay@example.org")
    mail = queue("password_changed", as_recipient(account), account, now=now)
    move_mail(mail, MailState.FAILED)
    db.session.commit()
    clock.advance(days=4000)
    privacy.purge_expired(clock())
    db.session.commit()
    db.session.expire_all()
    mail = db.session.get(OutboxMail, mail.id)
    assert "fay" not in mail.recipient_email
    with pytest.raises(DomainError):
        delivery_overrides.send_again(mail, actor=staff, now=clock())


def test_the_page_of_a_redacted_mail_offers_no_sending(app, as_, now, clock) -> None:
    account = make_account(name="Fay Failed", email="fay@example.org")
    mail = queue("password_changed", as_recipient(account), account, now=now)
    move_mail(mail, MailState.FAILED)
    db.session.commit()
    admin = make_account(Role.ADMIN)
    assert "send-again" in as_(admin).get(f"/outbox/{mail.id}").text
    clock.advance(days=4000)
    privacy.purge_expired(clock())
    db.session.commit()
    page = as_(admin).get(f"/outbox/{mail.id}")
    assert page.status_code == 200
    assert "send-again" not in page.text


# --- hours of a person with two roles


def test_a_person_is_not_asked_to_confirm_their_own_hours(app, now) -> None:
    place = make_institution("UG")
    person = make_account(Role.VOLUNTEER)
    db.session.add(RoleGrant(account_id=person.id, role=Role.PARTNER, institution_id=place.id, granted_at=now))
    db.session.commit()
    volunteer = make_fitting_volunteer(account=person)
    make_entry(make_placement(make_match(make_request(institution=place), volunteer), PlacementState.ACTIVE))
    from volunteer_hub.hours import queries as hours

    viewer = viewer_of(person)
    own = hours.count_awaiting_review(viewer)[0]
    groups = attention.list_groups([Attention.HOURS_TO_CONFIRM], viewer.in_role(Role.PARTNER), now=now)
    assert (own, sum(group.count for group in groups)) == (0, 0)


# --- placements


def test_a_placement_paused_past_its_end_needs_attention(app, now, clock) -> None:
    from volunteer_hub.reports import rules

    placement = make_placement(state=PlacementState.PAUSED)
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=200), dt.time(9), dt.UTC)
    placements.complete_placements(clock())
    db.session.commit()
    assert placement.state is PlacementState.PAUSED
    assert placement.allocation.available_minor
    director = db.session.get(Account, placement.director_id)
    viewers = [
        (Role.DIRECTOR, viewer_of(director)),
        (Role.COORDINATOR, viewer_of(make_account(Role.COORDINATOR))),
        (Role.VOLUNTEER, viewer_of(placement.volunteer.account)),
    ]
    kinds = [
        group.kind
        for role, viewer in viewers
        for group in attention.list_groups(rules.ATTENTION_BY_ROLE[role], viewer.in_role(role), now=clock())
        if any(item.id == placement.id for item in group.items) and "placement" in group.kind.value
    ]
    assert kinds, "money and a seat stay reserved without anyone being notified"


def test_hours_of_a_paused_placement_long_after_its_end_are_refused(app, now, clock) -> None:
    placement = make_placement(state=PlacementState.PAUSED)
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=200), dt.time(9), dt.UTC)
    with pytest.raises(DomainError):
        make_entry(placement, minutes=60, at=clock())


def test_job_twice_leaves_money_once(app, now, clock) -> None:
    placement = make_placement(state=PlacementState.ACTIVE)
    fund = placement.allocation.fund
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=15), dt.time(9), dt.UTC)
    assert placements.complete_placements(clock()) == 1
    db.session.commit()
    assert placements.complete_placements(clock()) == 0
    assert (placement.allocation.amount_minor, fund.allocated_minor) == (0, 0)
    with pytest.raises(Conflict):
        placements.end_early(placement, reason="x", actor=viewer_of(make_account(Role.COORDINATOR)), now=clock())


# --- wording

HOSTILE_TEXTS = [
    "<script>alert(1)</script>",
    "{{ config }}",
    "%(x)s",
    "%%",
    "%(recipient)s.__class__",
    "%(to)r",
    "%()s",
    "=?utf-8?q?x=0D=0ABcc:_y?=",
    "\u2028Bcc: x@y.org",
    "\x85Bcc: a",
]


@pytest.mark.parametrize("hostile", HOSTILE_TEXTS)
def test_every_sentence_with_hostile_text(app, hostile, now) -> None:
    """Every accepted text of a sentence can be previewed, with and without optional parts."""
    from volunteer_hub.mail import wording, wording_rules
    from volunteer_hub.mail.service import Recipient

    to = Recipient("Ann", "ann@example.org")
    accepted = 0
    for kind in template_messages.list_kinds():
        changed = {}
        for sentence in template_messages.list_messages(kind):
            text = hostile + " " + " ".join(f"%({n})s" for n in sentence.placeholders)
            try:
                changed[sentence.msgid] = wording_rules.check_wording(sentence, text)
            except DomainError:
                continue
            accepted += 1
        if not changed:
            continue
        for usual in (True, False):
            subject, _body = wording.preview(kind, to=to, locale="en", changed=changed, usual=usual)
            assert "\n" not in subject
            assert "=?" not in subject
            assert len(subject.splitlines()) <= 1
    assert accepted or "%" in hostile or hostile[0] in "\x85"


# --- hours, odd input


@pytest.mark.parametrize(
    "answers",
    [
        {"worked_on": "0001-01-01", "start": "00:00"},
        {"worked_on": "9999-12-31", "start": "23:59"},
        {"hours": "-1", "spent": "other"},
        {"minutes": "٣", "spent": "other"},
        {"hours": "0", "minutes": "0", "spent": "other"},
        {"hours": "99999999999999999999", "spent": "other"},
        {"hours": "24", "minutes": "59", "spent": "other"},
        {"spent": "1e3"},
        {"spent": "999"},
        {"start": "24:00"},
        {"start": "٠٩:٠٠"},
        {"worked_on": "٢٠٢٦-١١-٢٠"},
        {"kind": "x\x00"},
        {"note": "a\x00b"},
        {"spent": "30", "hours": "1"},
        {"worked_on": "2026-02-30"},
        {"worked_on": "2026-11-21"},
    ],
)
def test_invalid_values_of_hours_are_refused(app, as_, answers) -> None:
    from volunteer_hub.hours.models import HoursEntry

    placement = make_placement(state=PlacementState.ACTIVE)
    client = as_(placement.volunteer.account)
    reply = client.submit("/hours/log", **({"spent": "60", "kind": "delivery"} | answers))
    assert reply.status_code == 422, reply.status_code
    assert db.session.query(HoursEntry).count() == 0


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia"])
def test_a_future_day_in_the_volunteers_time_zone_is_refused(app, as_, clock, zone) -> None:
    """At 02:00 UTC it is still the day before in Honolulu."""
    from volunteer_hub.core import times

    placement = make_placement(state=PlacementState.ACTIVE, starts_on=None)
    placement.volunteer.account.time_zone = zone
    clock.instant = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)
    db.session.commit()
    client = as_(placement.volunteer.account)
    local = times.local_day(clock(), zone)
    tomorrow = (local + dt.timedelta(days=1)).isoformat()
    assert client.submit("/hours/log", spent="60", kind="delivery", worked_on=tomorrow).status_code == 422
    assert client.submit("/hours/log", spent="60", kind="delivery", worked_on=local.isoformat()).status_code == 303
