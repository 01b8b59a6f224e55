"""What each role's part of the landing page shows. Every part tells its urgency: (late, waiting)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from volunteer_hub.accounts.states import AccountState
from volunteer_hub.budgets import purposes
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.mail.states import MailState
from volunteer_hub.matching import queries as matching
from volunteer_hub.partner_requests.states import RequestState
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.programmes.states import ProgrammeState
from volunteer_hub.reports import links, rules, wording
from volunteer_hub.reports.queries import attention, counts, money, monthly_hours, own_records, placement_health
from volunteer_hub.volunteers.states import VolunteerState

Part = dict[str, Any]


def _waiting(person: Viewer, role: Role, instant: dt.datetime, *, most: int = 3) -> Part:
    """What waits for somebody in one role, with the list behind each kind, and how urgent it is."""
    groups = attention.list_groups(rules.ATTENTION_BY_ROLE[role], person.only(role), now=instant, limit=most)
    return {
        "groups": groups,
        "lists": {g.kind: links.attention_list_url(g.kind, viewer=person, role=role) for g in groups},
        "row_url": links.item_url,
        "urgency": rules.urgency(attention.count_by_kind(groups)),
    }


def volunteer(person: Viewer, instant: dt.datetime) -> Part:
    """A volunteer's next step, what waits for an answer, placements with the hours of this month."""
    row = own_records.find_own_volunteer(person)
    (month,) = rules.last_months(instant.date(), 1)
    state = row.state if row else VolunteerState.REGISTERED
    return _waiting(person, Role.VOLUNTEER, instant) | {
        "volunteer": row,
        "next_step": wording.next_step(state),
        "needs_step": rules.needs_step(state),
        "told": rules.list_answered(matching.list_mine(person, limit=20)),
        "placements": own_records.list_own_placements(person, month=month),
        "log_url": links.log_hours_url,
        "hours_url": links.placement_hours_url,
    }


def partner(person: Viewer, instant: dt.datetime) -> Part:
    """What waits for a hospital's contact, requests and placements by state, hours by month."""
    own = person.only(Role.PARTNER)
    found = counts.count_by_state(own, RequestState, PlacementState)
    return _waiting(person, Role.PARTNER, instant) | _going_on(person, Role.PARTNER, found, instant)


def director(person: Viewer, instant: dt.datetime) -> Part:
    """Decisions with their age, what else waits, how each placement is."""
    own = person.only(Role.DIRECTOR)
    found = counts.count_by_state(own, RequestState, PlacementState)
    decisions = counts.count_pending_decisions(own, now=instant)
    part = _waiting(person, Role.DIRECTOR, instant) | _going_on(person, Role.DIRECTOR, found, instant)
    return part | {
        "decisions": decisions,
        "urgency": rules.urgency(attention.count_by_kind(part["groups"]), late=decisions.late),
        "health": placement_health.list_quietest_placements(own),
    }


def _going_on(person: Viewer, role: Role, found: counts.StateCounts, instant: dt.datetime) -> Part:
    """Requests and placements by state and hours by month, in one role's reach."""
    months = monthly_hours.list_monthly_hours(person.only(role), rules.last_months(instant.date()))
    key = role.value
    of_whom: Mapping[str, Any] = {"viewer": person, "role": role}
    hidden = rules.HIDDEN_STATES.get(role, frozenset())
    requests, placements = found[RequestState], found[PlacementState]
    return {
        "mine": links.role_param(person, role),
        "nothing": rules.is_empty(requests, placements),
        "requests": wording.states_chart(f"{key}-requests", _("Requests"), requests, **of_whom, left_out=hidden),
        "placements": wording.states_chart(f"{key}-placements", _("Placements"), placements, **of_whom),
        "hours": wording.hours_sparkline(f"{key}-hours", months),
    }


