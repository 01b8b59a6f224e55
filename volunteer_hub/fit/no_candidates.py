"""Why nobody can take a request on, in words: how many ready volunteers each gate keeps out."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from volunteer_hub.core import template_filters
from volunteer_hub.core.i18n import translate as _
from volunteer_hub.core.i18n import translate_plural as ngettext
from volunteer_hub.fit.explain import format_languages as languages_in_words
from volunteer_hub.fit.explain import format_skills as skills_in_words
from volunteer_hub.fit.rules import LIVE_SHARE_MINUTES, Gate, RequestFacts


def explain_no_candidates(closed: Mapping[Gate, int], asked: RequestFacts, *, ready: int) -> list[str]:
    """Why no ready volunteer can take a request on: for how many each gate is closed. Numbers, and nobody's name."""
    if not ready:
        return [_("Nobody is ready at present.")]
    told = [ngettext("%(num)s volunteer is ready.", "%(num)s volunteers are ready.", ready)]
    apart = closed.get(Gate.CONFLICT, 0) + closed.get(Gate.EXCLUDED, 0)
    counts = {gate: number for gate, number in closed.items() if number and gate in GATE_COUNT_TEXT}
    told += [GATE_COUNT_TEXT[gate](asked, counts[gate]) for gate in Gate if gate in counts]
    if apart:
        told.append(
            ngettext("%(num)s is not put together with it.", "%(num)s are not put together with it.", min(apart, ready))
        )
    return told


def _role(asked: RequestFacts, number: int) -> str:
    if not asked.is_allowed_remotely:
        return _("This programme does not give this kind of support remotely.")
    return ngettext("%(num)s is on no professional register.", "%(num)s are on no professional register.", number)


GATE_COUNT_TEXT: dict[Gate, Callable[[RequestFacts, int], str]] = {
    Gate.ROLE: _role,
    Gate.DECLINED_BEFORE: lambda _r, n: ngettext(
        "%(num)s said no, or was told no, before.", "%(num)s said no, or were told no, before.", n
    ),
    Gate.RELEASED_BEFORE: lambda _r, n: ngettext(
        "%(num)s had a placement of it that ended early.", "%(num)s had a placement of it that ended early.", n
    ),
    Gate.LANGUAGE: lambda r, n: ngettext(
        "%(num)s does not speak %(languages)s.",
        "%(num)s do not speak %(languages)s.",
        n,
        languages=languages_in_words({"languages": r.languages}),
    ),
    Gate.SKILLS: lambda r, n: ngettext(
        "%(num)s does not have every required skill: %(skills)s.",
        "%(num)s do not have every required skill: %(skills)s.",
        n,
        skills=skills_in_words({"skills": r.required}),
    ),
    Gate.HOURS: lambda r, n: ngettext(
        "%(num)s has less than %(hours)s a week free.",
        "%(num)s have less than %(hours)s a week free.",
        n,
        hours=template_filters.hours(r.weekly_minutes),
    ),
    Gate.DATES: lambda _r, n: ngettext(
        "%(num)s is not there for half of the weeks.", "%(num)s are not there for half of the weeks.", n
    ),
    Gate.OVERLAP: lambda r, n: ngettext(
        "%(num)s has less than %(time)s in common with the hospital in every week.",
        "%(num)s have less than %(time)s in common with the hospital in every week.",
        n,
        time=template_filters.duration(LIVE_SHARE_MINUTES[r.delivery]),
    ),
    Gate.CAPACITY: lambda _r, n: ngettext(
        "%(num)s has as many placements as they have room for.",
        "%(num)s have as many placements as they have room for.",
        n,
    ),
}
