"""Builds each role's part of the landing page. Every part has its `urgency`: (late, waiting) counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.accounts.states import AccountState
from volunteer_hub.budgets.purposes import describe_purposes
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.jobs import rules as job_rules
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching import queries as matching
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.reports import links, rules, wording
from volunteer_hub.reports.queries import attention, counts, money, monthly_hours, own_records, placement_health
from volunteer_hub.volunteers.states import VolunteerState

Part = dict[str, Any]


def _attention(person: Viewer, role: Role, instant: dt.datetime, *, limit: int = 3) -> Part:
    """Return what needs attention in one role, with the list behind each kind, and its urgency."""
    groups = attention.list_groups(rules.ATTENTION_BY_ROLE[role], person.in_role(role), now=instant, limit=limit)
    return {
        "groups": groups,
        "lists": {g.kind: links.attention_list_url(g.kind, viewer=person, role=role) for g in groups},
        "item_url": links.item_url,
        "urgency": rules.urgency(attention.count_by_kind(groups)),
    }


def volunteer(person: Viewer, instant: dt.datetime) -> Part:
    """Return a volunteer's next step, invitations to answer, and placements with the hours of this month."""
    row = own_records.find_own_volunteer(person)
    (month,) = rules.last_months(instant.date(), 1)
    state = row.state if row else VolunteerState.REGISTERED
    return _attention(person, Role.VOLUNTEER, instant) | {
        "volunteer": row,
        "next_step": wording.next_step(state),
        "needs_step": rules.needs_step(state),
        "answered_matches": rules.list_answered(matching.list_mine(person, limit=20)),
        "placements": own_records.list_own_placements(person, month=month),
        "log_url": links.log_hours_url,
        "hours_url": links.placement_hours_url,
    }


def partner(person: Viewer, instant: dt.datetime) -> Part:
    """Return what needs a hospital contact's attention, requests and placements by state, hours by month."""
    own = person.in_role(Role.PARTNER)
    state_counts = counts.count_by_state(own, RequestState, PlacementState)
    return _attention(person, Role.PARTNER, instant) | _current_work(person, Role.PARTNER, state_counts, instant)


def director(person: Viewer, instant: dt.datetime) -> Part:
    """Return decisions with their age, what else needs attention, and how each placement is doing."""
    own = person.in_role(Role.DIRECTOR)
    state_counts = counts.count_by_state(own, RequestState, PlacementState)
    decisions = counts.count_pending_decisions(own, now=instant)
    part = _attention(person, Role.DIRECTOR, instant) | _current_work(person, Role.DIRECTOR, state_counts, instant)
    return part | {
        "decisions": decisions,
        "urgency": rules.urgency(attention.count_by_kind(part["groups"]), late=decisions.late),
        "health": placement_health.list_quietest_placements(own),
    }


def _current_work(person: Viewer, role: Role, state_counts: counts.StateCounts, instant: dt.datetime) -> Part:
    """Return requests and placements by state and hours by month, within one role's scope."""
    months = monthly_hours.list_monthly_hours(person.in_role(role), rules.last_months(instant.date()))
    key = role.value
    scope: Mapping[str, Any] = {"viewer": person, "role": role}
    hidden = rules.HIDDEN_STATES.get(role, frozenset())
    requests, placements = state_counts[RequestState], state_counts[PlacementState]
    return {
        "role_param": links.role_param(person, role),
        "is_empty": rules.is_empty(requests, placements),
        "requests": wording.states_chart(f"{key}-requests", _("Requests"), requests, **scope, exclude=hidden),
        "placements": wording.states_chart(f"{key}-placements", _("Placements"), placements, **scope),
        "hours": wording.hours_sparkline(f"{key}-hours", months),
    }


def coordinator(person: Viewer, instant: dt.datetime) -> Part:
    """Return the dashboard of the whole programme."""
    own = person.in_role(Role.COORDINATOR)
    state_counts = counts.count_by_state(own, VolunteerState, RequestState, PlacementState, ProgrammeState)
    scope: Mapping[str, Any] = {"viewer": person, "role": Role.COORDINATOR}
    decisions = counts.count_pending_decisions(own, now=instant)
    balances = money.list_fund_balances()
    part = _attention(person, Role.COORDINATOR, instant, limit=2)
    return part | {
        "role_param": links.role_param(person, Role.COORDINATOR),
        "first_steps": rules.first_steps(
            programme=state_counts[ProgrammeState],
            volunteer=state_counts[VolunteerState],
            request=state_counts[RequestState],
        ),
        "decisions": decisions,
        "volunteers": wording.states_chart(
            "volunteers", _("Volunteers by readiness"), state_counts[VolunteerState], **scope
        ),
        "requests": wording.states_chart("requests", _("Requests by state"), state_counts[RequestState], **scope),
        "placements": wording.states_chart(
            "placements", _("Placements by state"), state_counts[PlacementState], **scope
        ),
        "hours": wording.hours_chart(
            "hours", monthly_hours.list_monthly_hours(None, rules.last_months(instant.date()))
        ),
        "balances": balances,
        "money": wording.money_chart("money", balances, linked=True),
    }


