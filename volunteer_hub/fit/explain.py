"""Explanations of a fit: which gates are closed, what would open them, and where each factor's points come from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any

from volunteer_hub.core import template_filters
from volunteer_hub.core.i18n import locale
from volunteer_hub.core.i18n import translate as _
from volunteer_hub.core.i18n import translate_plural as ngettext
from volunteer_hub.fit.gate_advice import advise_volunteer
from volunteer_hub.fit.rules import (
    CONFIDENTIAL_GATES,
    Contribution,
    Factor,
    FailedGate,
    Fit,
    Gate,
    RequestFacts,
    VolunteerFacts,
)
from volunteer_hub.partner_requests.states import RequestState, Urgency
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.states import LanguageLevel, SkillLevel, SupportKind, language_level, skill_level

Facts = Mapping[str, Any]


def format_languages(facts: Facts) -> str:
    """Return the requested languages with their levels, joined by "or"; `facts` needs `languages`, ranks by code."""
    parts = [
        f"{vocabulary.language_name(code)} ({template_filters.label(language_level(rank))})"
        for code, rank in sorted(facts["languages"].items())
    ]
    return _(" or ").join(parts)


def format_skills(facts: Facts) -> str:
    """Return skills with their levels, joined by commas; `facts` needs `skills`, pairs of code and rank."""
    return ", ".join(
        f"{vocabulary.skill_name(code)} ({template_filters.label(skill_level(rank)).lower()})"
        for code, rank in facts["skills"]
    )


def _hours(facts: Facts) -> str:
    requested_hours, offered_hours = template_filters.hours(facts["asked"]), template_filters.hours(facts["given"])
    if not facts["promised"]:
        return _(
            "It asks for %(asked)s a week; the profile offers %(given)s.", asked=requested_hours, given=offered_hours
        )
    return _(
        "It asks for %(asked)s a week; the profile offers %(given)s, of which %(promised)s are promised already.",
        asked=requested_hours,
        given=offered_hours,
        promised=template_filters.hours(facts["promised"]),
    )


def _dates(facts: Facts) -> str:
    start, until_on, from_on = template_filters.day(facts["start_on"]), facts["until_on"], facts["from_on"]
    if until_on and until_on < facts["start_on"]:
        return _(
            "It starts on %(start)s; the profile’s time ends on %(until)s.",
            start=start,
            until=template_filters.day(until_on),
        )
    return _(
        "It starts on %(start)s and takes %(weeks)s; the profile’s time, %(since)s to %(until)s, covers less than half of it.",
        start=start,
        weeks=template_filters.weeks(facts["weeks"]),
        since=template_filters.day(from_on) if from_on else _("now"),
        until=template_filters.day(until_on) if until_on else _("no end"),
    )


def _explain_confidential_gate() -> str:
    """Return one sentence for a conflict of interest and for an exclusion: which of them it is is confidential."""
    return _("The two are not put together. The coordinator knows why.")


GATE_TEXT: dict[Gate, Callable[[Facts], str]] = {
    Gate.NOT_OPEN: lambda _f: _("This request is no longer open, its seats are taken, or its programme has closed."),
    Gate.NOT_READY: lambda _f: _("Not every readiness check is met and in date."),
    Gate.LANGUAGE: lambda f: _("The work needs %(languages)s.", languages=format_languages(f)),
    Gate.SKILLS: lambda f: _("Required and not in the profile: %(skills)s.", skills=format_skills(f)),
    Gate.HOURS: lambda f: _hours(f),
    Gate.DATES: lambda f: _dates(f),
    Gate.OVERLAP: lambda f: _(
        "Live meetings need %(needed)s minutes in common in every week; in the poorest week the two have %(common)s.",
        needed=f["needed"],
        common=f["common"],
    ),
    Gate.CAPACITY: lambda f: _("There are already as many placements as the profile allows (%(n)s).", n=f["capacity"]),
    Gate.DECLINED_BEFORE: lambda _f: _("This match was declined or withdrawn before."),
    Gate.RELEASED_BEFORE: lambda _f: _("An earlier placement of the two ended early."),
    Gate.AGREEMENT: lambda _f: _(
        "No data-sharing agreement with this hospital is in force, so nobody can be proposed to it."
    ),
    Gate.CONFLICT: lambda _f: _explain_confidential_gate(),
    Gate.EXCLUDED: lambda _f: _explain_confidential_gate(),
    Gate.ROLE: lambda f: (
        _("This programme does not give this kind of support remotely.")
        if f["regulated"]
        else _("Only somebody on a professional register takes part in discussing cases remotely.")
    ),
}


ENDED_REQUEST_TEXT: dict[RequestState, Callable[[], str]] = {
    RequestState.FILLED: lambda: _("All seats of this request are taken."),
    RequestState.CLOSED: lambda: _("This request is closed: its work is done, or goes on without further volunteers."),
    RequestState.WITHDRAWN: lambda: _("The hospital has withdrawn this request."),
    RequestState.EXPIRED: lambda: _("The last day to answer this request has passed."),
}


def explain_ended_request(state: RequestState) -> str:
    """Return why a request that was open is closed to new volunteers; empty for states that outsiders need not know."""
    text = ENDED_REQUEST_TEXT.get(state)
    return text() if text else ""


def explain_gate(failed_gate: FailedGate) -> str:
    """Return why this gate is closed."""
    return GATE_TEXT[failed_gate.gate](failed_gate.facts)


def explain_refusal(failed_gates: Iterable[FailedGate]) -> str:
    """Return why closed gates refuse an action, as one text; the neutral sentence of confidential gates stands once."""
    return " ".join(dict.fromkeys(explain_gate(failed_gate) for failed_gate in failed_gates))


def explain_failed_gates(fit: Fit) -> list[tuple[str, str]]:
    """Return (why it is closed, what would open it) of the closed gates, each pair of sentences once."""
    return list(
        dict.fromkeys((explain_gate(failed_gate), advise_volunteer(failed_gate)) for failed_gate in fit.failed_gates)
    )


def explain_every_gate(fit: Fit, *, names_private: bool) -> list[tuple[str, str]]:
    """Return (name, why it is closed or "") of every gate. Unless `names_private`, confidential gates share one line."""
    reasons = {failed_gate.gate: explain_gate(failed_gate) for failed_gate in fit.failed_gates}
    listed_gates = [(gate, reasons.get(gate, "")) for gate in Gate if names_private or gate not in CONFIDENTIAL_GATES]
    lines = [(template_filters.label(gate), reason) for gate, reason in listed_gates]
    if names_private:
        return lines
    return [
        *lines,
        (
            _("May be put together"),
            next((reasons[gate] for gate in Gate if gate in CONFIDENTIAL_GATES & set(reasons)), ""),
        ),
    ]


def explain_contribution(part: Contribution) -> str:
    """Return where a factor's points come from, and for skills where the remaining points would come from."""
    text, facts = _factor_text(part), part.facts
    if (
        part.factor is Factor.SKILLS
        and facts.get("asked")
        and facts["met"] == facts["asked"]
        and part.points < part.out_of
    ):
        return _("%(told)s; above that level it earns the rest", told=text)
    return text


