"""The hospital and its Director confirm and query hours, one by one or a month at once."""

from __future__ import annotations

import re

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.core.access import allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import Conflict
from volunteer_hub.core.web import finish, page, viewer
from volunteer_hub.hours import queries, service
from volunteer_hub.hours.forms import QueryForm
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.views.base import HOSTS, Reply, bp
from volunteer_hub.placements import queries as placements

SEEN = re.compile(r"([0-9]{1,9}):([0-9]{1,9})")


@bp.get("/to-confirm")
@allow(*HOSTS)
def to_confirm() -> Reply:
    """Entries that wait for the viewer's yes, the oldest first."""
    statement = queries.select_awaiting_review(viewer(), today=now().date())
    found = queries.list_page(statement, key=request.args.get("after"), newest_first=False)
    return page("hours/to_confirm.html", found=found)


@bp.post("/<id:entry_id>/confirm")
@allow(*HOSTS)
def confirm(entry_id: int) -> Reply:
    """Say yes to one entry as it was shown."""
    entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    service.confirm(entry, version=request.form.get("version", ""), actor=viewer(), now=now())
    return finish(_next_page(entry), _("The entry is confirmed."))


@bp.route("/<id:entry_id>/query", methods=["GET", "POST"])
@allow(*HOSTS)
def query(entry_id: int) -> Reply:
    """Ask the volunteer about an entry, in words."""
    entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    form = QueryForm.bind(entry)
    if form.accepted():
        with form.refusals():
            if form.overtaken(entry):
                raise Conflict(_("The entry was changed since you opened this page. Read it again, then send."))
            service.query(entry, message=form.message.data, actor=viewer(), now=now())
            return finish(_next_page(entry), _("Your question is sent. The entry waits for the volunteer’s answer."))
        entry = queries.get_for(viewer(), entry_id, *queries.HOSTS)
    named = placements.may_name(entry.placement, viewer(), today=now().date())
    return page("hours/query.html", form=form, entry=entry, named=named)


def _next_page(entry: HoursEntry) -> str:
    """Back to where the button stood."""
    if request.form.get("from") == "queue":
        return url_for(".to_confirm")
    return url_for(".of_placement", placement_id=entry.placement_id, month=f"{entry.worked_on:%Y-%m}")


@bp.post("/placement/<id:placement_id>/confirm")
@allow(*HOSTS)
def confirm_month(placement_id: int) -> Reply:
    """Say yes to all those entries that the page showed."""
    placement = placements.get_for(viewer(), placement_id)
    posted = [SEEN.fullmatch(text) for text in request.form.getlist("entry")]
    if not all(posted):
        raise Conflict(_("Open the page again to see how the hours stand."))
    seen = {int(one[1]): int(one[2]) for one in posted if one}
    done, left = service.confirm_entries(placement, seen, actor=viewer(), now=now())
    said = ngettext("%(num)s entry is confirmed.", "%(num)s entries are confirmed.", done)
    if left:
        said += " " + ngettext(
            "%(num)s entry was changed or decided meanwhile and is left as it is: look at it again.",
            "%(num)s entries were changed or decided meanwhile and are left as they are: look at them again.",
            left,
        )
    month = request.args.get("month", "")
    return finish(url_for(".of_placement", placement_id=placement_id, month=month or None), said)
