"""Labels, colours and audit actions of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.reports.states import Advice, Attention, Band, MoneyState

LABELS = {
    Attention.DECISION_LATE: _l("Decisions past their date"),
    Attention.DECISION_WAITING: _l("Volunteers who wait for a decision"),
    Attention.INVITATION: _l("Invitations and proposals to answer"),
    Attention.CANDIDATES: _l("Requests with volunteers to look at"),
    Attention.START_PASSED: _l("Placements that should have started"),
    Attention.ROUND_READY: _l("Matching rounds to look through"),
    Attention.MAIL_TROUBLE: _l("E-mails that failed or are uncertain"),
    Attention.REQUEST_UNANSWERED: _l("Requests without an answer from the director"),
    Attention.REQUEST_TO_OPEN: _l("Requests to open or return"),
    Attention.HOURS_QUERIED: _l("Placements with a question about hours"),
    Attention.HOURS_LATE: _l("Hours long unconfirmed"),
    Attention.HOURS_TO_CONFIRM: _l("Placements with hours to confirm"),
    Attention.PLAN_TO_AGREE: _l("Workplans to agree"),
    Attention.RETURNED: _l("Requests returned with questions"),
    Attention.LAPSED: _l("Volunteers whose checks have run out"),
    Attention.AGREEMENT_MISSING: _l("Open requests without a data-sharing agreement"),
    Attention.PROFILE_WAITING: _l("Profiles that wait for checks"),
    Attention.PLACEMENT_QUIET: _l("Placements without hours lately"),
    Attention.NO_CANDIDATE: _l("Open requests that nobody has answered"),
    Attention.CHECK_EXPIRING: _l("Checks that run out soon"),
    Attention.AGREEMENT_EXPIRING: _l("Data-sharing agreements that run out soon"),
    Attention.FUND_LOW: _l("Funds almost used up"),
    Attention.ERASURE: _l("Wishes to be erased"),
    Attention.DRAFT: _l("Drafts, saved and not sent"),
    MoneyState.UNTOUCHED: _l("Nothing used yet"),
    MoneyState.RESERVED: _l("Reserved for claims"),
    MoneyState.PART_SPENT: _l("Partly spent"),
    MoneyState.SPENT: _l("All spent"),
    Band.UP_TO_1: _l("up to 1 hour"),
    Band.UP_TO_2: _l("1 to 2 hours"),
    Band.UP_TO_4: _l("2 to 4 hours"),
    Band.OVER_4: _l("over 4 hours"),
    Advice.RECRUIT: _l("Recruit"),
    Advice.STEADY: _l("Steady"),
    Advice.PAUSE: _l("Pause"),
}
TONES = {
    MoneyState.UNTOUCHED: "grey",
    MoneyState.RESERVED: "yellow",
    MoneyState.PART_SPENT: "blue",
    MoneyState.SPENT: "green",
    Advice.RECRUIT: "blue",
    Advice.STEADY: "green",
    Advice.PAUSE: "orange",
}
ACTIONS = {"board.exported": _l("downloaded the board of demand and supply")}
