"""Words for this area's states and choices."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState

LABELS = {
    VolunteerState.REGISTERED: _l("Filling in the profile"),
    VolunteerState.CHECKING: _l("Checks in progress"),
    VolunteerState.READY: _l("Ready"),
    VolunteerState.LAPSED: _l("A check has run out"),
    VolunteerState.PAUSED: _l("Paused"),
    VolunteerState.LEFT: _l("Left"),
    CheckKind.REGISTRATION: _l("Professional registration"),
    CheckKind.EMPLOYER_SUPPORT: _l("Employer’s support"),
    CheckKind.SAFEGUARDING: _l("Safeguarding"),
    CheckKind.INFORMATION_GOVERNANCE: _l("Information governance"),
    CheckKind.TOOLKIT: _l("Virtual volunteering toolkit"),
    CheckKind.CODE_OF_CONDUCT: _l("Code of conduct"),
    CheckState.OUTSTANDING: _l("To be checked"),
    CheckState.MET: _l("Met"),
    CheckState.NOT_MET: _l("Not met"),
    CheckState.NOT_NEEDED: _l("Not needed"),
}
TONES = {
    VolunteerState.REGISTERED: "grey",
    VolunteerState.CHECKING: "yellow",
    VolunteerState.READY: "green",
    VolunteerState.LAPSED: "red",
    VolunteerState.PAUSED: "grey",
    VolunteerState.LEFT: "grey",
    CheckState.OUTSTANDING: "yellow",
    CheckState.MET: "green",
    CheckState.NOT_MET: "red",
    CheckState.NOT_NEEDED: "grey",
}
CHECK_HELP = {
    CheckKind.REGISTRATION: _l("Look the number up on the regulator’s own register, and note the renewal date."),
    CheckKind.EMPLOYER_SUPPORT: _l("The line manager knows of the volunteering and supports it."),
    CheckKind.SAFEGUARDING: _l("A safeguarding course (children and adults, and PSEAH) in date."),
    CheckKind.INFORMATION_GOVERNANCE: _l("Data protection training in date."),
    CheckKind.TOOLKIT: _l("The virtual volunteering toolkit’s checklist, done."),
    CheckKind.CODE_OF_CONDUCT: _l("Accepted when registering, in the version in force."),
}
ACTIONS: dict[str, str] = {}
