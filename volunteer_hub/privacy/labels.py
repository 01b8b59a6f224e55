"""Labels and colours of the privacy area."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.privacy.rules import RetentionReason
from volunteer_hub.privacy.states import ErasureState, RetentionCategory

LABELS = {
    ErasureState.REQUESTED: _l("Asked for"),
    ErasureState.GRANTED: _l("Granted"),
    ErasureState.DONE: _l("Erased"),
    ErasureState.REFUSED: _l("Refused"),
    ErasureState.WITHDRAWN: _l("Withdrawn"),
    RetentionCategory.PEOPLE: _l("People after their last placement"),
    RetentionCategory.EMAILS: _l("Texts of sent e-mails"),
    RetentionCategory.SESSIONS: _l("Sign-ins that have ended"),
    RetentionCategory.JOB_RUNS: _l("Runs of jobs"),
    RetentionCategory.IMPORTS: _l("Files that were imported"),
}
TONES = {
    ErasureState.REQUESTED: "yellow",
    ErasureState.GRANTED: "blue",
    ErasureState.DONE: "green",
    ErasureState.REFUSED: "red",
    ErasureState.WITHDRAWN: "grey",
}
ACTIONS = {
    "privacy.downloaded": _l("downloaded their data"),
    "privacy.retention_changed": _l("changed for how long things are kept"),
    "erasure.asked": _l("asked to be erased"),
    "erasure_request.granted": _l("granted the wish to be erased"),
    "erasure_request.refused": _l("refused the wish to be erased"),
    "erasure_request.withdrawn": _l("took the wish to be erased back"),
    "erasure_request.done": _l("erased the person"),
}
TABLE_LABELS = {
    "account": _l("Your account"),
    "role_grant": _l("Your roles"),
    "user_session": _l("Where you signed in"),
    "second_factor": _l("Your second factor"),
    "recovery_code": _l("Your recovery codes"),
    "trusted_device": _l("Browsers that you trust"),
    "account_token": _l("Links that were sent to you"),
    "policy_acceptance": _l("Policies that you accepted"),
    "deputy": _l("Deputies"),
    "form_submission": _l("Forms that you sent in the last days"),
    "patient_data_warning": _l("Warnings about patient data"),
    "erasure_request": _l("Wishes to be erased"),
    "import_batch": _l("Files that were imported"),
    "outbox_mail": _l("E-mails to you"),
    "address_bounces": _l("Emails to you that came back"),
    "audit_entry": _l("What you did"),
    "audit_note": _l("What you wrote with it"),
    "volunteer": _l("Your profile"),
    "volunteer_specialty": _l("Your specialties"),
    "volunteer_skill": _l("Your skills"),
    "volunteer_language": _l("Your languages"),
    "volunteer_goal": _l("Your learning goals"),
    "match_restriction": _l("Hospitals that you are not proposed to"),
    "factor_override": _l("Scores that a coordinator set by hand"),
    "round_proposal": _l("Proposals of matching rounds"),
    "unfilled_request": _l("Rounds in which you came nearest"),
    "matching_round": _l("Matching rounds that you started or released"),
    "weight_set": _l("Weights of matching that you set"),
    "availability_window": _l("Your free times"),
    "readiness_check": _l("Readiness checks"),
    "partner_request": _l("Requests that you raised"),
    "match": _l("Matches"),
    "placement": _l("Placements"),
    "objective": _l("Objectives of your placements"),
    "release": _l("Releases by your line manager"),
    "hours_entry": _l("Hours"),
    "journal": _l("Movements of money that you made"),
    "email_wording": _l("Sentences of e-mails that you changed"),
}
RETENTION_REASONS = {
    RetentionReason.MONEY: _l(
        "Money: the charity has to keep its books for six years. They hold amounts and numbers, no names."
    ),
    RetentionReason.AUDIT_LOG: _l(
        "The trail of who did what when, so that decisions can be checked: numbers, no names and no words."
    ),
    RetentionReason.STATISTICS: _l(
        "How much was done in which profession and country: hours, placements and dates, no names."
    ),
    RetentionReason.WORK: _l(
        "What a hospital asked for and what was agreed: it is the hospital’s. Your name is taken out of it."
    ),
}