def finance(person: Viewer, instant: dt.datetime) -> Part:
    """Return the funds, their allocations by state, the latest journals, and programmes without money."""
    balances, journals = money.list_fund_balances(), money.list_recent_journals()
    states_by_fund = money.count_allocations_by_state()
    part = _attention(person, Role.FINANCE, instant)
    return part | {
        "balances": balances,
        "money": wording.money_chart("finance-money", balances, linked=True),
        "allocation_states": {fund_id: wording.list_money_states(sums) for fund_id, sums in states_by_fund.items()},
        "journals": journals,
        "purposes": describe_purposes((journal.purpose for journal, _fund, _minor in journals), person),
        "unfunded_programmes": money.list_unfunded_programmes(),
    }


def funder(person: Viewer, instant: dt.datetime) -> Part:
    """Return figures from which nobody can be identified: small counts are hidden, and no list is behind them."""
    state_counts = counts.count_by_state(None, VolunteerState, RequestState, PlacementState)
    tables = {
        subject: rules.suppress_small_counts(rules.group_states(state_counts, subject))
        for subject in ("volunteers", "requests", "placements")
    }
    countries = rules.suppress_small_counts(counts.count_placements_by_country())
    months = monthly_hours.list_monthly_hours(None, rules.last_months(instant.date()))
    names = wording.public_group_names()
    balances = money.list_fund_balances()
    titles = {"volunteers": _("Volunteers"), "requests": _("Requests"), "placements": _("Placements")}
    charts = [
        (wording.public_counts_chart(f"funder-{subject}", titles[subject], table, names), table)
        for subject, table in tables.items()
    ]
    if not (countries.has_hidden or tables["placements"].has_hidden):
        # Both tables count the same placements: a count hidden in one could be derived from the other.
        by_country = {name: name for name in countries.cells}
        charts.append(
            (
                wording.public_counts_chart("funder-countries", _("Placements by country"), countries, by_country),
                countries,
            )
        )
    return {
        "urgency": (0, 0),
        "charts": charts,
        "hours": wording.public_hours_chart("funder-hours", months) if rules.has_publishable_month(months) else None,
        "without_countries": countries.has_hidden or tables["placements"].has_hidden,
        "balances": balances,
        "money": wording.money_chart("funder-money", balances),
        "smallest": rules.MIN_PUBLISHED_COUNT,
    }


def admin(person: Viewer, instant: dt.datetime) -> Part:
    """Return accounts and e-mails by state, jobs with their last failure, and the last check of the audit log."""
    state_counts = counts.count_by_state(person, AccountState, MailState)
    runs = job_runs.list_job_outcomes()
    part = _attention(person, Role.ADMIN, instant)
    scope: Mapping[str, Any] = {"viewer": person, "role": Role.ADMIN}
    return part | {
        "urgency": rules.urgency(attention.count_by_kind(part["groups"]), late=job_rules.count_failed(runs)),
        "accounts": wording.states_chart("accounts", _("Accounts by state"), state_counts[AccountState], **scope),
        "mail": wording.states_chart("mail", _("E-mails by state"), state_counts[MailState], **scope),
        "runs": runs,
        "failed_runs": [run for run in runs if run.error],
        "is_scheduler_down": job_rules.is_scheduler_down(job_runs.last_heartbeat_at(), instant),
        "audit_check": next((run for run in runs if run.job == job_rules.AUDIT_CHECK), None),
        "jobs_url": links.job_list_url(),
    }


PARTS: Mapping[Role, Callable[[Viewer, dt.datetime], Part]] = {
    Role.VOLUNTEER: volunteer,
    Role.PARTNER: partner,
    Role.DIRECTOR: director,
    Role.COORDINATOR: coordinator,
    Role.FINANCE: finance,
    Role.FUNDER: funder,
    Role.ADMIN: admin,
}
