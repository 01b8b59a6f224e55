"""Advice on how a closed gate could be opened, for the volunteer and for a coordinator."""

from __future__ import annotations

from collections.abc import Callable

from volunteer_hub.core.i18n import translate as _
from volunteer_hub.fit.rules import FailedGate, Gate

VOLUNTEER_ADVICE: dict[Gate, Callable[[], str]] = {
    Gate.NOT_OPEN: lambda: _("Look for a similar request, or ask the coordinator whether it will open again."),
    Gate.NOT_READY: lambda: _("Complete the profile and send it for checks; the coordinator works on the rest."),
    Gate.LANGUAGE: lambda: _("If you speak it, add the language and your level to your profile."),
    Gate.SKILLS: lambda: _("If you have the skill, add it with your level to your profile."),
    Gate.HOURS: lambda: _("If you can give more, raise the hours a week in your profile."),
    Gate.DATES: lambda: _("If you can stay longer, change the last date in your profile."),
    Gate.OVERLAP: lambda: _("Add times of availability that meet the hospital’s times."),
    Gate.CAPACITY: lambda: _("When a placement ends, or if you allow more in your profile, this opens."),
    Gate.DECLINED_BEFORE: lambda: _("Ask the coordinator if something has changed since."),
    Gate.RELEASED_BEFORE: lambda: _("Ask the coordinator if something has changed since."),
    Gate.AGREEMENT: lambda: _(
        "The coordinator records the agreement once it is signed; then this opens for everybody."
    ),
    Gate.CONFLICT: lambda: _("Ask the coordinator if something has changed since."),
    Gate.EXCLUDED: lambda: _("Ask the coordinator if something has changed since."),
    Gate.ROLE: lambda: _("Look for another kind of support; the coordinator can say more."),
}
COORDINATOR_ADVICE: dict[Gate, Callable[[], str]] = {
    Gate.NOT_OPEN: lambda: _("It can be opened again, or a similar one offered to the volunteer."),
    Gate.NOT_READY: lambda: _("Work through the checks that are outstanding or have run out."),
    Gate.LANGUAGE: lambda: _("Ask whether they speak it; if so, they add it with its level to their profile."),
    Gate.SKILLS: lambda: _("Ask whether they have the skill; if so, they add it with its level to their profile."),
    Gate.HOURS: lambda: _("Ask whether they can give more hours a week, or the hospital whether fewer would do."),
    Gate.DATES: lambda: _("Ask whether they can stay longer, or the hospital whether other dates would do."),
    Gate.OVERLAP: lambda: _("Ask both sides for more times of the week."),
    Gate.CAPACITY: lambda: _("When a placement ends, or if they allow more in their profile, this opens."),
    Gate.DECLINED_BEFORE: lambda: _("Ask whoever said no whether something has changed since."),
    Gate.RELEASED_BEFORE: lambda: _("Ask both sides whether something has changed since."),
    Gate.AGREEMENT: lambda: _("Record the agreement once it is signed; then this opens for everybody."),
    Gate.CONFLICT: lambda: _("Ask whether something has changed since; whoever set it can take it back."),
    Gate.EXCLUDED: lambda: _("Ask whether something has changed since; whoever set it can take it back."),
    Gate.ROLE: lambda: _("Look for somebody else, or for another kind of support for the volunteer."),
}


def advise_volunteer(failed_gate: FailedGate) -> str:
    """Return what would open the gate, addressed to the volunteer."""
    return VOLUNTEER_ADVICE[failed_gate.gate]()


def advise_coordinator(failed_gate: FailedGate) -> str:
    """Return what would open the gate, addressed to a coordinator."""
    return COORDINATOR_ADVICE[failed_gate.gate]()
