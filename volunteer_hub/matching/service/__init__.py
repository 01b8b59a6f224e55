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
from volunteer_hub.matching.service.barring import bar, lift, may_exclude, may_lift
from volunteer_hub.matching.service.matches import (
    NO_AGREEMENT,
    by_round,
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
from volunteer_hub.matching.service.overriding import lift_override, require_setter, set_override
from volunteer_hub.matching.service.proposing import (
    offer_next,
    remind_unanswered,
    send_due,
)
from volunteer_hub.matching.service.setting_rounds import RoundChoices, change_rounds
from volunteer_hub.matching.service.weighing import change_weights, check_weights, revert, would_change

__all__ = [
    "NO_AGREEMENT",
    "RoundChoices",
    "accept_invitation",
    "bar",
    "by_round",
    "can_answer",
    "can_withdraw",
    "change_rounds",
    "change_weights",
    "chase_overdue",
    "check_weights",
    "come_forward",
    "decline",
    "decline_invitation",
    "end_waiting",
    "expire_due",
    "fill_others",
    "invite",
    "is_waiting",
    "lift",
    "lift_override",
    "listen",
    "may_exclude",
    "may_lift",
    "new_match",
    "offer_next",
    "pass_on",
    "pass_on_seats",
    "refuse_closed",
    "remind_unanswered",
    "require_setter",
    "revert",
    "say_no",
    "send_due",
    "set_override",
    "stored_fit",
    "withdraw",
    "would_change",
]
