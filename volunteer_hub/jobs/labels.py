"""Texts for jobs and for the audit actions of their runs."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

LABELS: dict[Any, Any] = {}
TONES: dict[Any, str] = {}
ACTIONS = {"job_run.by_hand": _l("ran a job by hand")}
JOB_LABELS = {
    "deliver_mail": _l("Deliver emails"),
    "collect_bounces": _l("Read emails that came back"),
    "resume_runs": _l("Run interrupted jobs again"),
    "expire_requests": _l("End requests whose time to respond is over"),
    "expire_matches": _l("End invitations and proposals that nobody answered"),
    "run_rounds": _l("Run matching rounds that were asked for"),
    "send_proposals": _l("Send the proposals of released rounds"),
    "start_rounds": _l("Start matching rounds that are due"),
    "remind_unanswered": _l("Remind volunteers of proposals they have not answered"),
    "chase_decisions": _l("Remind directors of late decisions"),
    "pass_on_seats": _l("Tell of seats that are free again"),
    "chase_releases": _l("Remind line managers who have not answered"),
    "complete_placements": _l("Complete placements whose last day is over"),
    "remind_hours": _l("Remind hospitals of hours to confirm"),
    "lapse_readiness": _l("Find readiness checks that have run out"),
    "warn_of_expiring_checks": _l("Warn of readiness checks that run out"),
    "forget_forms": _l("Forget the answers to old forms"),
    "discard_imports": _l("Discard files that nobody imported"),
    "forget_throttles": _l("Forget how often somebody tried"),
    "forget_overdue": _l("Forget what has been kept long enough"),
    "erase_unused": _l("Warn and erase people whose account is unused"),
    "fulfil_wishes": _l("Erase people whose wish was granted"),
    "chase_wishes": _l("Remind administrators of wishes to be erased"),
    "verify_audit": _l("Check the audit trail"),
    "verify_ledger": _l("Check the ledger"),
}


def job_label(name: str) -> str:
    """Return what a job does, as text; the name of a job that has no text."""
    return str(JOB_LABELS.get(name, name.replace("_", " ")))
