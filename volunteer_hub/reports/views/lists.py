"""The lists behind the figures: all items of one kind that need attention, and the allocations of a fund."""

from __future__ import annotations

from flask_babel import gettext as _

from volunteer_hub.budgets import queries as budgets
from volunteer_hub.budgets.purposes import describe_purposes
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import NotFound
from volunteer_hub.core.http import Reply, page, viewer, viewer_in_role
from volunteer_hub.core.query_values import query_values
from volunteer_hub.reports import links, rules, wording
from volunteer_hub.reports.queries import attention as queries
from volunteer_hub.reports.queries import money
from volunteer_hub.reports.states import Attention, MoneyState
from volunteer_hub.reports.views.base import bp


@bp.get("/start/waiting/<what>")
@allow(*rules.ATTENTION_BY_ROLE)
def attention(what: str) -> Reply:
    """List all items of one kind that need the viewer's attention, the most urgent first."""
    kind = Attention(what) if what in set(Attention) else None
    role = rules.role_for_list(kind, viewer_in_role().roles) if kind else None
    if kind is None or role is None:
        raise NotFound(_("There is no such list."), code="list_not_found")
    instant = now()
    items = queries.list_items(kind, viewer().in_role(role), now=instant, key=query_values().page_key)
    return page(
        "reports/attention.html",
        kind=kind,
        items=items,
        instant=instant,
        reason=wording.attention_reason,
        item_url=links.item_url,
    )


@bp.get("/start/funds/<id:fund_id>")
@allow(Role.FINANCE, Role.COORDINATOR, Role.ADMIN)
def allocations(fund_id: int) -> Reply:
    """List the allocations of a fund, and how much of each is used."""
    state = query_values().choice("state", MoneyState)
    fund = budgets.get_fund(fund_id)
    rows = money.list_allocations(fund_id, state, query_values().page_key)
    labels = describe_purposes((row.purpose for row in rows.rows), viewer())
    return page(
        "reports/allocations.html", fund=fund, allocations=rows, state=state, states=MoneyState, purposes=labels
    )
