"""Pages of the budget: the funds of each programme, their movements, and money received."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _

from volunteer_hub.budgets import queries, service
from volunteer_hub.budgets.forms import ReceiveForm
from volunteer_hub.budgets.purposes import describe_purposes
from volunteer_hub.core import money
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.programmes import queries as programmes

bp = Blueprint("budgets", __name__)
READERS = (Role.FINANCE, Role.COORDINATOR, Role.ADMIN)
"""Who may read single movements. Funders may not: a movement stands for a placement, which could identify a person."""


@bp.get("/budget/")
@allow(Role.FINANCE, Role.COORDINATOR, Role.FUNDER, Role.ADMIN)
def index() -> Reply:
    """List the programmes with their funds."""
    may_receive = viewer().has(Role.FINANCE, Role.ADMIN)
    return page(
        "budgets/index.html",
        funds=queries.list_funds(),
        programmes=programmes.list_programmes(),
        may_receive=may_receive,
    )


@bp.get("/budget/funds/<id:fund_id>")
@allow(Role.FINANCE, Role.COORDINATOR, Role.FUNDER, Role.ADMIN)
def fund(fund_id: int) -> Reply:
    """Show one fund: its counters, and its movements for those who may read them."""
    row = queries.get_fund(fund_id)
    reserved, spent = queries.get_totals(fund_id)
    journals = queries.list_journals(fund_id, query_values().page_key) if viewer().has(*READERS) else None
    return page(
        "budgets/fund.html",
        fund=row,
        reserved=reserved,
        spent=spent,
        journals=journals,
        purposes=describe_purposes((journal.purpose for journal in journals.rows), viewer()) if journals else {},
    )


@bp.route("/budget/programmes/<id:programme_id>/receive", methods=["GET", "POST"])
@allow(Role.FINANCE, Role.ADMIN)
@sensitive
def receive(programme_id: int) -> Reply:
    """Book money received."""
    programme = programmes.get_programme(programme_id)
    form = ReceiveForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            amount = money.parse(form.amount.data, programme.currency, field="amount")
            fund = service.receive(programme, amount, purpose=form.purpose.data, actor=viewer(), now=now())
            return finish(url_for("budgets.fund", fund_id=fund.id), _("The money is booked."))
    return page("budgets/receive.html", form=form, programme=programme)
