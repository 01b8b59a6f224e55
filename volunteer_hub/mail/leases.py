"""Leases of emails: who may hand over which email, the claim just before the hand-over, and the recorded result.

Each function is one short transaction and commits it: a lease must be visible before the SMTP conversation begins, and
each result at once after it. No transaction is open during the conversation.
"""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from volunteer_hub.audit import service as audit
from volunteer_hub.core.db import db
from volunteer_hub.mail import bounces, relevance, rules
from volunteer_hub.mail.message import Letter, build_letter
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.smtp import Refused
from volunteer_hub.mail.states import MailState

LEASE_BATCH_SIZE = 50
IN_DELIVERY = (MailState.LEASED, MailState.HANDING_OVER)
SCRUBBED_TEXT = "The text held a personal link and was removed after sending."
REPLY_LOST_ERROR = "The mail server’s answer was not heard. It may have taken the email."
OUTDATED_ERROR = "It was no longer true when it was about to go out, so it was not sent."
PAUSED_ERROR = "Sending to this address is paused: too many emails came back."
AWAY_ERROR = "The mail server could not be reached for 72 hours."
log = logging.getLogger(__name__)


def new_token() -> str:
    """Return a random token that identifies the leases of one worker."""
    return secrets.token_hex(8)


def release_expired(now: dt.datetime) -> None:
    """Release the expired leases of dead workers: leased emails are queued again, those in hand-over become uncertain.

    A lease that ends further ahead than any lease can was written by a clock that was ahead; it counts as expired.
    """
    is_expired = sa.or_(OutboxMail.lease_until <= now, OutboxMail.lease_until > now + 2 * rules.LEASE)
    in_delivery = OutboxMail.state.in_(IN_DELIVERY)
    statement = sa.select(OutboxMail).where(in_delivery, is_expired).order_by(OutboxMail.id)
    for mail in db.session.scalars(statement.with_for_update(skip_locked=True)):
        if mail.state is MailState.LEASED:
            _put_back(mail)
        else:
            _mark_uncertain(mail)
    db.session.commit()


def release_leased(now: dt.datetime) -> int:
    """Queue all leased emails again that are not yet in hand-over, when the leading worker is gone. Returns their number.

    Safe at any time: a worker that is still alive cannot claim an email whose lease was released.
    """
    leased = sa.select(OutboxMail).where(OutboxMail.state == MailState.LEASED).order_by(OutboxMail.id)
    mails = db.session.scalars(leased.with_for_update(skip_locked=True)).all()
    for mail in mails:
        _put_back(mail)
    db.session.commit()
    return len(mails)


def lease_due(token: str, now: dt.datetime) -> list[Letter]:
    """Lease due emails, the oldest first, at most LEASE_BATCH_SIZE. Returns their letters."""
    mails, letters = _due(now), []
    paused = bounces.find_paused(mail.recipient_email for mail in mails)
    for mail in mails:
        letter = _try_to_prepare(mail, paused, now)
        if letter:
            mail.state, mail.lease_token, mail.lease_until = MailState.LEASED, token, now + rules.LEASE
            letters.append(letter)
    db.session.commit()
    return letters


def _due(now: dt.datetime) -> Sequence[OutboxMail]:
    """Return the emails to send now, locked (skip locked). An email due when queued is due even if the clock stepped back."""
    mail = OutboxMail
    is_held = sa.and_(mail.not_before > now, mail.not_before <= now + rules.MAX_HOLD)
    statement = (
        sa.select(mail)
        .where(mail.state == MailState.QUEUED, sa.or_(mail.due_at <= now, mail.due_at <= mail.created_at))
        .where(sa.or_(mail.not_before.is_(None), sa.not_(is_held)))
        .order_by(mail.due_at, mail.id)
        .limit(LEASE_BATCH_SIZE)
    )
    return db.session.scalars(statement.with_for_update(skip_locked=True)).all()


