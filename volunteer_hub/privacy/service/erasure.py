"""Erasure of a person from every table; the data map says what is deleted, emptied or kept."""

from __future__ import annotations

import datetime as dt
import logging
import secrets
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from volunteer_hub.accounts import queries as accounts_queries
from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.core.subject_types import subject_type_of_table
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState
from volunteer_hub.privacy import queries, rules, subject_queries
from volunteer_hub.privacy.rules import DataClass, MappedTable
from volunteer_hub.privacy.service import redaction
from volunteer_hub.privacy.states import ErasureState
from volunteer_hub.volunteers import queries as volunteers
from volunteer_hub.volunteers.states import VolunteerState

log = logging.getLogger(__name__)
BLOCKED_MESSAGE = _l("This person still has work or duties here. End them or hand them over first.")


def erase(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Anonymise a person in every table (docs/invariants.md, I23).

    The ledger, the audit log and statistics are kept without the name. Raises Conflict while open work blocks it
    (`queries.list_blockers`), and if the person has been erased already.
    """
    accounts_queries.lock_active_admins()  # before the one account, in the same order as in accounts.deactivate
    db.session.refresh(account, with_for_update=True)
    if account.state is AccountState.ERASED:
        raise Conflict(_("This person has been erased already."), code="already_erased")
    if queries.list_blockers(account):
        raise Conflict(BLOCKED_MESSAGE, code="erasure_blocked_meanwhile")
    mentions = rules.searchable_names([account.name, account.email, *queries.former_names(account.id)])
    _close_open_request(account, actor=actor, now=now)
    _close_account(account, actor=actor, now=now)
    db.session.flush()
    _delete_audit_notes(account.id)
    for name, entry in subject_queries.subject_tables():
        _erase_rows(name, entry, account.id)
    redaction.erase_by_email(account.email)
    for text in mentions:
        redaction.redact(text)
    db.session.expire_all()
    account.name, account.email = rules.ERASED_TEXT, rules.placeholder_email(account.id, secrets.token_hex(6))
    audit.move(account, AccountState.ERASED, actor=actor, now=now)


def try_erase(account: Account, *, now: dt.datetime) -> bool:
    """Erase one person of a batch inside a savepoint, so that a failure does not stop the others.

    Returns whether the person was erased; a failure is logged.
    """
    try:
        with db.session.begin_nested():
            erase(account, actor=None, now=now)
    except (DomainError, IntegrityError) as error:
        log.warning("account %s could not be erased: %s", account.id, type(error).__name__)
        return False
    return True


def _close_open_request(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Mark the person's open erasure request as done, whatever started the erasure."""
    erasure_request = queries.find_open_request(account.id)
    if erasure_request is None:
        return
    if rules.is_undecided(erasure_request.state):
        erasure_request.decided_at = now
        audit.move(erasure_request, ErasureState.GRANTED, actor=actor, now=now)
    erasure_request.done_at = now
    audit.move(erasure_request, ErasureState.DONE, actor=actor, now=now)


def _close_account(account: Account, *, actor: Viewer | None, now: dt.datetime) -> None:
    """Close the account, its sessions and roles, its volunteer profile and its queued emails."""
    if account.state is not AccountState.DEACTIVATED:
        audit.move(account, AccountState.DEACTIVATED, actor=actor, now=now)
    accounts.end_sessions(account.id, now=now)
    for grant in account.grants:
        grant.ended_at = grant.ended_at or now
    volunteer = volunteers.find_by_account(account.id)
    if volunteer and volunteer.state is not VolunteerState.LEFT:
        audit.move(volunteer, VolunteerState.LEFT, actor=actor, now=now)
    waiting = sa.select(OutboxMail).where(
        OutboxMail.recipient_account_id == account.id, OutboxMail.state == MailState.QUEUED
    )
    for mail in db.session.scalars(waiting.order_by(OutboxMail.id)):
        mail.state = MailState.CANCELLED


def _delete_audit_notes(account_id: int) -> None:
    """Delete the notes of audit entries by the person or on rows about them.

    The chain of the audit log holds only the notes' hashes, so it still verifies.
    """
    note, entry = subject_queries.get_table("audit_note"), subject_queries.get_table("audit_entry")
    conditions = [entry.c.actor_id == account_id]
    for name, _entry in subject_queries.subject_tables():
        table = subject_queries.get_table(name)
        if "id" in table.c:
            own_ids = sa.select(table.c.id).where(subject_queries.subject_condition(name, account_id))
            conditions.append(
                sa.and_(entry.c.subject_type == subject_type_of_table(name), entry.c.subject_id.in_(own_ids))
            )
    sequences = sa.select(entry.c.sequence).where(sa.or_(*conditions))
    db.session.execute(sa.delete(note).where(note.c.entry_sequence.in_(sequences)))


def _erase_rows(name: str, entry: MappedTable, account_id: int) -> None:
    """Delete the person's rows of one table, or empty their personal columns, as the data map says."""
    table, is_own = subject_queries.get_table(name), subject_queries.subject_condition(name, account_id)
    if entry.is_deleted:
        db.session.execute(sa.delete(table).where(is_own))
        return
    columns = entry.column_names(DataClass.FREE_TEXT, DataClass.DETAIL, DataClass.HIDDEN)
    # The account's own name and address are replaced last, because redaction looks for them.
    columns += [] if name == Account.__tablename__ else entry.column_names(DataClass.NAME)
    values = {column: _placeholder(table, column) for column in columns}
    if values:
        db.session.execute(sa.update(table).where(is_own).values(values))


def _placeholder(table: sa.Table, name: str) -> Any:
    """Return the value of an emptied column: NULL, or a placeholder that is unique where the column must be."""
    column = table.c[name]
    if column.nullable:
        return None
    unique = sa.cast(table.primary_key.columns.values()[0], sa.Text)
    if name.endswith("email"):
        return "erased-" + unique + f"@{rules.ERASED_EMAIL_DOMAIN}"
    return sa.literal(rules.ERASED_TEXT) if not name.endswith("hash") else "erased-" + unique
