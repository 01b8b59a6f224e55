"""A fit in words: which gates are closed and what would open them, and what each factor gave."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from volunteer_hub.core import pages
from volunteer_hub.core.i18n import locale
from volunteer_hub.core.i18n import plain as _
from volunteer_hub.matching.facts import language_level, skill_level
from volunteer_hub.matching.rules import Closed, Contribution, Factor, Fit, Gate, RequestFacts, VolunteerFacts
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel

Facts = Mapping[str, Any]


def _languages(facts: Facts) -> str:
    parts = [
        f"{vocabulary.language_name(code)} ({pages.label(language_level(rank))})"
        for code, rank in sorted(facts["languages"].items())
    ]
    return _(" or ").join(parts)


def _skills(facts: Facts) -> str:
    return ", ".join(
        f"{vocabulary.skill_name(code)} ({pages.label(skill_level(rank)).lower()})" for code, rank in facts["skills"]
    )


WHY: dict[Gate, Callable[[Facts], str]] = {
    Gate.NOT_OPEN: lambda _f: _("This request is no longer open, its seats are taken, or its programme has closed."),
    Gate.NOT_READY: lambda _f: _("Not every readiness check is met and in date."),
    Gate.LANGUAGE: lambda f: _("The work needs %(languages)s.", languages=_languages(f)),
    Gate.SKILLS: lambda f: _("Required and not in the profile: %(skills)s.", skills=_skills(f)),
    Gate.HOURS: lambda f: _(
        "It asks for %(asked)s a week; the profile offers %(given)s.",
        asked=pages.hours(f["asked"]),
        given=pages.hours(f["given"]),
    ),
    Gate.DATES: lambda f: _(
        "It starts on %(start)s; the profile’s time ends on %(until)s.",
        start=pages.day(f["start_on"]),
        until=pages.day(f["until_on"]),
    ),
    Gate.OVERLAP: lambda f: _(
        "Live meetings need %(needed)s minutes a week in common; the two have %(common)s.",
        needed=f["needed"],
        common=f["common"],
    ),
    Gate.CAPACITY: lambda f: _("There are already as many placements as the profile allows (%(n)s).", n=f["capacity"]),
    Gate.DECLINED_BEFORE: lambda _f: _("This match was declined or withdrawn before."),
}
OPENS: dict[Gate, Callable[[], str]] = {
    Gate.NOT_OPEN: lambda: _("Look for a similar request, or ask the coordinator whether it will open again."),
    Gate.NOT_READY: lambda: _("Complete the profile and send it for checks; the coordinator works on the rest."),
    Gate.LANGUAGE: lambda: _("If you speak it, add the language and your level to your profile."),
    Gate.SKILLS: lambda: _("If you have the skill, add it with your level to your profile."),
    Gate.HOURS: lambda: _("If you can give more, raise the hours a week in your profile."),
    Gate.DATES: lambda: _("If you can stay longer, change the last date in your profile."),
    Gate.OVERLAP: lambda: _("Add times of availability that meet the hospital’s times below."),
    Gate.CAPACITY: lambda: _("When a placement ends, or if you allow more in your profile, this opens."),
    Gate.DECLINED_BEFORE: lambda: _("Ask the coordinator if something has changed since."),
}


def why(closed: Closed) -> str:
    """Why this gate is closed."""
    return WHY[closed.gate](closed.facts)


def opens(closed: Closed) -> str:
    """What would open it, said to the volunteer."""
    return OPENS[closed.gate]()


def explain(part: Contribution) -> str:
    """What a factor's points come from."""
    return _explained(locale(), part.factor, tuple(part.facts.items()))


@lru_cache(maxsize=5_000)
def _explained(_locale: str, factor: Factor, known: tuple[tuple[str, Any], ...]) -> str:
    facts = dict(known)
    if factor is Factor.LANGUAGE and "language" in facts:
        return vocabulary.language_name(facts["language"])
    if factor is Factor.SKILLS and "asked" in facts:
        return _("%(met)s of %(asked)s at the level asked", met=facts["met"], asked=facts["asked"])
    if factor is Factor.OVERLAP:
        if "minutes" not in facts:
            return _("done in one’s own time")
        return _("%(hours)s a week", hours=pages.hours(facts["minutes"]))
    if factor is Factor.SPECIALTY:
        return _("the one asked for") if facts["met"] else _("another one")
    if factor is Factor.HOURS:
        return _(
            "%(given)s offered, %(asked)s asked", given=pages.hours(facts["given"]), asked=pages.hours(facts["asked"])
        )
    return ""


def in_short(fit: Fit) -> str:
    """The reasons that weigh most, in one line of a list."""
    told = [(part, explain(part)) for part in sorted(fit.contributions, key=lambda part: -part.points)[:3]]
    return "; ".join(f"{pages.label(part.factor)}: {words}" for part, words in told if words)


def asked_skills(asked: RequestFacts) -> list[tuple[str, SkillLevel, bool]]:
    """(name, level, required) of each skill asked for, the required ones first."""
    marked = [(code, rank, True) for code, rank in asked.required] + [(c, r, False) for c, r in asked.welcome]
    return [(vocabulary.skill_name(code), skill_level(rank), required) for code, rank, required in marked]


def asked_languages(asked: RequestFacts) -> list[tuple[str, LanguageLevel]]:
    """(name, level) of each language in which the work can be done."""
    return [(vocabulary.language_name(code), language_level(rank)) for code, rank in sorted(asked.languages.items())]


def skills_against(volunteer: VolunteerFacts, asked: RequestFacts) -> list[tuple[str, str]]:
    """(name, level held or "not in the profile") of each skill asked for, the required ones first."""
    return [
        (
            _("%(name)s, required", name=name) if required else name,
            pages.label(skill_level(rank)) if (rank := volunteer.levels.get(code, 0)) else _("not in the profile"),
        )
        for (code, _level), (name, _asked, required) in zip(
            (*asked.required, *asked.welcome), asked_skills(asked), strict=True
        )
    ]


def other_skills(volunteer: VolunteerFacts, asked: RequestFacts) -> str:
    """What else a volunteer can do, in one sentence; empty for nothing else."""
    wanted = {code for code, _level in (*asked.required, *asked.welcome)}
    return ", ".join(vocabulary.skill_name(code) for code, _level in volunteer.skills if code not in wanted)


def held_languages(volunteer: VolunteerFacts) -> str:
    """A volunteer's languages with their levels, in one sentence."""
    parts = [
        f"{vocabulary.language_name(code)} ({pages.label(language_level(rank))})"
        for code, rank in sorted(volunteer.languages.items())
    ]
    return ", ".join(parts) or "—"
