"""Every verb of this area. Rounds have a module of their own: `service.rounds`."""

from volunteer_hub.matching.service.answering import (
    accept_invitation,
    decline,
    decline_invitation,
    expire_due,
    pass_on,
    pass_on_seats,
    withdraw,
)
from volunteer_hub.matching.service.matches import (
    NO_AGREEMENT,
    can_answer,
    can_withdraw,
    chase_overdue,
    come_forward,
    end_waiting,
    fill_others,
    invite,
    is_waiting,
    listen,
    new_match,
    refuse_closed,
    say_no,
    stored_fit,
)
from volunteer_hub.matching.service.proposing import (
    offer_next,
    remind_unanswered,
    send_due,
)

__all__ = [
    "NO_AGREEMENT",
    "accept_invitation",
    "can_answer",
    "can_withdraw",
    "chase_overdue",
    "come_forward",
    "decline",
    "decline_invitation",
    "end_waiting",
    "expire_due",
    "fill_others",
    "invite",
    "is_waiting",
    "listen",
    "new_match",
    "offer_next",
    "pass_on",
    "pass_on_seats",
    "refuse_closed",
    "remind_unanswered",
    "say_no",
    "send_due",
    "stored_fit",
    "withdraw",
]
