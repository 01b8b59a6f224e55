"""Explanation of an empty shortlist: how many ready volunteers each gate excludes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from volunteer_hub.core import template_filters
from volunteer_hub.core.i18n import translate as _
from volunteer_hub.core.i18n import translate_plural as ngettext
from volunteer_hub.fit.explain import format_languages, format_skills
from volunteer_hub.fit.rules import MIN_LIVE_MINUTES_PER_WEEK, Gate, RequestFacts


def explain_no_candidates(failed_gates: Mapping[Gate, int], request: RequestFacts, *, ready: int) -> list[str]:
    """Return the lines that explain why no ready volunteer is eligible, with counts only, no names.

    `failed_gates`: number of ready volunteers by closed gate; `ready`: number of ready volunteers.
    """
    if not ready:
        return [_("Nobody is ready at present.")]
    lines = [ngettext("%(num)s volunteer is ready.", "%(num)s volunteers are ready.", ready)]
    confidential_count = failed_gates.get(Gate.CONFLICT, 0) + failed_gates.get(Gate.EXCLUDED, 0)
    counts = {gate: count for gate, count in failed_gates.items() if count and gate in GATE_COUNT_TEXT}
    lines += [GATE_COUNT_TEXT[gate](request, counts[gate]) for gate in Gate if gate in counts]
    if confidential_count:
        lines.append(
            ngettext(
                "%(num)s is not put together with it.",
                "%(num)s are not put together with it.",
                min(confidential_count, ready),
            )
        )
    return lines


def _role(request: RequestFacts, count: int) -> str:
    if not request.is_allowed_remotely:
        return _("This programme does not give this kind of support remotely.")
    return ngettext("%(num)s is on no professional register.", "%(num)s are on no professional register.", count)


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
        languages=format_languages({"languages": r.languages}),
    ),
    Gate.SKILLS: lambda r, n: ngettext(
        "%(num)s does not have every required skill: %(skills)s.",
        "%(num)s do not have every required skill: %(skills)s.",
        n,
        skills=format_skills({"skills": r.required}),
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
        time=template_filters.duration(MIN_LIVE_MINUTES_PER_WEEK[r.delivery]),
    ),
    Gate.CAPACITY: lambda _r, n: ngettext(
        "%(num)s has as many placements as they have room for.",
        "%(num)s have as many placements as they have room for.",
        n,
    ),
}
