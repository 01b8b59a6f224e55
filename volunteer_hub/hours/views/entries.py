"""The volunteer's entries: log, correct, withdraw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import Conflict, NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.core.template_filters import duration
from volunteer_hub.hours import queries, rules, service
from volunteer_hub.hours.forms import EntryRow, LogForm
from volunteer_hub.hours.models import HoursEntry
from volunteer_hub.hours.views.base import bp
from volunteer_hub.placements.models import Placement


@bp.route("/hours/log", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def log() -> Reply:
    """Log hours for one of the viewer's active or paused placements."""
    choices = queries.list_loggable_placements(viewer())
    if not choices and request.method == "POST":
        raise Conflict(
            _("You have no placement at work, so there is nothing to log hours for."), code="no_placement_at_work"
        )
    form = _log_form(choices)
    if choices and form.validate_on_submit():
        with form.catch_domain_errors():
            placement = _get_placement(choices, form)
            entry = service.log(placement, **_answers(form), actor=viewer(), now=now())
            return finish(
                url_for("hours.of_placement", placement_id=placement.id, month=f"{entry.worked_on:%Y-%m}"),
                _("Logged: %(length)s. It now waits for the hospital’s yes.", length=duration(entry.minutes)),
            )
        choices = queries.list_loggable_placements(viewer())
    return page("hours/log.html", form=form, choices=choices, only=choices[0] if len(choices) == 1 else None)


def _log_form(choices: Sequence[Placement]) -> LogForm:
    """The form, with the placement in the query string preselected. Raises NotFound if it is not one of `choices`."""
    selected_id = query_values().row_id("placement")
    if selected_id and choices and selected_id not in [placement.id for placement in choices]:
        raise NotFound(_("You have no such placement at work."), code="loggable_placement_not_found")
    form = LogForm.bind(worked_on=today_for(viewer().time_zone), placement=str(selected_id) if selected_id else None)
    form.placement.options = [
        (placement.id, f"{placement.request.title}, {placement.request.institution.name}") for placement in choices
    ]
    form.process_choices("placement")
    del form.answer
    if len(choices) < 2:
        del form.placement
    return form


def _get_placement(choices: Sequence[Placement], form: LogForm) -> Placement:
    if "placement" not in form:
        return choices[0]
    return next(placement for placement in choices if str(placement.id) == form.placement.data)


def _answers(form: LogForm) -> dict[str, Any]:
    return {
        "worked_on": form.worked_on.data,
        "minutes": form.total_minutes(),
        "kind": form.kind.data,
        "note": form.note.data,
        "start": form.start.data,
    }


@bp.route("/hours/<id:entry_id>/edit", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def edit(entry_id: int) -> Reply:
    """Correct an entry that is not confirmed; with a conflicting edit, show both versions (409)."""
    entry = _load_changeable(entry_id)
    form = _edit_form(entry)
    conflicts: Any = []
    if form.validate_on_submit():
        conflicts = form.differences(_row(entry))
        if not conflicts:
            with form.catch_domain_errors():
                answer = form.answer.data if "answer" in form else None
                service.correct(entry, **_answers(form), answer=answer, actor=viewer(), now=now())
                return finish(_month_page(entry), _("The entry is saved and waits for the hospital’s yes."))
            entry = _load_changeable(entry_id)
    return page("hours/edit.html", form=form, entry=entry, conflicts=conflicts, status=409 if conflicts else 200)


def _row(entry: HoursEntry) -> EntryRow:
    return EntryRow(entry, viewer().time_zone)


def _edit_form(entry: HoursEntry) -> LogForm:
    form = LogForm.bind(_row(entry))
    del form.placement
    if not rules.is_queried(entry.state):
        del form.answer
    return form


def _load_changeable(entry_id: int) -> HoursEntry:
    """Return an entry of the viewer's own that they can still change. Raises NotFound, Conflict."""
    entry = queries.get_mine(viewer(), entry_id)
    if not rules.can_change(entry.state):
        raise Conflict(
            _("This entry is confirmed or withdrawn, so it cannot be changed any more."), code="hours_entry_closed"
        )
    return entry


def _month_page(entry: HoursEntry) -> str:
    return url_for("hours.of_placement", placement_id=entry.placement_id, month=f"{entry.worked_on:%Y-%m}")


@bp.route("/hours/<id:entry_id>/withdraw", methods=["GET", "POST"])
@allow(Role.VOLUNTEER)
def withdraw(entry_id: int) -> Reply:
    """Withdraw an entry, after a confirmation page."""
    entry, form = _load_changeable(entry_id), ConfirmForm.bind()
    if form.validate_on_submit():
        service.withdraw(entry, actor=viewer(), now=now())
        return finish(_month_page(entry), _("The entry is withdrawn and counts no more."))
    return page("hours/withdraw.html", form=form, entry=entry, back_to=_month_page(entry))
