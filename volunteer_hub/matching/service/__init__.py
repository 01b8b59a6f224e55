"""Every verb of this area: the life of a match, and what shapes matching."""

from volunteer_hub.matching.service.barring import bar, lift, may_exclude, may_lift
from volunteer_hub.matching.service.matches import (
    NO_AGREEMENT,
    accept_invitation,
    can_answer,
    can_withdraw,
    chase_overdue,
    come_forward,
    decline,
    decline_invitation,
    end_waiting,
    expire_due,
    fill_others,
    invite,
    is_waiting,
    listen,
    pass_on,
    pass_on_seats,
    stored_fit,
    withdraw,
)
from volunteer_hub.matching.service.overriding import lift_override, set_override
from volunteer_hub.matching.service.setting_rounds import RoundChoices, change_rounds
from volunteer_hub.matching.service.weighing import change_weights, check_weights, revert, would_change

__all__ = [
    "NO_AGREEMENT",
    "RoundChoices",
    "accept_invitation",
    "bar",
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
    "pass_on",
    "pass_on_seats",
    "revert",
    "set_override",
    "stored_fit",
    "withdraw",
    "would_change",
]
