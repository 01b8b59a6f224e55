"""Labels, colours and audit texts of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.budgets.states import JournalKind, LedgerKind, ReservationState

LABELS = {
    LedgerKind.FUNDER: _l("Funder"),
    LedgerKind.FUND: _l("Fund, free"),
    LedgerKind.ALLOCATION: _l("Allocation, free"),
    LedgerKind.RESERVED: _l("Reserved"),
    LedgerKind.SPENT: _l("Spent"),
    JournalKind.RECEIVE: _l("Received from the funder"),
    JournalKind.ALLOCATE: _l("Set aside for a placement"),
    JournalKind.RESERVE: _l("Reserved"),
    JournalKind.POST: _l("Spent"),
    JournalKind.RELEASE: _l("Reservation released"),
    JournalKind.RETURN: _l("Returned to the fund"),
    JournalKind.REVERSE: _l("Reversed"),
    ReservationState.ACTIVE: _l("Held"),
    ReservationState.POSTED: _l("Spent"),
    ReservationState.RELEASED: _l("Released"),
}
TONES: dict[JournalKind, str] = {}
ACTIONS = {
    "fund.received": _l("booked money from the funder"),
    "allocation.made": _l("set money aside"),
    "allocation.returned": _l("gave unspent money back"),
    "reservation.held": _l("reserved money"),
    "reservation.posted": _l("spent reserved money"),
    "reservation.released": _l("released reserved money"),
    "journal.reversed": _l("reversed a movement"),
}
