"""Emails that came back: what is noted on them, and addresses that are written to no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

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
    """Which of the addresses are paused; one query."""
    return queries.list_paused_addresses({address.lower() for address in addresses})


def record_report(report: BounceReport, *, now: dt.datetime) -> OutboxMail | None:
    """Note a delivery report on the email that it is about. Returns None for a report that is not about one of ours.

    The same report twice, or the reports of several servers about one email, count once; a hard one outweighs a soft one.
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
    """The address takes no email. After three of these sending to it is paused, and the coordinators hear of it."""
    mail.bounce, mail.bounced_at, mail.bounce_status = Bounce.HARD, now, status
    found = _bounces_of(mail.recipient_email.lower(), status=status, now=now)
    found.hard_bounces, found.last_at, found.last_status = found.hard_bounces + 1, now, status
    found.account_id = mail.recipient_account_id or found.account_id
    if rules.is_paused_by(found.hard_bounces) and found.paused_at is None:
        found.paused_at = now
        db.session.flush()
        audit.record("address_bounces.paused", found, actor=None, now=now)
        address_paused.send(found, now=now)


def _bounces_of(address: str, *, status: str, now: dt.datetime) -> AddressBounces:
    """The row of an address, locked; a rival may insert it at the same time."""
    insert = INSERTS[db.engine.dialect.name](AddressBounces)
    row = insert.values(address=address, hard_bounces=0, last_at=now, last_status=status)
    db.session.execute(row.on_conflict_do_nothing(index_elements=[AddressBounces.address]))
    return queries.lock_bounces(address)


def resume(address: AddressBounces, *, actor: Viewer, now: dt.datetime) -> None:
    """Write to a paused address again, its bounces forgotten. Raises Conflict when it is not paused."""
    if address.paused_at is None:
        raise Conflict("Sending to this address is not paused. Someone may have resumed it before you.")
    address.paused_at, address.hard_bounces = None, 0
    audit.record("address_bounces.resumed", address, actor=actor, now=now)
