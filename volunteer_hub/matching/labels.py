"""Labels of this area's states, reasons, factors and audit actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.fit.rules import Factor
from volunteer_hub.matching.states import MatchState, Origin, Reason

LABELS = {
    MatchState.PROPOSED: _l("Not answered yet"),
    MatchState.ACCEPTED: _l("Waiting for the director"),
    MatchState.APPROVED: _l("Approved"),
    MatchState.DECLINED: _l("Declined"),
    MatchState.WITHDRAWN: _l("Withdrawn"),
    MatchState.EXPIRED: _l("Expired"),
    Origin.APPLICATION: _l("Came forward"),
    Origin.INVITATION: _l("Invited by the director"),
    Origin.ENGINE: _l("Proposed by the service"),
    Reason.SKILLS: _l("Other skills are needed"),
    Reason.LANGUAGE: _l("Another language or level is needed"),
    Reason.TIME: _l("The times do not fit"),
    Reason.ANOTHER: _l("Another volunteer was chosen"),
    Reason.NEED_CHANGED: _l("The need has changed"),
    Reason.SEATS_FILLED: _l("All seats are taken"),
    Reason.REQUEST_ENDED: _l("The request has ended"),
    Reason.NO_TIME: _l("No time at present"),
    Reason.NOT_MY_FIELD: _l("Not the right field"),
    Reason.DATES: _l("The dates do not suit"),
    Reason.OTHER: _l("Another reason"),
    Factor.LANGUAGE: _l("Language"),
    Factor.SKILLS: _l("Skills"),
    Factor.OVERLAP: _l("Time in common"),
    Factor.SPECIALTY: _l("Specialty"),
    Factor.HOURS: _l("Hours a week"),
    Factor.DURATION: _l("Weeks"),
    Factor.EXPERIENCE: _l("Experience of this work"),
    Factor.GOALS: _l("Learning goals"),
    Factor.URGENCY: _l("How urgent it is"),
    Factor.WAITING: _l("How long it has waited"),
    Factor.FAIRNESS: _l("Fairness"),
}
TONES = {
    MatchState.PROPOSED: "blue",
    MatchState.ACCEPTED: "yellow",
    MatchState.APPROVED: "green",
    MatchState.DECLINED: "grey",
    MatchState.WITHDRAWN: "grey",
    MatchState.EXPIRED: "grey",
}
ACTIONS = {
    "match.interest": _l("came forward"),
    "match.invited": _l("invited the volunteer"),
    "match.accepted": _l("said yes"),
    "match.approved": _l("approved"),
    "match.declined": _l("declined"),
    "match.withdrawn": _l("withdrew"),
    "match.expired": _l("let the time to answer run out"),
    "match.proposed": _l("proposed the request to the volunteer"),
    "match.chased": _l("reminded those who have to decide"),
    "weights.changed": _l("changed the weights"),
    "factor_override.set": _l("set points by hand"),
    "factor_override.lifted": _l("took back points set by hand"),
    "match_bar.set": _l("recorded that the two are not put together"),
    "match_bar.lifted": _l("took back that the two are not put together"),
    "round_setting.changed": _l("changed how rounds go"),
}