def _factor_text(part: Contribution) -> str:
    return _format_factor_facts(locale(), part.factor, tuple(part.facts.items()))


FACTOR_TEXT: dict[Factor, Callable[[Facts], str]] = {
    Factor.LANGUAGE: lambda f: (
        _("%(language)s, %(level)s", language=vocabulary.language_name(f["language"]), level=_level(f["rank"]))
        if "language" in f
        else _("any language")
    ),
    Factor.SKILLS: lambda f: (
        _("%(met)s of %(asked)s at the level asked", met=f["met"], asked=f["asked"])
        if "asked" in f
        else _("none asked")
    ),
    Factor.OVERLAP: lambda f: (
        _("%(hours)s a week", hours=template_filters.hours(f["minutes"]))
        if "minutes" in f
        else _("done in one’s own time")
    ),
    Factor.SPECIALTY: lambda f: _specialty(f),
    Factor.HOURS: lambda f: _(
        "%(given)s free, %(asked)s asked",
        given=template_filters.hours(f["given"]),
        asked=template_filters.hours(f["asked"]),
    ),
    Factor.DURATION: lambda f: _(
        "there for %(weeks)s of %(asked)s", weeks=f["weeks"], asked=template_filters.weeks(f["asked"])
    ),
    Factor.EXPERIENCE: lambda f: _experience(f),
    Factor.GOALS: lambda f: (
        _("a kind of support they want to grow in") if f["met"] else _("not among the goals chosen")
    ),
    Factor.URGENCY: lambda f: template_filters.label(Urgency(f["urgency"])),
    Factor.WAITING: lambda f: ngettext("open for %(num)s day", "open for %(num)s days", f["days"]),
    Factor.FAIRNESS: lambda f: _fairness(f),
}


