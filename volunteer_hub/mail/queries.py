"""Reading the outbox and the programme's own words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from volunteer_hub.core import paging, search
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.mail.models import AddressBounces, EmailWording, OutboxMail
from volunteer_hub.mail.states import MailState


@dataclass(frozen=True)
class OutboxFilters:
    """What the outbox is asked for; `since` and `until` are instants, `until` is not included."""

    state: MailState | None = None
    kind: str = ""
    recipient: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def list_mails(filters: OutboxFilters, *, key: str | None) -> paging.Page[Any]:
    """E-mails without their text, the newest first; one query a page."""
    mail = OutboxMail
    columns = (mail.id, mail.kind, mail.recipient_name, mail.recipient_email, mail.subject, mail.state,
               mail.created_at, mail.due_at, mail.sent_at, mail.attempts)  # fmt: skip
    statement = sa.select(*columns).where(*_clauses(filters))
    if key:
        # Rows are numbered as they are queued: the number alone is the place, and an index has it.
        statement = statement.where(mail.id < paging.decode(key)[1])
    rows = db.session.execute(statement.order_by(mail.id.desc()).limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.created_at, row.id) for row in rows])


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
    """One e-mail; locked for whoever decides about it. Raises NotFound."""
    statement = sa.select(OutboxMail).where(OutboxMail.id == mail_id)
    found = db.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if found is None:
        raise NotFound("There is no such e-mail.")
    return found


def find_by_message_id(message_id: str) -> OutboxMail | None:
    """The email with this Message-ID, locked for whoever notes that it came back."""
    statement = sa.select(OutboxMail).where(OutboxMail.message_id == message_id).order_by(OutboxMail.id.desc())
    return db.session.scalars(statement.limit(1).with_for_update()).one_or_none()


def lock_bounces(address: str) -> AddressBounces:
    """What is known of an address that emails came back from, locked for whoever counts on. Raises NoResultFound."""
    statement = sa.select(AddressBounces).where(AddressBounces.address == address).with_for_update()
    return db.session.scalars(statement.execution_options(populate_existing=True)).one()


def get_bounces(bounces_id: int, *, locked: bool = False) -> AddressBounces:
    """One address that emails came back from. Raises NotFound."""
    statement = sa.select(AddressBounces).where(AddressBounces.id == bounces_id)
    found = db.session.scalars(statement.with_for_update() if locked else statement).one_or_none()
    if found is None:
        raise NotFound("There is no such address.")
    return found


def list_paused_addresses(among: Collection[str]) -> frozenset[str]:
    """To which of these addresses, given in lower case, sending is paused."""
    statement = sa.select(AddressBounces.address).where(AddressBounces.paused_at.is_not(None))
    statement = statement.where(AddressBounces.address.in_(among))
    return frozenset(db.session.scalars(statement.order_by(AddressBounces.address)))


def list_bounces(*, key: str | None) -> paging.Page[AddressBounces]:
    """Addresses from which emails came back, the latest first; one query a page."""
    statement = paging.after(sa.select(AddressBounces), AddressBounces.last_at, AddressBounces.id, key)
    rows = db.session.scalars(statement.limit(paging.PAGE_SIZE + 1)).all()
    return paging.cut(rows, [(row.last_at, row.id) for row in rows])


def names(account_ids: Iterable[int | None]) -> dict[int, str]:
    """Names for a history. Accounts stand above this area: of their table it knows two columns."""
    wanted = {account_id for account_id in account_ids if account_id}
    if not wanted:
        return {}
    account = sa.table("account", sa.column("id", sa.Integer), sa.column("name", sa.Text))
    rows = db.session.execute(sa.select(account.c.id, account.c.name).where(account.c.id.in_(wanted)))
    return {row.id: row.name for row in rows}


def wording_by_msgid(kind: str, locale: str) -> dict[str, str]:
    """The programme's own words of one kind, by the sentences they replace."""
    statement = sa.select(EmailWording.msgid, EmailWording.text).where(
        EmailWording.kind == kind, EmailWording.locale == locale
    )
    return {row.msgid: row.text for row in db.session.execute(statement.order_by(EmailWording.msgid))}


def list_wording(locale: str, kind: str | None = None) -> Sequence[EmailWording]:
    """Every sentence that was reworded, of one kind or all."""
    statement = sa.select(EmailWording).where(EmailWording.locale == locale)
    if kind is not None:
        statement = statement.where(EmailWording.kind == kind)
    return db.session.scalars(statement.order_by(EmailWording.kind, EmailWording.msgid)).all()


def find_wording(kind: str, locale: str, msgid: str) -> EmailWording | None:
    """The programme's words instead of one sentence, locked for whoever changes them."""
    return db.session.get(EmailWording, (kind, locale, msgid), with_for_update=True)
