"""Rules of data-sharing agreements. Pure: plain values in, value out."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.core.errors import DomainError
from volunteer_hub.institutions.states import AgreementStatus

EXPIRING_WITHIN = dt.timedelta(days=60)
"""How long before its last day an agreement is shown as expiring."""

NO_LAST_DAY = dt.date.max
"""Stands for the last day of an agreement without an end, so that last days can be compared."""


def is_in_force(signed_on: dt.date, expires_on: dt.date | None, *, today: dt.date) -> bool:
    """Return whether an agreement covers `today`; the last day is included."""
    return signed_on <= today and (expires_on is None or today <= expires_on)


def agreement_status(last_on: dt.date | None, *, today: dt.date) -> AgreementStatus:
    """Return the status of an institution's agreements from the latest last day among them.

    `last_on` is NO_LAST_DAY if one has no end, and None if there is no agreement.
    """
    if last_on is None:
        return AgreementStatus.NONE
    if last_on < today:
        return AgreementStatus.ENDED
    return (
        AgreementStatus.EXPIRING
        if last_on != NO_LAST_DAY and last_on <= today + EXPIRING_WITHIN
        else AgreementStatus.IN_FORCE
    )


def check_early_end(signed_on: dt.date, expires_on: dt.date | None, last_on: dt.date, *, today: dt.date) -> None:
    """Raise DomainError unless `last_on` is earlier than the present last day and not before yesterday or the signature."""
    if not is_in_force(signed_on, expires_on, today=today):
        raise DomainError(_("This agreement is over already."), code="agreement_already_over")
    if expires_on is not None and last_on >= expires_on:
        raise DomainError(
            _("It ends on %(day)s in any case. Choose an earlier day.", day=f"{expires_on:%d/%m/%Y}"),
            field="last_on",
            code="agreement_ends_earlier",
        )
    if last_on < max(signed_on, today - dt.timedelta(days=1)):
        raise DomainError(
            _("The last day cannot lie before yesterday or the signature."),
            field="last_on",
            code="agreement_end_too_early",
        )


def days_left(expires_on: dt.date | None, *, today: dt.date) -> int | None:
    """Return the number of days an agreement runs after today; None if it has no end or is over."""
    return (expires_on - today).days if expires_on is not None and expires_on >= today else None