def coordinator(person: Viewer, instant: dt.datetime) -> Part:
    """The dashboard of the whole programme."""
    own = person.only(Role.COORDINATOR)
    found = counts.count_by_state(own, VolunteerState, RequestState, PlacementState, ProgrammeState)
    of_whom: Mapping[str, Any] = {"viewer": person, "role": Role.COORDINATOR}
    decisions = counts.count_pending_decisions(own, now=instant)
    purses = money.list_fund_balances()
    part = _waiting(person, Role.COORDINATOR, instant, most=2)
    return part | {
        "mine": links.role_param(person, Role.COORDINATOR),
        "first_steps": rules.first_steps(
            programme=found[ProgrammeState], volunteer=found[VolunteerState], request=found[RequestState]
        ),
        "decisions": decisions,
        "volunteers": wording.states_chart(
            "volunteers", _("Volunteers by readiness"), found[VolunteerState], **of_whom
        ),
        "requests": wording.states_chart("requests", _("Requests by state"), found[RequestState], **of_whom),
        "placements": wording.states_chart("placements", _("Placements by state"), found[PlacementState], **of_whom),
        "hours": wording.hours_chart(
            "hours", monthly_hours.list_monthly_hours(None, rules.last_months(instant.date()))
        ),
        "purses": purses,
        "money": wording.money_chart("money", purses, linked=True),
    }


def finance(person: Viewer, instant: dt.datetime) -> Part:
    """Funds, allocations by how far their money has gone, the latest movements, what is not set aside."""
    purses, moved = money.list_fund_balances(), money.list_recent_journals()
    by_state = money.count_allocations_by_state()
    part = _waiting(person, Role.FINANCE, instant)
    return part | {
        "purses": purses,
        "money": wording.money_chart("finance-money", purses, linked=True),
        "aside": {one: wording.list_money_states(found) for one, found in by_state.items()},
        "moved": moved,
        "purposes": purposes.told((journal.purpose for journal, _fund, _minor in moved), person),
        "without_fund": money.list_unfunded_programmes(),
    }


def funder(person: Viewer, instant: dt.datetime) -> Part:
    """Figures without people: small counts hidden, no list behind them."""
    found = counts.count_by_state(None, VolunteerState, RequestState, PlacementState)
    tables = {
        about: rules.suppress_small_counts(rules.group_states(found, about))
        for about in ("volunteers", "requests", "placements")
    }
    countries = rules.suppress_small_counts(counts.count_placements_by_country())
    months = monthly_hours.list_monthly_hours(None, rules.last_months(instant.date()))
    names = wording.public_group_names()
    purses = money.list_fund_balances()
    titles = {"volunteers": _("Volunteers"), "requests": _("Requests"), "placements": _("Placements")}
    charts = [
        (wording.public_counts_chart(f"funder-{about}", titles[about], table, names), table)
        for about, table in tables.items()
    ]
    if not (countries.has_hidden or tables["placements"].has_hidden):
        # Both tables count the same placements: what one hides the other would give away.
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
        "purses": purses,
        "money": wording.money_chart("funder-money", purses),
        "smallest": rules.MIN_PUBLISHED_COUNT,
    }


def admin(person: Viewer, instant: dt.datetime) -> Part:
    """Accounts, e-mails, jobs with their last failure, when the audit trail was last verified."""
    found = counts.count_by_state(person, AccountState, MailState)
    runs = placement_health.list_job_outcomes()
    part = _waiting(person, Role.ADMIN, instant)
    of_whom: Mapping[str, Any] = {"viewer": person, "role": Role.ADMIN}
    return part | {
        "urgency": rules.urgency(attention.count_by_kind(part["groups"]), late=rules.count_failed(runs)),
        "accounts": wording.states_chart("accounts", _("Accounts by state"), found[AccountState], **of_whom),
        "mail": wording.states_chart("mail", _("E-mails by state"), found[MailState], **of_whom),
        "runs": runs,
        "failed": [run for run in runs if run.error],
        "stands_still": rules.is_scheduler_down(placement_health.last_heartbeat_at(), instant),
        "verified": next((run for run in runs if rules.is_audit_check(run.job)), None),
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
