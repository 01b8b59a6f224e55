"""A way forward in words. One sentence serves the volunteer, the director and the coordinator: it speaks of
the change, not to anybody, and names nothing that one of them may not know."""

from __future__ import annotations

from collections.abc import Callable

from volunteer_hub.core import pages
from volunteer_hub.core.i18n import plain as _
from volunteer_hub.core.i18n import plain_number as ngettext
from volunteer_hub.fit.labels import LABELS as GATES
from volunteer_hub.fit.rules.counterfactuals import Opening, Step
from volunteer_hub.fit.rules.profile_changes import Change, Kind
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
SECTIONS = {
    Kind.READY: "volunteers.profile",
    Kind.CAPACITY: "volunteers.availability",
    Kind.GOAL: "volunteers.goals",
    Kind.DATES: "volunteers.availability",
    Kind.HOURS: "volunteers.availability",
    Kind.TIMES: "volunteers.times",
    Kind.SKILL: "volunteers.skills",
    Kind.LANGUAGE: "volunteers.languages",
}
"""Where in the profile each is changed."""
LINKS: dict[Kind, Callable[[], str]] = {
    Kind.READY: lambda: _("See what is missing"),
    Kind.CAPACITY: lambda: _("Change your hours and dates"),
    Kind.GOAL: lambda: _("Change your goals"),
    Kind.DATES: lambda: _("Change your hours and dates"),
    Kind.HOURS: lambda: _("Change your hours and dates"),
    Kind.TIMES: lambda: _("Add free times"),
    Kind.SKILL: lambda: _("Change your skills"),
    Kind.LANGUAGE: lambda: _("Change your languages"),
}


def _dates(change: Change) -> str:
    first, last = pages.day(change.from_on), pages.day(change.until_on)
    if change.from_on and change.until_on:
        return _("Time from %(first)s until %(last)s", first=first, last=last)
    return _("Time from %(first)s on", first=first) if change.from_on else _("Time until %(last)s", last=last)


def _times(change: Change, zone: str) -> str:
    if change.window is None:
        raise ValueError("a change of times has its window")
    return _(
        "%(more)s %(days)s between %(start)s and %(end)s (%(place)s time)",
        more=_more(change.number),
        days=WEEKDAYS[change.window.weekday](),
        start=pages.clock_time(change.window.start),
        end=pages.clock_time(change.window.end),
        place=pages.place(zone),
    )


def _more(minutes: int) -> str:
    """`One hour more`, `45 minutes more`."""
    if minutes < 60:
        return ngettext("%(num)s minute more", "%(num)s minutes more", minutes)
    return _("%(hours)s more", hours=pages.hours(minutes))


def _language(change: Change) -> str:
    name, level = vocabulary.language_name(change.code), language_level(change.number)
    if level is LanguageLevel.NATIVE:
        return _("%(language)s as a mother tongue", language=name)
    return _("%(language)s at %(level)s", language=name, level=level.value.upper())


SAY: dict[Kind, Callable[[Change, str], str]] = {
    Kind.READY: lambda _c, _z: _("Every readiness check met and in date"),
    Kind.CAPACITY: lambda c, _z: ngettext(
        "Room for %(num)s placement at a time", "Room for %(num)s placements at a time", c.number
    ),
    Kind.GOAL: lambda c, _z: _("The learning goal “%(goal)s”", goal=pages.label(SupportKind(c.code))),
    Kind.DATES: lambda c, _z: _dates(c),
    Kind.HOURS: lambda c, _z: _("%(more)s a week", more=_more(c.number)),
    Kind.TIMES: _times,
    Kind.SKILL: lambda c, _z: _(
        "%(skill)s at the level “%(level)s”",
        skill=vocabulary.skill_name(c.code),
        level=pages.label(skill_level(c.number)).lower(),
    ),
    Kind.LANGUAGE: lambda c, _z: _language(c),
}


def change(one: Change, zone: str) -> str:
    """What is changed, as the beginning of a sentence. `zone` is the volunteer's."""
    return SAY[one.kind](one, zone)


def step(one: Step, zone: str) -> str:
    """What some changes would do to one pair: "French at B2 would lift this from 64 to 81."."""
    what = "; ".join(change(each, zone) for each in one.changes)
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


def _opens(what: str, one: Step) -> str:
    if len(one.changes) == 1:
        return _("%(what)s would make this possible, with %(after)s of 100.", what=what, after=one.after_score)
    return _(
        "All of these together would make this possible, with %(after)s of 100: %(what)s.",
        what=what,
        after=one.after_score,
    )


def opening(one: Opening, zone: str) -> str:
    """`French at B2 would open 7 requests.`"""
    what, number = change(one.change, zone), len(one.opens)
    return ngettext("%(what)s would open %(num)s request.", "%(what)s would open %(num)s requests.", number, what=what)


def sections(changes: tuple[Change, ...]) -> list[tuple[str, str]]:
    """(endpoint, words) of the parts of one's profile in which these are changed, each once."""
    return list(dict.fromkeys((SECTIONS[one.kind], LINKS[one.kind]()) for one in changes))
