"""Taking a person out of every table: the data map says what goes, what is emptied and what stays."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import queries as accounts_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.privacy import queries, rules, subject_queries
from volunteer_hub.privacy.rules import DataClass, MappedTable
from volunteer_hub.privacy.service import redaction
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.states import VolunteerState

log = logging.getLogger(__name__)
BLOCKED_MESSAGE = "This person still has work or duties here. End them or hand them over first."


def erase(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Anonymise a person everywhere; money, trail and statistics stay without the name (trust.md I23).

    Raises Conflict while a placement, a match, a request or the last administrator's duty is in the way.
    """
    accounts_queries.lock_active_admins()  # before the one account, as whoever closes an account does
    db.session.refresh(account, with_for_update=True)
    if account.state is AccountState.ERASED:
        raise Conflict("This person has been erased already.")
    if queries.list_blockers(account):
        raise Conflict(BLOCKED_MESSAGE)
    looked_for = rules.searchable_names([account.name, account.email, *queries.former_names(account.id)])
    _end_wish(account, actor=actor, now=now)
    _close_account(account, actor=actor, now=now)
    db.session.flush()
    _drop_notes(account.id)
    for name, entry in subject_queries.subject_tables():
        _treat(name, entry, account.id)
    redaction.erase_by_email(account.email)
    for text in looked_for:
        redaction.redact(text)
    db.session.expire_all()
    account.name, account.email = rules.ERASED_TEXT, rules.placeholder_email(account.id, secrets.token_hex(6))
    audit.move(account, AccountState.ERASED, actor=actor, now=now)


def try_erase(account: Account, *, now: dt.datetime) -> bool:
    """Erase one of many: whatever is in the way of this person is in nobody else's. Gives whether it was done."""
    try:
        with db.session.begin_nested():
            erase(account, actor=None, now=now)
    except (DomainError, IntegrityError) as error:
        log.warning("account %s could not be erased: %s", account.id, type(error).__name__)
        return False
    return True


def _end_wish(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """A wish that still waits is fulfilled by this, whoever began it."""
    wish = queries.find_open_request(account.id)
    if wish is None:
        return
    if wish.state is ErasureState.REQUESTED:
        wish.decided_at = now
        audit.move(wish, ErasureState.GRANTED, actor=actor, now=now)
    wish.done_at = now
    audit.move(wish, ErasureState.DONE, actor=actor, now=now)


def _close_account(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Close the account, its roles, its profile and its waiting e-mails by their own rules."""
    if account.state is not AccountState.DEACTIVATED:
        audit.move(account, AccountState.DEACTIVATED, actor=actor, now=now)
    accounts.end_sessions(account.id, now=now)
    for grant in account.grants:
        grant.ended_at = grant.ended_at or now
    volunteer = volunteers.of_account(account.id)
    if volunteer and volunteer.state is not VolunteerState.LEFT:
        audit.move(volunteer, VolunteerState.LEFT, actor=actor, now=now)
    waiting = sa.select(OutboxMail).where(
        OutboxMail.recipient_account_id == account.id, OutboxMail.state == MailState.QUEUED
    )
    for mail in db.session.scalars(waiting.order_by(OutboxMail.id)):
        mail.state = MailState.CANCELLED


def _drop_notes(account_id: int) -> None:
    """Delete the words of acts by the person and on rows about them; the chain only keeps their hash."""
    note, entry = subject_queries.get_table("audit_note"), subject_queries.get_table("audit_entry")
    told = [entry.c.actor_id == account_id]
    for name, _entry in subject_queries.subject_tables():
        table = subject_queries.get_table(name)
        if "id" in table.c:
            mine = sa.select(table.c.id).where(subject_queries.subject_condition(name, account_id))
            told.append(sa.and_(entry.c.subject_type == name, entry.c.subject_id.in_(mine)))
    acts = sa.select(entry.c.sequence).where(sa.or_(*told))
    db.session.execute(sa.delete(note).where(note.c.entry_sequence.in_(acts)))


def _treat(name: str, entry: MappedTable, account_id: int) -> None:
    """Delete the person's rows of one table, or empty what says something about them."""
    table, mine = subject_queries.get_table(name), subject_queries.subject_condition(name, account_id)
    if entry.is_deleted:
        db.session.execute(sa.delete(table).where(mine))
        return
    said = entry.column_names(DataClass.FREE_TEXT, DataClass.DETAIL, DataClass.HIDDEN)
    # An account's own name and address are replaced last: by them the rest is found.
    said += [] if name == Account.__tablename__ else entry.column_names(DataClass.NAME)
    emptied = {column: _empty(table, column) for column in said}
    if emptied:
        db.session.execute(sa.update(table).where(mine).values(emptied))


def _empty(table: sa.Table, name: str) -> Any:
    """What stands in an emptied column: nothing, or what is nobody's and unique where it must be."""
    column = table.c[name]
    if column.nullable:
        return None
    unique = sa.cast(table.primary_key.columns.values()[0], sa.Text)
    if name.endswith("email"):
        return "erased-" + unique + f"@{rules.ERASED_EMAIL_DOMAIN}"
    return sa.literal(rules.ERASED_TEXT) if not name.endswith("hash") else "erased-" + unique
