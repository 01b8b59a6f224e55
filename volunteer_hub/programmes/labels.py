"""Labels of programme states, settings and audit actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.programmes.states import ProgrammeState

LABELS = {
    ProgrammeState.DRAFT: _l("In preparation"),
    ProgrammeState.ACTIVE: _l("Running"),
    ProgrammeState.CLOSED: _l("Closed"),
}
TONES = {ProgrammeState.DRAFT: "grey", ProgrammeState.ACTIVE: "green", ProgrammeState.CLOSED: "grey"}
SETTINGS = {
    "name": _l("Name"),
    "funder": _l("Funder"),
    "starts_on": _l("First day"),
    "ends_on": _l("Last day"),
    "target_volunteers": _l("Volunteers it aims for"),
    "default_allocation_minor": _l("Usual allocation for a placement"),
    "needs_release": _l("Line manager’s release needed"),
    "volunteer_days": _l("Days for volunteers to answer"),
    "director_days": _l("Days for directors to answer"),
    "release_days": _l("Days for line managers to answer"),
}
ACTIONS = {
    "programme.added": _l("set up the programme"),
    "programme.changed": _l("changed the settings"),
    "programme.institution_added": _l("added an institution"),
    "programme.institution_taken_out": _l("took an institution out"),
    "programme.active": _l("reopened the programme"),
    "programme.closed": _l("closed the programme"),
}
