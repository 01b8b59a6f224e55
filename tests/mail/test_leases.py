"""Leases of dead workers, and clocks that step back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.mail import move_mail, queue_mail
from tests.support.smtp import MailServer
from volunteer_hub.core import shutdown
from volunteer_hub.core.db import db
from volunteer_hub.mail import leases, rules
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState


def leave_behind(state: MailState, now: dt.datetime) -> OutboxMail:
    """An email that a worker had in hand when it died."""
    mail = move_mail(queue_mail(), state)
    mail.lease_token, mail.lease_until = "dead", now + rules.LEASE
    db.session.commit()
    return mail


def test_email_leased_by_a_dead_worker_is_sent_after_its_lease(app: Flask, server: MailServer, clock: Any) -> None:
    mail = leave_behind(MailState.LEASED, clock.instant)
    assert deliver_due(clock.advance(minutes=4)) == 0
    assert mail.state is MailState.LEASED
    assert deliver_due(clock.advance(minutes=1)) == 1
    assert (mail.state, mail.attempts) == (MailState.SENT, 1)


def test_email_in_hand_over_by_a_dead_worker_is_uncertain(app: Flask, server: MailServer, clock: Any) -> None:
    mail = leave_behind(MailState.HANDING_OVER, clock.instant)
    assert deliver_due(clock.advance(minutes=5)) == 0
    assert (mail.state, mail.attempts) == (MailState.UNCERTAIN, 1)
    assert server.messages == []


def test_lease_from_a_clock_that_was_ahead_ends(app: Flask, server: MailServer, clock: Any) -> None:
    leave_behind(MailState.LEASED, clock.instant + dt.timedelta(hours=2))
    assert deliver_due(clock.instant) == 1


def test_lease_of_a_worker_a_moment_ahead_is_left_alone(app: Flask, server: MailServer, clock: Any) -> None:
    mail = leave_behind(MailState.LEASED, clock.instant + dt.timedelta(seconds=30))
    assert deliver_due(clock.instant) == 0
    assert mail.state is MailState.LEASED


def test_email_queued_before_the_clock_stepped_back_goes_out(app: Flask, server: MailServer, clock: Any) -> None:
    queue_mail()
    clock.advance(hours=-2)
    assert deliver_due(clock.instant) == 1


def test_not_before_from_a_clock_that_was_ahead_is_ignored(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_mail()
    mail.not_before = clock.instant + dt.timedelta(days=365)
    db.session.commit()
    assert deliver_due(clock.instant) == 1


def test_not_before_holds_an_email_back(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_mail()
    mail.not_before = clock.instant + dt.timedelta(hours=9)
    db.session.commit()
    assert deliver_due(clock.advance(hours=8)) == 0
    assert deliver_due(clock.advance(hours=1)) == 1


def test_worker_that_lost_its_lease_hands_nothing_over(app: Flask, server: MailServer, now: dt.datetime) -> None:
    mail = queue_mail()
    (letter,) = leases.lease_due("mine", now)
    leases.release_expired(now + rules.LEASE)
    assert not leases.claim(letter, "mine", now)
    assert mail.state is MailState.QUEUED
    leases.record_sent(letter, "mine", now)
    assert mail.state is MailState.QUEUED


def test_claim_renews_the_other_leases_of_the_same_worker(app: Flask, now: dt.datetime) -> None:
    first, second, other = queue_mail(), queue_mail(), queue_mail()
    letters = leases.lease_due("mine", now)
    other.lease_token = "another"
    db.session.commit()
    later = now + dt.timedelta(minutes=4)
    assert leases.claim(letters[0], "mine", later)
    assert (first.lease_until, second.lease_until) == (later + rules.LEASE, later + rules.LEASE)
    assert other.lease_until == now + rules.LEASE


def test_reply_after_the_end_of_the_lease_still_counts(app: Flask, now: dt.datetime) -> None:
    mail = queue_mail()
    (letter,) = leases.lease_due("mine", now)
    leases.claim(letter, "mine", now)
    leases.release_expired(now + rules.LEASE)
    assert mail.state is MailState.UNCERTAIN
    leases.record_sent(letter, "mine", now)
    assert mail.state is MailState.SENT


@pytest.fixture
def _stop_requested() -> Any:
    yield shutdown.request()
    shutdown.reset()


@pytest.mark.usefixtures("_stop_requested")
def test_stop_queues_untried_emails_again(app: Flask, server: MailServer, now: dt.datetime) -> None:
    mail = queue_mail()
    assert deliver_due(now) == 0
    assert (mail.state, mail.attempts, mail.not_before) == (MailState.QUEUED, 0, None)


def test_server_that_is_away_costs_no_attempt_and_is_retried_for_72_hours(
    app: Flask, server: MailServer, clock: Any
) -> None:
    mail = queue_mail()
    server.stop()
    start = clock.instant
    while mail.state is MailState.QUEUED:
        deliver_due(clock.instant)
        assert mail.attempts == 0
        clock.advance(hours=1)
    assert mail.state is MailState.FAILED
    assert dt.timedelta(hours=72) <= clock.instant - start <= dt.timedelta(hours=74)
    assert mail.last_error == leases.AWAY_ERROR


def test_server_that_is_back_after_71_hours_gets_the_email(app: Flask, server: MailServer, clock: Any) -> None:
    mail = queue_mail()
    server.stop()
    deliver_due(clock.instant)
    server.start()
    app.config["SMTP_PORT"] = server.port
    assert deliver_due(clock.advance(hours=71)) == 1
    assert (mail.attempts, mail.give_up_at) == (1, None)


def test_scheduler_that_was_off_for_a_week_delivers(app: Flask, server: MailServer, clock: Any) -> None:
    queue_mail()
    assert deliver_due(clock.advance(days=7)) == 1


def test_email_leased_by_another_worker_is_left_alone(app: Flask, server: MailServer, now: dt.datetime) -> None:
    mail = queue_mail(to=make_account())
    leases.lease_due("another", now)
    assert deliver_due(now) == 0
    assert mail.lease_token == "another"


def test_new_leader_releases_leased_emails_and_leaves_those_in_hand_over(
    app: Flask, server: MailServer, now: dt.datetime
) -> None:
    leased, going_out = leave_behind(MailState.LEASED, now), leave_behind(MailState.HANDING_OVER, now)
    assert leases.release_leased(now) == 1
    assert (leased.state, going_out.state) == (MailState.QUEUED, MailState.HANDING_OVER)
    assert deliver_due(now) == 1