def _level(rank: int) -> str:
    return template_filters.label(language_level(rank)) if rank else _("not in the profile")


def _specialty(facts: Facts) -> str:
    if facts.get("declined"):
        return _("declined before as not their field")
    if facts["met"]:
        return _("the one asked for")
    return _("one of the same group") if facts.get("group") else _("another one")


def _experience(facts: Facts) -> str:
    parts = [_("employer is the hospital’s partner")] if facts["twinned"] else []
    if facts["completed"]:
        parts.append(ngettext("%(num)s placement seen through", "%(num)s placements seen through", facts["completed"]))
    return ", ".join(parts) or _("none here yet")


def _fairness(facts: Facts) -> str:
    volunteer = _("no match yet for the volunteer") if facts["first"] else _("the volunteer has had a match")
    hospital = ngettext("%(num)s match for the hospital", "%(num)s matches for the hospital", facts["placed"])
    return f"{volunteer}, {hospital}"


@lru_cache(maxsize=5_000)
def _format_factor_facts(_locale: str, factor: Factor, facts: tuple[tuple[str, Any], ...]) -> str:
    return FACTOR_TEXT[factor](dict(facts))


def summarise(fit: Fit) -> str:
    """Return the three largest contributions with their reasons, as one line for a list."""
    texts = [(part, _factor_text(part)) for part in sorted(fit.contributions, key=lambda part: -part.points)[:3]]
    return "; ".join(f"{template_filters.label(part.factor)}: {text}" for part, text in texts if text)


def list_requested_skills(request: RequestFacts) -> list[tuple[str, SkillLevel, bool]]:
    """Return (name, level, required) of each requested skill, the required ones first."""
    skills = [(code, rank, True) for code, rank in request.required] + [
        (code, rank, False) for code, rank in request.welcome
    ]
    return [(vocabulary.skill_name(code), skill_level(rank), required) for code, rank, required in skills]


def list_requested_languages(request: RequestFacts) -> list[tuple[str, LanguageLevel]]:
    """Return (name, level) of each language in which the work can be done."""
    return [(vocabulary.language_name(code), language_level(rank)) for code, rank in sorted(request.languages.items())]


def compare_skills(volunteer: VolunteerFacts, request: RequestFacts) -> list[tuple[str, str]]:
    """Return (name, the volunteer's level or "not in the profile") of each requested skill, the required ones first."""
    return [
        (
            _("%(name)s, required", name=name) if required else name,
            template_filters.label(skill_level(rank))
            if (rank := volunteer.levels.get(code, 0))
            else _("not in the profile"),
        )
        for (code, _level), (name, _requested_level, required) in zip(
            (*request.required, *request.welcome), list_requested_skills(request), strict=True
        )
    ]


def describe_other_skills(volunteer: VolunteerFacts, request: RequestFacts) -> str:
    """Return the volunteer's skills that the request does not mention, as one text; "" for none."""
    requested = {code for code, _level in (*request.required, *request.welcome)}
    return ", ".join(vocabulary.skill_name(code) for code, _level in volunteer.skills if code not in requested)


def describe_languages(volunteer: VolunteerFacts) -> str:
    """Return a volunteer's languages with their levels, as one text."""
    parts = [
        f"{vocabulary.language_name(code)} ({template_filters.label(language_level(rank))})"
        for code, rank in sorted(volunteer.languages.items())
    ]
    return ", ".join(parts) or "—"


def describe_goals(volunteer: VolunteerFacts) -> str:
    """Return the kinds of support that the volunteer wants to learn, as one text."""
    return ", ".join(template_filters.label(kind) for kind in SupportKind if kind in volunteer.goals)
