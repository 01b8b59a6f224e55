"""Bounces: recording them on their emails, and pausing delivery to addresses that refuse email."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from flask_babel import gettext as _

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import INSERTS, db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.mail import queries, rules
from volunteer_hub.mail.bounce_reports import BounceReport
from volunteer_hub.mail.models import AddressBounces, OutboxMail
from volunteer_hub.mail.signals import address_paused
from volunteer_hub.mail.states import Bounce


def find_paused(addresses: Iterable[str]) -> frozenset[str]:
    """Return those of the addresses, in lower case, to which delivery is paused; one query."""
    return queries.list_paused_addresses({address.lower() for address in addresses})


def record_report(report: BounceReport, *, now: dt.datetime) -> OutboxMail | None:
    """Record a delivery report on its email. Returns the email, None if it is not one of ours.

    Repeated reports about one email count once; a hard bounce replaces a soft one.
    """
    mail = queries.find_by_message_id(report.message_id)
    if mail is None or mail.bounce is Bounce.HARD:
        return mail
    if report.is_hard:
        record_hard(mail, status=report.status, now=now)
    else:
        mail.bounce, mail.bounced_at, mail.bounce_status = Bounce.SOFT, now, report.status
    return mail


def record_hard(mail: OutboxMail, *, status: str, now: dt.datetime) -> None:
    """Record that the address accepts no email. After three such bounces delivery to it is paused.

    Pausing is audited and announced by the signal `address_paused`.
    """
    mail.bounce, mail.bounced_at, mail.bounce_status = Bounce.HARD, now, status
    address = _lock_address(mail.recipient_email.lower(), status=status, now=now)
    address.hard_bounces, address.last_at, address.last_status = address.hard_bounces + 1, now, status
    address.account_id = mail.recipient_account_id or address.account_id
    if rules.is_paused_by(address.hard_bounces) and address.paused_at is None:
        address.paused_at = now
        db.session.flush()
        audit.record("address_bounces.paused", address, actor=None, now=now)
        address_paused.send(address, now=now)


def _lock_address(email: str, *, status: str, now: dt.datetime) -> AddressBounces:
    """Return the locked row of an address. Safe against a concurrent insert."""
    insert = INSERTS[db.engine.dialect.name](AddressBounces)
    row = insert.values(address=email, hard_bounces=0, last_at=now, last_status=status)
    db.session.execute(row.on_conflict_do_nothing(index_elements=[AddressBounces.address]))
    return queries.lock_bounces(email)


def resume(address: AddressBounces, *, actor: Viewer, now: dt.datetime) -> None:
    """Resume delivery to a paused address and reset its bounces. Raises Conflict if it is not paused."""
    if address.paused_at is None:
        raise Conflict(
            _("Sending to this address is not paused. Someone may have resumed it before you."),
            code="address_not_paused",
        )
    address.paused_at, address.hard_bounces = None, 0
    audit.record("address_bounces.resumed", address, actor=actor, now=now)
