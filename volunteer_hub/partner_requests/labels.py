"""Labels, colours and audit texts of this area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.partner_requests.rules import RequestGap, RequestSection
from volunteer_hub.partner_requests.states import Delivery, RequestState, Urgency

LABELS = {
    RequestState.DRAFT: _l("Draft"),
    RequestState.SUBMITTED: _l("With the director"),
    RequestState.RETURNED: _l("Returned with questions"),
    RequestState.OPEN: _l("Open"),
    RequestState.FILLED: _l("Filled"),
    RequestState.CLOSED: _l("Closed"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
    RequestState.EXPIRED: _l("Expired"),
    Delivery.LIVE: _l("Live calls"),
    Delivery.ASYNCHRONOUS: _l("In the volunteer’s own time"),
    Delivery.MIXED: _l("Mixed"),
    Urgency.ROUTINE: _l("When somebody is found"),
    Urgency.SOON: _l("Within two months"),
    Urgency.URGENT: _l("Urgent"),
    RequestSection.NEED: _l("What you need"),
    RequestSection.SKILLS: _l("Skills"),
    RequestSection.LANGUAGES: _l("Languages"),
    RequestSection.TIME: _l("Time and dates"),
    RequestSection.WINDOWS: _l("Times that suit you"),
    RequestSection.PEOPLE: _l("Supervisor and cost"),
    RequestGap.NEED: _l("describe the problem in your own words"),
    RequestGap.KIND: _l("choose the kind of support"),
    RequestGap.EXPECTED_RESULT: _l("say what should be different at the end"),
    RequestGap.SKILLS: _l("add at least one skill"),
    RequestGap.LANGUAGES: _l("add at least one language"),
    RequestGap.WEEKLY_MINUTES: _l("say how many hours a week"),
    RequestGap.WEEKS: _l("say for how many weeks"),
    RequestGap.DELIVERY: _l("choose how the work is done"),
    RequestGap.EARLIEST_START: _l("give the earliest start"),
    RequestGap.RESPOND_BY: _l("give the last day to respond"),
    RequestGap.RESPOND_BY_PAST: _l("choose a last day to respond that is not in the past"),
    RequestGap.RESPOND_BY_FAR: _l("choose a last day to respond within a year"),
    RequestGap.RESPOND_AFTER_START: _l("choose a last day to respond that is not after the earliest start"),
    RequestGap.START_AFTER_PROGRAMME: _l("choose an earliest start before the programme ends"),
    RequestGap.WINDOWS: _l("add at least one time of the week that suits you for live calls"),
    RequestGap.SUPERVISOR: _l("say who looks after the volunteer at your institution"),
}
TONES = {
    RequestState.DRAFT: "grey",
    RequestState.SUBMITTED: "yellow",
    RequestState.RETURNED: "orange",
    RequestState.OPEN: "green",
    RequestState.FILLED: "blue",
    RequestState.CLOSED: "grey",
    RequestState.WITHDRAWN: "grey",
    RequestState.EXPIRED: "grey",
    Urgency.ROUTINE: "grey",
    Urgency.SOON: "yellow",
    Urgency.URGENT: "red",
}
ACTIONS = {
    "partner_request.drafted": _l("began the request"),
    "partner_request.copied": _l("began the request from an earlier one"),
    "partner_request.changed": _l("changed the request"),
    "partner_request.submitted": _l("sent the request to the director"),
    "partner_request.returned": _l("returned the request with questions"),
    "partner_request.open": _l("opened the request to volunteers"),
    "partner_request.seat_taken": _l("filled a seat"),
    "partner_request.seat_freed": _l("gave a seat back"),
    "partner_request.filled": _l("filled the last seat"),
    "partner_request.handed_over": _l("passed the request on to another contact"),
    "partner_request.closed": _l("closed the request"),
    "partner_request.withdrawn": _l("withdrew the request"),
    "partner_request.expired": _l("ended the request because the last day to respond had passed"),
}
