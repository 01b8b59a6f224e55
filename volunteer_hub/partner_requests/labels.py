"""Words for this area's states and choices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.partner_requests.states import Delivery, RequestState, SupportKind, Urgency

LABELS = {
    RequestState.DRAFT: _l("Draft"),
    RequestState.SUBMITTED: _l("With the director"),
    RequestState.RETURNED: _l("Returned with questions"),
    RequestState.OPEN: _l("Open"),
    RequestState.FILLED: _l("Filled"),
    RequestState.CLOSED: _l("Closed"),
    RequestState.WITHDRAWN: _l("Withdrawn"),
    RequestState.EXPIRED: _l("Expired"),
    SupportKind.TEACHING: _l("Teaching"),
    SupportKind.MENTORING: _l("Mentoring"),
    SupportKind.CASE_DISCUSSION: _l("Case-based discussion"),
    SupportKind.QUALITY_IMPROVEMENT: _l("Quality improvement"),
    SupportKind.GUIDELINE: _l("Guideline or protocol"),
    SupportKind.CURRICULUM: _l("Curriculum"),
    SupportKind.MATERIALS: _l("Review of materials"),
    SupportKind.LEADERSHIP: _l("Management and leadership"),
    SupportKind.RESEARCH: _l("Research"),
    SupportKind.BIOMEDICAL: _l("Biomedical engineering and IT"),
    Delivery.LIVE: _l("Live calls"),
    Delivery.ASYNCHRONOUS: _l("In your own time"),
    Delivery.MIXED: _l("Mixed"),
    Urgency.ROUTINE: _l("When somebody is found"),
    Urgency.SOON: _l("Within two months"),
    Urgency.URGENT: _l("Urgent"),
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
ACTIONS: dict[str, str] = {}
