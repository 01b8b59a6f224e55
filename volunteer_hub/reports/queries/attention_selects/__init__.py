"""One select for each kind of item that needs attention, all with the same columns, within the viewer's scope."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from volunteer_hub.core.access import Viewer
from volunteer_hub.reports.queries.attention_selects import people, staff
from volunteer_hub.reports.queries.attention_selects.base import Rows
from volunteer_hub.reports.states import Attention

Builder = Callable[[Viewer, dt.datetime], Rows]
A = Attention
BUILDERS: dict[Attention, Builder] = {
    A.DECISION_LATE: people.decision_late,
    A.DECISION_WAITING: people.decision_waiting,
    A.INVITATION: people.invitation,
    A.CANDIDATES: people.candidates,
    A.START_PASSED: people.start_passed,
    A.ROUND_READY: staff.round_ready,
    A.MAIL_TROUBLE: staff.mail_trouble,
    A.REQUEST_UNANSWERED: people.request_unanswered,
    A.REQUEST_TO_OPEN: people.request_to_open,
    A.HOURS_QUERIED: people.hours_queried,
    A.HOURS_LATE: people.hours_late,
    A.HOURS_TO_CONFIRM: people.hours_to_confirm,
    A.PLAN_TO_AGREE: people.plan_to_agree,
    A.RETURNED: people.request_returned,
    A.LAPSED: staff.volunteer_lapsed,
    A.AGREEMENT_MISSING: staff.agreement_missing,
    A.PROFILE_WAITING: staff.profile_waiting,
    A.PLACEMENT_QUIET: people.placement_quiet,
    A.NO_CANDIDATE: people.no_candidate,
    A.CHECK_EXPIRING: staff.check_expiring,
    A.AGREEMENT_EXPIRING: staff.agreement_expiring,
    A.FUND_LOW: staff.fund_low,
    A.ERASURE: staff.erasure,
    A.DRAFT: people.draft,
}
