"""When a data-sharing agreement counts. Plain values in, value out."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.errors import DomainError
from volunteer_hub.institutions.states import AgreementStatus

EXPIRING_WITHIN = dt.timedelta(days=60)
"""How long before its last day an agreement is shown as running out."""

NO_LAST_DAY = dt.date.max
"""The last day of an agreement without an end, so that days can be compared."""


def is_in_force(signed_on: dt.date, expires_on: dt.date | None, *, today: dt.date) -> bool:
    """Whether an agreement covers `today`; the last day counts (field.md: the peers' off-by-one)."""
    return signed_on <= today and (expires_on is None or today <= expires_on)


def agreement_status(last_on: dt.date | None, *, today: dt.date) -> AgreementStatus:
    """How far agreements reach of which the last ends on `last_on`: NEVER without an end, None without any."""
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
    """Refuse an end that is no earlier than the present one, or further back than yesterday."""
    if not is_in_force(signed_on, expires_on, today=today):
        raise DomainError("This agreement is over already.")
    if expires_on is not None and last_on >= expires_on:
        raise DomainError(f"It ends on {expires_on:%d/%m/%Y} in any case. Choose an earlier day.", field="last_on")
    if last_on < max(signed_on, today - dt.timedelta(days=1)):
        raise DomainError("The last day cannot lie before yesterday or the signature.", field="last_on")


def days_left(expires_on: dt.date | None, *, today: dt.date) -> int | None:
    """How many days an agreement still runs after today; None without an end or when it is over."""
    return (expires_on - today).days if expires_on is not None and expires_on >= today else None
