"""Who may hand over which email: leases, the mark just before the hand-over, and what came of it.

Each function is one short transaction and commits it, because a lease must be visible before the conversation with the mail
server begins and each result at once after it. No transaction is open while that conversation goes on.
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
GOING_OUT = (MailState.LEASED, MailState.HANDING_OVER)
SCRUBBED = "The text held a personal link and was removed after sending."
LOST = "The mail server’s answer was not heard. It may have taken the email."
OUTDATED = "It was no longer true when it was about to go out, so it was not sent."
PAUSED = "Sending to this address is paused: too many emails came back."
AWAY = "The mail server could not be reached for 72 hours."
log = logging.getLogger(__name__)


def new_token() -> str:
    """What tells one worker's leases from all others'."""
    return secrets.token_hex(8)


def release_expired(now: dt.datetime) -> None:
    """Take back what a worker that died had leased. Only what it was handing over is uncertain.

    A lease that ends later than any lease can was written by a clock that was ahead.
    """
    over = sa.or_(OutboxMail.lease_until <= now, OutboxMail.lease_until > now + 2 * rules.LEASE)
    taken = OutboxMail.state.in_(GOING_OUT)
    statement = sa.select(OutboxMail).where(taken, over).order_by(OutboxMail.id)
    for mail in db.session.scalars(statement.with_for_update(skip_locked=True)):
        if mail.state is MailState.LEASED:
            _put_back(mail)
        else:
            _mark_uncertain(mail)
    db.session.commit()


def release_leased(now: dt.datetime) -> int:
    """Take back at once all that is leased and not yet going out: the worker that led is gone. Returns how many.

    Safe at any time: a worker that is alive after all cannot claim what was taken back.
    """
    leased = sa.select(OutboxMail).where(OutboxMail.state == MailState.LEASED).order_by(OutboxMail.id)
    mails = db.session.scalars(leased.with_for_update(skip_locked=True)).all()
    for mail in mails:
        _put_back(mail)
    db.session.commit()
    return len(mails)


def lease_due(token: str, now: dt.datetime) -> list[Letter]:
    """Lease what is due, the oldest first, at most BATCH. Returns the letters, built."""
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
    """What may go out now. A clock that has stepped back holds up nothing that was due when it was queued."""
    mail = OutboxMail
    held = sa.and_(mail.not_before > now, mail.not_before <= now + rules.MAX_HOLD)
    statement = (
        sa.select(mail)
        .where(mail.state == MailState.QUEUED, sa.or_(mail.due_at <= now, mail.due_at <= mail.created_at))
        .where(sa.or_(mail.not_before.is_(None), sa.not_(held)))
        .order_by(mail.due_at, mail.id)
        .limit(LEASE_BATCH_SIZE)
    )
    return db.session.scalars(statement.with_for_update(skip_locked=True)).all()


def _try_to_prepare(mail: OutboxMail, paused: frozenset[str], now: dt.datetime) -> Letter | None:
    """The letter, or None. Whatever is wrong with one email, the others go out: only a fault of the database is raised."""
    try:
        return _prepare(mail, paused, now)
    except SQLAlchemyError:
        raise
    except Exception as error:
        log.exception("mail %s cannot be prepared", mail.id)
        mail.state, mail.last_error = MailState.FAILED, f"It cannot be written as an email ({type(error).__name__})."
        return None


def _prepare(mail: OutboxMail, paused: frozenset[str], now: dt.datetime) -> Letter | None:
    """The letter, or None where this email is not to go out: it then has its end and the reason."""
    if not relevance.is_still_true(mail, now):
        audit.move(mail, MailState.CANCELLED, actor=None, now=now)
        mail.last_error = OUTDATED
        scrub(mail, OUTDATED)
        return None
    if mail.recipient_email.lower() in paused:
        mail.state, mail.last_error = MailState.FAILED, PAUSED
        return None
    return build_letter(mail)


def claim(letter: Letter, token: str, now: dt.datetime) -> bool:
    """Mark, for all to see, that this letter is going out. False where the lease was lost to another worker.

    A letter that is going out already may be claimed again by the same worker, for another conversation. Claiming renews the
    leases of all letters of the worker: a slow mail server is no dead worker.
    """
    mail = _leased(letter, token, *GOING_OUT)
    if mail:
        mail.state = MailState.HANDING_OVER
        ours = sa.and_(OutboxMail.lease_token == token, OutboxMail.state.in_(GOING_OUT))
        db.session.flush()
        db.session.execute(sa.update(OutboxMail).where(ours).values(lease_until=now + rules.LEASE))
    db.session.commit()
    return mail is not None


def record_sent(letter: Letter, token: str, now: dt.datetime) -> None:
    """The mail server took it."""
    mail = _leased(letter, token, MailState.HANDING_OVER, MailState.UNCERTAIN)
    if mail:
        mail.attempts += 1
        mail.state, mail.sent_at, mail.last_error = MailState.SENT, now, None
        mail.lease_until = mail.give_up_at = None
        scrub(mail, SCRUBBED)
    db.session.commit()


def record_lost(letter: Letter, token: str) -> None:
    """The text went out and no answer came."""
    mail = _leased(letter, token, MailState.HANDING_OVER)
    if mail:
        _mark_uncertain(mail)
    db.session.commit()


def record_refused(letter: Letter, token: str, refusal: Refused, now: dt.datetime) -> None:
    """The mail server said no: for good, or for now."""
    mail = _leased(letter, token, *GOING_OUT)
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
    """The server ended a conversation that had only just begun: it counts as a try, so that one email cannot stop all others."""
    mail = _leased(letter, token, *GOING_OUT)
    if mail:
        _try_later(mail, reason, now)
    db.session.commit()


def return_untried(letters: Iterable[Letter], token: str, now: dt.datetime, *, away: str | None = None) -> None:
    """Put letters back that were not tried. `away` says why no conversation began: then each waits, for 72 hours at most."""
    for letter in letters:
        mail = _leased(letter, token, *GOING_OUT)
        if mail is None:
            continue
        _put_back(mail)
        if away:
            mail.give_up_at = rules.give_up_at(mail.give_up_at, now=now)
            mail.not_before, mail.last_error = now + rules.AWAY_RETRY, away[:500]
            if mail.give_up_at <= now:
                mail.state, mail.last_error = MailState.FAILED, AWAY
    db.session.commit()


def scrub(mail: OutboxMail, words: str) -> None:
    """Take the text of an email with a secret link away once it has no reader any more."""
    if mail.sensitive:
        mail.text = mail.html = words


def _leased(letter: Letter, token: str, *states: MailState) -> OutboxMail | None:
    mine = sa.select(OutboxMail).where(OutboxMail.id == letter.mail_id, OutboxMail.lease_token == token)
    return db.session.scalars(mine.where(OutboxMail.state.in_(states)).with_for_update()).one_or_none()


def _put_back(mail: OutboxMail) -> None:
    mail.state, mail.lease_until, mail.lease_token = MailState.QUEUED, None, None


def _mark_uncertain(mail: OutboxMail) -> None:
    mail.attempts += 1
    mail.state, mail.lease_until, mail.last_error = MailState.UNCERTAIN, None, LOST
    log.warning("mail %s is uncertain", mail.id)


def _try_later(mail: OutboxMail, reason: str, now: dt.datetime) -> None:
    mail.attempts += 1
    again = rules.next_try(mail.attempts, now=now)
    _put_back(mail)
    mail.give_up_at = None  # the mail server was there
    mail.not_before, mail.last_error = again, reason[:500]
    if again is None:
        mail.state = MailState.FAILED
