"""Pages on which the workplan is changed and agreed to."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.core import fields
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import Conflict, Forbidden
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.placements import queries, service
from volunteer_hub.placements.forms import AgreeForm, PlanForm
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.views.base import bp

SIDES = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR)


def _load(placement_id: int) -> Placement:
    """Return a placement of which the viewer is one side. Raises NotFound, Forbidden."""
    placement = queries.get_for(viewer(), placement_id)
    if not queries.is_volunteer(placement, viewer()) and not queries.is_partner(placement, viewer()):
        raise Forbidden(service.NOT_PERMITTED, code="not_a_side_of_placement")
    return placement


class PlanRow:
    """The plan with one attribute per form field."""

    def __init__(self, placement: Placement) -> None:
        self.version = placement.workplan_version
        self.starts_on, self.ends_on = placement.starts_on, placement.ends_on
        self.weekly_minutes, self.channel = placement.weekly_minutes, placement.channel
        for objective in placement.objectives:
            setattr(self, f"objective_{objective.position}", objective.text)


@bp.route("/placements/<id:placement_id>/plan", methods=["GET", "POST"])
@allow(*SIDES)
def change_workplan(placement_id: int) -> Reply:
    """Change the plan; with a conflicting edit by another user, show both versions (409)."""
    placement = _load(placement_id)
    form = PlanForm.bind(PlanRow(placement))
    conflicts: Any = []
    if form.validate_on_submit():
        conflicts = form.differences(PlanRow(placement))
        if not conflicts:
            with form.catch_domain_errors():
                _save(placement, form)
                return finish(
                    url_for("placements.show", placement_id=placement_id),
                    _("The plan is saved, and the other side is asked to agree."),
                )
            placement = _load(placement_id)
    status = 409 if conflicts else 200
    return page("placements/plan.html", form=form, placement=placement, conflicts=conflicts, status=status)


def _save(placement: Placement, form: PlanForm) -> None:
    service.change_plan(
        placement,
        objectives=form.objectives,
        starts_on=form.starts_on.data,
        ends_on=form.ends_on.data,
        weekly_minutes=form.weekly_minutes.data,
        channel=form.channel.data,
        actor=viewer(),
        now=now(),
    )


@bp.post("/placements/<id:placement_id>/agree")
@allow(*SIDES)
def agree_workplan(placement_id: int) -> Reply:
    """Agree to the version of the plan that was shown."""
    placement = _load(placement_id)
    form = AgreeForm.bind()
    plan = form.plan.data or ""
    if not fields.DIGITS.fullmatch(plan):
        raise Conflict(_("Open the placement again and read the plan before you agree."), code="plan_not_read")
    service.agree(placement, plan=int(plan), actor=viewer(), now=now())
    return finish(url_for("placements.show", placement_id=placement_id), _("Thank you. You have agreed to the plan."))
