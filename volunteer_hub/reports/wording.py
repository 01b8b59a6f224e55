"""Texts of the landing pages: the reason of each item that needs attention, and charts with their labels."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence

from babel.dates import format_date
from flask_babel import ngettext

from volunteer_hub.core import i18n, template_filters
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.i18n import translate as _
from volunteer_hub.mail.states import MailState
from volunteer_hub.placements.rules import list_start_blockers
from volunteer_hub.placements.states import PlacementState, ReleaseState
from volunteer_hub.placements.wording import describe_start_blockers
from volunteer_hub.reports import charts, links, rules
from volunteer_hub.reports.charts import Chart, ChartItem
from volunteer_hub.reports.queries.attention import AttentionItem
from volunteer_hub.reports.queries.counts import Counts
from volunteer_hub.reports.queries.money import FundBalance
from volunteer_hub.reports.queries.monthly_hours import MonthlyHours
from volunteer_hub.reports.states import Attention, MoneyState
from volunteer_hub.volunteers.states import VolunteerState

A = Attention
MINUTES_PER_HOUR = 60
HIDDEN_COUNT = "< 5"


def attention_reason(item: AttentionItem, *, now: dt.datetime) -> str:
    """Return why an item needs attention, in one sentence."""
    if item.at:
        since = template_filters.age(item.at, now)
        return _by_instant(item, since, template_filters.moment(item.at))
    return _by_day(item, item.day or now.date(), now)


def _by_instant(item: AttentionItem, since: str, moment: str) -> str:
    texts = {
        A.DECISION_LATE: _("The answer was due %(when)s, %(age)s ago.", when=moment, age=since),
        A.DECISION_WAITING: _("The answer is due by %(when)s.", when=moment),
        A.INVITATION: _("The answer is due by %(when)s.", when=moment),
        A.REQUEST_UNANSWERED: _("Sent %(age)s ago; the director has not opened or returned it.", age=since),
        A.REQUEST_TO_OPEN: _("Sent %(age)s ago.", age=since),
        A.RETURNED: _("Came back with questions %(age)s ago.", age=since),
        A.DRAFT: _("Last saved %(age)s ago; not sent yet.", age=since),
        A.NO_CANDIDATE: _("Open for %(age)s, and nobody has come forward or been invited.", age=since),
        A.LAPSED: _("A check ran out %(age)s ago; not matched since.", age=since),
        A.PROFILE_WAITING: _("Has waited for the checks for %(age)s.", age=since),
        A.ROUND_READY: _("Ready for %(age)s; nobody is asked before you release it.", age=since),
        A.PLAN_TO_AGREE: _("The workplan waits for a yes, as it stands now."),
    }
    return texts.get(item.kind) or _by_instant_and_count(item, since, moment)


def _by_instant_and_count(item: AttentionItem, since: str, moment: str) -> str:
    if item.kind is A.CANDIDATES:
        who = ngettext("%(num)s volunteer waits for an answer", "%(num)s volunteers wait for an answer", item.number)
        return _("%(who)s, the first by %(when)s.", who=who, when=moment)
    if item.kind is A.AGREEMENT_MISSING:
        requests = ngettext("%(num)s open request", "%(num)s open requests", item.number)
        return _("%(asks)s, and no data-sharing agreement in force: its people see no volunteer.", asks=requests)
    if item.kind is A.MAIL_TROUBLE:
        if MailState(item.extra) is MailState.FAILED:
            return _("Could not be delivered since %(when)s. Check the address.", when=moment)
        return _("May or may not have arrived %(when)s. Somebody decides whether to send it again.", when=moment)
    entries = ngettext("%(num)s entry", "%(num)s entries", item.number)
    amount = template_filters.duration(int(item.extra))
    return _("%(hours)s in %(entries)s; the first has waited %(age)s.", hours=amount, entries=entries, age=since)


def _by_day(item: AttentionItem, day: dt.date, now: dt.datetime) -> str:
    date = template_filters.day(day)
    if item.kind is A.START_PASSED:
        return _overdue_start(item, date, now)
    if item.kind is A.PLACEMENT_QUIET:
        if item.extra:
            return _("At work since %(day)s, and no hours logged yet.", day=date)
        return _("The last hours are of %(day)s.", day=date)
    if item.kind is A.HOURS_QUERIED:
        entries = ngettext("%(num)s entry has a question", "%(num)s entries have a question", item.number)
        return _("%(entries)s, the first of %(day)s.", entries=entries, day=date)
    if item.kind is A.ERASURE:
        return _("The law gives until %(day)s for an answer.", day=date)
    if item.kind is A.CHECK_EXPIRING:
        return _("Ready until %(day)s; a check has to be renewed before.", day=date)
    if item.kind is A.AGREEMENT_EXPIRING:
        return _("The agreement ends %(day)s. After that its people see no volunteer.", day=date)
    left = template_filters.money(int(item.extra), item.context)
    return _("%(percent)s %% is set aside for placements; %(left)s is free.", percent=item.number, left=left)


def _overdue_start(item: AttentionItem, date: str, now: dt.datetime) -> str:
    volunteer, partner, release = item.extra.split(",")
    codes = list_start_blockers(
        state=PlacementState.PLANNED,
        starts_on=item.day or now.date(),
        today=now.date(),
        volunteer_agrees=volunteer == "yes",
        partner_agrees=partner == "yes",
        release=ReleaseState(release) if release else None,
    )
    conditions = ", ".join(describe_start_blockers(codes)) or _("somebody to press “Start”")
    return _("Should have started %(day)s. It waits for: %(waits)s.", day=date, waits=conditions)


def states_chart(
    key: str, title: str, counts: Counts, *, viewer: Viewer, role: Role, exclude: frozenset[enum.StrEnum] = frozenset()
) -> Chart:
    """Return the numbers of rows by state as bars, each linked to its list."""
    items = [
        ChartItem(
            template_filters.label(state),
            (number,),
            (str(number),),
            (links.state_list_url(state, viewer=viewer, role=role),),
        )
        for state, number in counts.items()
        if state not in exclude
    ]
    return charts.bar_chart(key, title, items, series=(_("Number"),))


def _month_items(months: Sequence[MonthlyHours], *, split: bool) -> list[ChartItem]:
    locale = i18n.locale()
    return [
        ChartItem(
            format_date(month.month_start, "MMMM yyyy", locale=locale),
            (month.confirmed_minutes, month.unconfirmed_minutes)
            if split
            else (month.confirmed_minutes + month.unconfirmed_minutes,),
            (rules.format_hours(month.confirmed_minutes), rules.format_hours(month.unconfirmed_minutes))
            if split
            else (rules.format_hours(month.confirmed_minutes + month.unconfirmed_minutes),),
            short=format_date(month.month_start, "LLL", locale=locale)[:3],
        )
        for month in months
    ]


def hours_chart(key: str, months: Sequence[MonthlyHours]) -> Chart:
    """Return hours by month, confirmed and not confirmed (logged or queried), as columns."""
    series = (_("confirmed"), _("not confirmed yet"))
    return charts.column_chart(
        key, _("Hours by month"), _month_items(months, split=True), series=series, unit=MINUTES_PER_HOUR
    )


def hours_sparkline(key: str, months: Sequence[MonthlyHours]) -> Chart:
    """Return hours by month as a sparkline."""
    return charts.sparkline(key, _("Hours by month"), _month_items(months, split=False), series=(_("Hours"),))


def public_hours_chart(key: str, months: Sequence[MonthlyHours]) -> Chart:
    """Return hours by month for the funder; a month in which too few people worked is hidden."""
    hidden = [month.people < rules.MIN_PUBLISHED_COUNT for month in months]
    published = [MonthlyHours(month.month_start) if hide else month for month, hide in zip(months, hidden, strict=True)]
    items = [
        ChartItem(
            item.label, item.values, (HIDDEN_COUNT + " " + _("people"),) if hide else item.texts, short=item.short
        )
        for item, hide in zip(_month_items(published, split=False), hidden, strict=True)
    ]
    return charts.column_chart(key, _("Hours by month"), items, series=(_("Hours"),), unit=MINUTES_PER_HOUR)


def public_counts_chart(key: str, title: str, table: rules.PublishedCounts[str], names: Mapping[str, str]) -> Chart:
    """Return a bar chart of counts for the funder, hidden ones as text, without links to lists."""
    items = [
        ChartItem(names[code], (number or 0,), (_("hidden") if number is None else str(number),))
        for code, number in table.cells.items()
    ]
    return charts.bar_chart(key, title, items, series=(_("Number"),))


def money_chart(key: str, balances: Sequence[FundBalance], *, linked: bool = False) -> Chart:
    """Return one bar per fund: spent, reserved, allocated and unused, free. `linked`: with links to the allocations."""
    items = []
    for balance in balances:
        fund = balance.fund
        amounts = (balance.spent_minor, balance.reserved_minor, balance.allocations_free_minor, fund.available_minor)
        texts = tuple(template_filters.money(amount, fund.currency) for amount in amounts)
        urls = links.fund_urls(fund.id) if linked else ()
        items.append(ChartItem(fund.programme.name, amounts, texts, urls))
    series = (_("spent"), _("reserved"), _("set aside, not used yet"), _("free"))
    return charts.bar_chart(key, _("Where the money is"), items, series=series, whole=True)


def list_money_states(sums: Mapping[MoneyState, tuple[int, int]]) -> list[tuple[MoneyState, int, int]]:
    """Return (state, number of allocations, amount in minor units) of each state of a fund's allocations."""
    return [(state, *sums[state]) for state in MoneyState]


def public_group_names() -> dict[str, str]:
    """Return the names of the funder's groups of states (rules.PUBLIC_STATE_GROUPS)."""
    return {
        "volunteers_preparing": _("Preparing"),
        "volunteers_ready": _("Ready to be matched"),
        "volunteers_away": _("Not available now"),
        "requests_prepared": _("Being prepared"),
        "requests_open": _("Open"),
        "requests_filled": _("Filled"),
        "requests_ended": _("Ended"),
        "placements_planned": _("Being planned"),
        "placements_working": _("At work"),
        "placements_completed": _("Completed"),
        "placements_ended": _("Ended early"),
    }


def next_step(state: VolunteerState) -> str:
    """Return what a volunteer who is not ready does next or waits for."""
    return {
        VolunteerState.CHECKING: _("Your profile is with the coordinator, who makes the checks. You get an e-mail."),
        VolunteerState.LAPSED: _("A check has run out. The coordinator asks you for what is needed."),
        VolunteerState.PAUSED: _("You are taking a break. Come back on your profile’s page."),
        VolunteerState.LEFT: _("You have left. Ask the coordinator if you want to come back."),
    }.get(state, _("Complete your profile and send it for checks. It is saved bit by bit."))
