"""Review of hours by the hospital and its director: confirm and query, one entry or a whole month."""

from __future__ import annotations

import re

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import Conflict
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.hours import queries, service
from volunteer_hub.hours.forms import QueryForm
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.views.base import HOSTS, bp
from volunteer_hub.placements import queries as placements

ENTRY_VERSION = re.compile(r"([0-9]{1,9}):([0-9]{1,9})")


@bp.get("/hours/to-confirm")
@allow(*HOSTS)
def to_confirm() -> Reply:
    """List the entries that await the viewer's review, the oldest first."""
    statement = queries.select_awaiting_review(viewer(), today=today_for())
    entries = queries.list_page(statement, key=query_values().page_key, newest_first=False)
    return page("hours/to_confirm.html", entries=entries)


@bp.post("/hours/<id:entry_id>/confirm")
@allow(*HOSTS)
def confirm(entry_id: int) -> Reply:
    """Confirm one entry in the version that was shown."""
    entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    service.confirm(entry, version=request.form.get("version", ""), actor=viewer(), now=now())
    return finish(_next_page(entry), _("The entry is confirmed."))


@bp.route("/hours/<id:entry_id>/query", methods=["GET", "POST"])
@allow(*HOSTS)
def query(entry_id: int) -> Reply:
    """Send the volunteer a query about an entry."""
    entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    form = QueryForm.bind(entry)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            if form.has_conflicting_edit(entry):
                raise Conflict(
                    _("The entry was changed since you opened this page. Read it again, then send."),
                    code="hours_entry_changed",
                )
            service.query(entry, message=form.message.data, actor=viewer(), now=now())
            return finish(_next_page(entry), _("Your question is sent. The entry waits for the volunteer’s answer."))
        entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    named = placements.may_name(entry.placement, viewer(), today=today_for())
    return page("hours/query.html", form=form, entry=entry, named=named)


def _next_page(entry: HoursEntry) -> str:
    """The page from which the form was posted."""
    if request.form.get("from") == "queue":
        return url_for("hours.to_confirm")
    return url_for("hours.of_placement", placement_id=entry.placement_id, month=f"{entry.worked_on:%Y-%m}")


@bp.post("/hours/placement/<id:placement_id>/confirm")
@allow(*HOSTS)
def confirm_month(placement_id: int) -> Reply:
    """Confirm the entries that the page showed, in the versions shown."""
    placement = placements.get_for(viewer(), placement_id)
    matches = [ENTRY_VERSION.fullmatch(text) for text in request.form.getlist("entry")]
    if not all(matches):
        raise Conflict(_("Open the page again to see how the hours stand."), code="hours_page_outdated")
    versions = {int(match[1]): int(match[2]) for match in matches if match}
    confirmed, skipped = service.confirm_entries(placement, versions, actor=viewer(), now=now())
    notice = ngettext("%(num)s entry is confirmed.", "%(num)s entries are confirmed.", confirmed)
    if skipped:
        notice += " " + ngettext(
            "%(num)s entry was changed or decided meanwhile and is left as it is: look at it again.",
            "%(num)s entries were changed or decided meanwhile and are left as they are: look at them again.",
            skipped,
        )
    month = query_values().text("month")
    return finish(url_for("hours.of_placement", placement_id=placement_id, month=month or None), notice)
