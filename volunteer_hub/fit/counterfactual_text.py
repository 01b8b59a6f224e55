"""A way forward in words. One sentence serves the volunteer, the director and the coordinator: it speaks of
the change, not to anybody, and names nothing that one of them may not know."""

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
"""Where in the profile each is changed."""
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
        more=_more(change.number),
        days=WEEKDAYS[change.window.weekday](),
        start=template_filters.clock_time(change.window.start),
        end=template_filters.clock_time(change.window.end),
        place=template_filters.zone_city(zone),
    )


def _more(minutes: int) -> str:
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
    ChangeKind.HOURS: lambda c, _z: _("%(more)s a week", more=_more(c.number)),
    ChangeKind.TIMES: _times,
    ChangeKind.SKILL: lambda c, _z: _(
        "%(skill)s at the level “%(level)s”",
        skill=vocabulary.skill_name(c.code),
        level=template_filters.label(skill_level(c.number)).lower(),
    ),
    ChangeKind.LANGUAGE: lambda c, _z: _language(c),
}


def describe_change(one: ProfileChange, zone: str) -> str:
    """What is changed, as the beginning of a sentence. `zone` is the volunteer's."""
    return CHANGE_TEXT[one.kind](one, zone)


def describe_counterfactual(one: Counterfactual, zone: str) -> str:
    """What some changes would do to one pair: "French at B2 would lift this from 64 to 81."."""
    what = "; ".join(describe_change(each, zone) for each in one.changes)
    if one.was_possible:
        return _(
            "%(what)s would lift this from %(before)s to %(after)s.",
            what=what,
            before=one.before_score,
            after=one.after_score,
        )
    if one.is_possible_after:
        return _opens(what, one)
    gates = ", ".join(str(GATES[gate]) for gate in one.gates_opened)
    return _("%(what)s would settle “%(gates)s”; other things still stand in the way.", what=what, gates=gates)


def _opens(what: str, one: Counterfactual) -> str:
    if len(one.changes) == 1:
        return _("%(what)s would make this possible, with %(after)s of 100.", what=what, after=one.after_score)
    return _(
        "All of these together would make this possible, with %(after)s of 100: %(what)s.",
        what=what,
        after=one.after_score,
    )


def describe_unlocking_change(one: UnlockingChange, zone: str) -> str:
    """`French at B2 would open 7 requests.`"""
    what, number = describe_change(one.change, zone), len(one.request_ids)
    return ngettext("%(what)s would open %(num)s request.", "%(what)s would open %(num)s requests.", number, what=what)


def list_profile_links(changes: tuple[ProfileChange, ...]) -> list[tuple[str, str]]:
    """(endpoint, words) of the parts of one's profile in which these are changed, each once."""
    return list(dict.fromkeys((PROFILE_ENDPOINTS[one.kind], PROFILE_LINK_TEXT[one.kind]()) for one in changes))
