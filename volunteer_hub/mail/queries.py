"""Reading the outbox, bounced addresses and changed email templates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from volunteer_hub.core import paging, search
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.models import AddressBounces, EmailWording, OutboxMail
from volunteer_hub.mail.states import MailState


@dataclass(frozen=True)
class OutboxFilters:
    """Filters of the outbox. `since` and `until` are instants; `until` is exclusive."""

    state: MailState | None = None
    kind: str = ""
    recipient: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def list_mails(filters: OutboxFilters, *, key: str | None) -> paging.Page[Any]:
    """Return a page of emails without their text, newest first; one query per page."""
    mail = OutboxMail
    columns = (mail.id, mail.kind, mail.recipient_name, mail.recipient_email, mail.subject, mail.state,
               mail.created_at, mail.due_at, mail.sent_at, mail.attempts)  # fmt: skip
    # Ids increase in the order of queueing, so the id alone is the page position.
    statement = paging.after(sa.select(*columns).where(*_clauses(filters)), (mail.id,), key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.id,) for row in rows])


def _clauses(filters: OutboxFilters) -> list[sa.ColumnElement[bool]]:
    mail, clauses = OutboxMail, []
    if filters.state:
        clauses.append(mail.state == filters.state)
    if filters.kind:
        clauses.append(mail.kind == filters.kind)
    if filters.recipient:
        clauses += search.contains_all_parts(filters.recipient, mail.recipient_name, mail.recipient_email)
    if filters.since:
        clauses.append(mail.created_at >= filters.since)
    if filters.until:
        clauses.append(mail.created_at < filters.until)
    return clauses


def get_mail(mail_id: int, *, locked: bool = False) -> OutboxMail:
    """Return one email, with `locked` for update. Raises NotFound."""
    statement = sa.select(OutboxMail).where(OutboxMail.id == mail_id)
    mail = db.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if mail is None:
        raise NotFound(_("There is no such e-mail."), code="mail_not_found")
    return mail


def find_by_message_id(message_id: str) -> OutboxMail | None:
    """Return the email with this Message-ID, locked for update; None if there is none."""
    statement = sa.select(OutboxMail).where(OutboxMail.message_id == message_id).order_by(OutboxMail.id.desc())
    return db.session.scalars(statement.limit(1).with_for_update()).one_or_none()


def lock_bounces(address: str) -> AddressBounces:
    """Return the bounces of an address, locked for update. Raises NoResultFound."""
    statement = sa.select(AddressBounces).where(AddressBounces.address == address).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def get_bounces(bounces_id: int, *, locked: bool = False) -> AddressBounces:
    """Return one address with bounces, with `locked` for update. Raises NotFound."""
    statement = sa.select(AddressBounces).where(AddressBounces.id == bounces_id)
    address = db.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if address is None:
        raise NotFound(_("There is no such address."), code="mail_address_not_found")
    return address


def list_paused_addresses(among: Collection[str]) -> frozenset[str]:
    """Return those of the addresses, given in lower case, to which delivery is paused."""
    statement = sa.select(AddressBounces.address).where(AddressBounces.paused_at.is_not(None))
    statement = statement.where(AddressBounces.address.in_(among))
    return frozenset(db.session.scalars(statement.order_by(AddressBounces.address)))


def list_bounces(*, key: str | None) -> paging.Page[AddressBounces]:
    """Return a page of addresses with bounces, the latest bounce first; one query per page."""
    statement = paging.after(sa.select(AddressBounces), (AddressBounces.last_at, AddressBounces.id), key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.last_at, row.id) for row in rows])


def wording_by_msgid(kind: str, locale: str) -> dict[str, str]:
    """Return the programme's own texts of one kind of email by the message that they replace."""
    statement = sa.select(EmailWording.msgid, EmailWording.text).where(
        EmailWording.kind == kind, EmailWording.locale == locale
    )
    return {row.msgid: row.text for row in db.session.execute(statement.order_by(EmailWording.msgid))}


def list_wording(locale: str, kind: str | None = None) -> Sequence[EmailWording]:
    """Return all changed messages, of one kind or of all kinds."""
    statement = sa.select(EmailWording).where(EmailWording.locale == locale)
    if kind is not None:
        statement = statement.where(EmailWording.kind == kind)
    return db.session.scalars(statement.order_by(EmailWording.kind, EmailWording.msgid)).all()


def find_wording(kind: str, locale: str, msgid: str) -> EmailWording | None:
    """Return the programme's own text instead of one message, locked for update; None if it is unchanged."""
    return db.session.get(EmailWording, (kind, locale, msgid), with_for_update=True)
