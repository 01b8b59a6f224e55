"""Counterfactuals as text.

The same sentence serves the volunteer, the director and the coordinator: it describes the change, addresses no reader
and contains nothing confidential.
"""

from __future__ import annotations

from collections.abc import Callable

from volunteer_hub.core import template_filters
from volunteer_hub.core.i18n import translate as _
from volunteer_hub.core.i18n import translate_plural as ngettext
from volunteer_hub.fit.labels import LABELS as GATES
from volunteer_hub.fit.rules.counterfactuals import Counterfactual, UnlockingChange
from volunteer_hub.fit.rules.profile_changes import ChangeKind, ProfileChange
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SupportKind, language_level, skill_level

WEEKDAYS = (
    lambda: _("on Mondays"),
    lambda: _("on Tuesdays"),
    lambda: _("on Wednesdays"),
    lambda: _("on Thursdays"),
    lambda: _("on Fridays"),
    lambda: _("on Saturdays"),
    lambda: _("on Sundays"),
)
PROFILE_ENDPOINTS = {
    ChangeKind.READY: "volunteers.profile",
    ChangeKind.CAPACITY: "volunteers.availability",
    ChangeKind.GOAL: "volunteers.goals",
    ChangeKind.DATES: "volunteers.availability",
    ChangeKind.HOURS: "volunteers.availability",
    ChangeKind.TIMES: "volunteers.times",
    ChangeKind.SKILL: "volunteers.skills",
    ChangeKind.LANGUAGE: "volunteers.languages",
}
"""The profile page on which each kind of change is made."""
PROFILE_LINK_TEXT: dict[ChangeKind, Callable[[], str]] = {
    ChangeKind.READY: lambda: _("See what is missing"),
    ChangeKind.CAPACITY: lambda: _("Change your hours and dates"),
    ChangeKind.GOAL: lambda: _("Change your goals"),
    ChangeKind.DATES: lambda: _("Change your hours and dates"),
    ChangeKind.HOURS: lambda: _("Change your hours and dates"),
    ChangeKind.TIMES: lambda: _("Add free times"),
    ChangeKind.SKILL: lambda: _("Change your skills"),
    ChangeKind.LANGUAGE: lambda: _("Change your languages"),
}


def _dates(change: ProfileChange) -> str:
    first, last = template_filters.day(change.from_on), template_filters.day(change.until_on)
    if change.from_on and change.until_on:
        return _("Time from %(first)s until %(last)s", first=first, last=last)
    return _("Time from %(first)s on", first=first) if change.from_on else _("Time until %(last)s", last=last)


def _times(change: ProfileChange, zone: str) -> str:
    if change.window is None:
        raise ValueError("a change of times has its window")
    return _(
        "%(more)s %(days)s between %(start)s and %(end)s (%(place)s time)",
        more=_extra_time(change.number),
        days=WEEKDAYS[change.window.weekday](),
        start=template_filters.clock_time(change.window.start),
        end=template_filters.clock_time(change.window.end),
        place=template_filters.zone_city(zone),
    )


def _extra_time(minutes: int) -> str:
    """`One hour more`, `45 minutes more`."""
    if minutes < 60:
        return ngettext("%(num)s minute more", "%(num)s minutes more", minutes)
    return _("%(hours)s more", hours=template_filters.hours(minutes))


def _language(change: ProfileChange) -> str:
    name, level = vocabulary.language_name(change.code), language_level(change.number)
    if level is LanguageLevel.NATIVE:
        return _("%(language)s as a mother tongue", language=name)
    return _("%(language)s at %(level)s", language=name, level=level.value.upper())


CHANGE_TEXT: dict[ChangeKind, Callable[[ProfileChange, str], str]] = {
    ChangeKind.READY: lambda _c, _z: _("Every readiness check met and in date"),
    ChangeKind.CAPACITY: lambda c, _z: ngettext(
        "Room for %(num)s placement at a time", "Room for %(num)s placements at a time", c.number
    ),
    ChangeKind.GOAL: lambda c, _z: _("The learning goal “%(goal)s”", goal=template_filters.label(SupportKind(c.code))),
    ChangeKind.DATES: lambda c, _z: _dates(c),
    ChangeKind.HOURS: lambda c, _z: _("%(more)s a week", more=_extra_time(c.number)),
    ChangeKind.TIMES: _times,
    ChangeKind.SKILL: lambda c, _z: _(
        "%(skill)s at the level “%(level)s”",
        skill=vocabulary.skill_name(c.code),
        level=template_filters.label(skill_level(c.number)).lower(),
    ),
    ChangeKind.LANGUAGE: lambda c, _z: _language(c),
}


def describe_change(change: ProfileChange, zone: str) -> str:
    """Return the change as the beginning of a sentence. `zone` is the volunteer's time zone."""
    return CHANGE_TEXT[change.kind](change, zone)


def describe_counterfactual(counterfactual: Counterfactual, zone: str) -> str:
    """Return the effect of a set of changes on one pair: "French at B2 would lift this from 64 to 81."."""
    change_text = "; ".join(describe_change(change, zone) for change in counterfactual.changes)
    if counterfactual.was_possible:
        return _(
            "%(what)s would lift this from %(before)s to %(after)s.",
            what=change_text,
            before=counterfactual.before_score,
            after=counterfactual.after_score,
        )
    if counterfactual.is_possible_after:
        return _describe_opening(change_text, counterfactual)
    gates = ", ".join(str(GATES[gate]) for gate in counterfactual.gates_opened)
    return _("%(what)s would settle “%(gates)s”; other things still stand in the way.", what=change_text, gates=gates)


def _describe_opening(change_text: str, counterfactual: Counterfactual) -> str:
    if len(counterfactual.changes) == 1:
        return _(
            "%(what)s would make this possible, with %(after)s of 100.",
            what=change_text,
            after=counterfactual.after_score,
        )
    return _(
        "All of these together would make this possible, with %(after)s of 100: %(what)s.",
        what=change_text,
        after=counterfactual.after_score,
    )


def describe_unlocking_change(unlocking_change: UnlockingChange, zone: str) -> str:
    """Return the effect of a change on many requests: `French at B2 would open 7 requests.`"""
    change_text, count = describe_change(unlocking_change.change, zone), len(unlocking_change.request_ids)
    return ngettext(
        "%(what)s would open %(num)s request.", "%(what)s would open %(num)s requests.", count, what=change_text
    )


def list_profile_links(changes: tuple[ProfileChange, ...]) -> list[tuple[str, str]]:
    """Return (endpoint, link text) of the profile pages on which these changes are made, each once."""
    return list(dict.fromkeys((PROFILE_ENDPOINTS[change.kind], PROFILE_LINK_TEXT[change.kind]()) for change in changes))