def _try_to_prepare(mail: OutboxMail, paused: frozenset[str], now: dt.datetime) -> Letter | None:
    """Return the letter, or None. Only database errors are raised: a faulty email must not stop the others."""
    try:
        return _prepare(mail, paused, now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("mail %s cannot be prepared", mail.id)
        mail.state, mail.last_error = MailState.FAILED, f"It cannot be written as an email ({type(error).__name__})."
        return None


def _prepare(mail: OutboxMail, paused: frozenset[str], now: dt.datetime) -> Letter | None:
    """Return the letter, or None if the email must not be sent; its final state and the reason are then set."""
    if not relevance.is_still_true(mail, now):
        audit.move(mail, MailState.CANCELLED, actor=None, now=now)
        mail.last_error = OUTDATED_ERROR
        scrub(mail, OUTDATED_ERROR)
        return None
    if mail.recipient_email.lower() in paused:
        mail.state, mail.last_error = MailState.FAILED, PAUSED_ERROR
        return None
    return build_letter(mail)


def claim(letter: Letter, token: str, now: dt.datetime) -> bool:
    """Commit that this letter is being handed over. Returns False if the lease was lost to another worker.

    The same worker may claim a letter again for another connection. A claim renews all leases of the worker, so that a
    slow mail server does not make the worker look dead.
    """
    mail = _lock_leased(letter, token, *IN_DELIVERY)
    if mail:
        mail.state = MailState.HANDING_OVER
        ours = sa.and_(OutboxMail.lease_token == token, OutboxMail.state.in_(IN_DELIVERY))
        db.session.flush()
        db.session.execute(sa.update(OutboxMail).where(ours).values(lease_until=now + rules.LEASE))
    db.session.commit()
    return mail is not None


def record_sent(letter: Letter, token: str, now: dt.datetime) -> None:
    """Record that the mail server accepted the letter."""
    mail = _lock_leased(letter, token, MailState.HANDING_OVER, MailState.UNCERTAIN)
    if mail:
        mail.attempts += 1
        mail.state, mail.sent_at, mail.last_error = MailState.SENT, now, None
        mail.lease_until = mail.give_up_at = None
        scrub(mail, SCRUBBED_TEXT)
    db.session.commit()


def record_lost(letter: Letter, token: str) -> None:
    """Record that the content was sent and no reply came: the email is uncertain."""
    mail = _lock_leased(letter, token, MailState.HANDING_OVER)
    if mail:
        _mark_uncertain(mail)
    db.session.commit()


def record_refused(letter: Letter, token: str, refusal: Refused, now: dt.datetime) -> None:
    """Record a refusal: a permanent one fails the email, a temporary one schedules a retry."""
    mail = _lock_leased(letter, token, *IN_DELIVERY)
    if mail and refusal.is_final:
        mail.attempts += 1
        mail.state, mail.lease_until = MailState.FAILED, None
        mail.last_error = f"The mail server refused it for good ({refusal.code})."
        log.warning("mail %s refused for good with %s", mail.id, refusal.code)
        if refusal.of_address:
            bounces.record_hard(mail, status=refusal.status, now=now)
    elif mail:
        _try_later(mail, f"The mail server said: not now ({refusal.code}).", now)
    db.session.commit()


def record_closed(letter: Letter, token: str, reason: str, now: dt.datetime) -> None:
    """Record that the server closed a new connection. It counts as an attempt, so that one email cannot block the rest."""
    mail = _lock_leased(letter, token, *IN_DELIVERY)
    if mail:
        _try_later(mail, reason, now)
    db.session.commit()


def return_untried(letters: Iterable[Letter], token: str, now: dt.datetime, *, away: str | None = None) -> None:
    """Queue letters again that were not attempted.

    `away` is the reason why the server cannot be reached; the emails then wait, for GIVE_UP_AFTER at most.
    """
    for letter in letters:
        mail = _lock_leased(letter, token, *IN_DELIVERY)
        if mail is None:
            continue
        _put_back(mail)
        if away:
            mail.give_up_at = rules.give_up_at(mail.give_up_at, now=now)
            mail.not_before, mail.last_error = now + rules.AWAY_RETRY, away[:500]
            if mail.give_up_at <= now:
                mail.state, mail.last_error = MailState.FAILED, AWAY_ERROR
    db.session.commit()


def scrub(mail: OutboxMail, replacement: str) -> None:
    """Replace the text of an email with a secret link once it is not needed for delivery."""
    if mail.sensitive:
        mail.text = mail.html = replacement


def _lock_leased(letter: Letter, token: str, *states: MailState) -> OutboxMail | None:
    mine = sa.select(OutboxMail).where(OutboxMail.id == letter.mail_id, OutboxMail.lease_token == token)
    return db.session.scalars(mine.where(OutboxMail.state.in_(states)).with_for_update()).one_or_none()


def _put_back(mail: OutboxMail) -> None:
    mail.state, mail.lease_until, mail.lease_token = MailState.QUEUED, None, None


def _mark_uncertain(mail: OutboxMail) -> None:
    mail.attempts += 1
    mail.state, mail.lease_until, mail.last_error = MailState.UNCERTAIN, None, REPLY_LOST_ERROR
    log.warning("mail %s is uncertain", mail.id)


def _try_later(mail: OutboxMail, reason: str, now: dt.datetime) -> None:
    mail.attempts += 1
    next_attempt = rules.next_try(mail.attempts, now=now)
    _put_back(mail)
    mail.give_up_at = None  # the mail server was reachable
    mail.not_before, mail.last_error = next_attempt, reason[:500]
    if next_attempt is None:
        mail.state = MailState.FAILED
