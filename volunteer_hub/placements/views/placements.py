"""Pages of placements: the list, one placement, and its state changes."""

from __future__ import annotations

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now, today_for
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.core.http import Reply, finish, page, viewer, viewer_in_role
from volunteer_hub.core.query_values import query_values
from volunteer_hub.placements import queries, rules, service
from volunteer_hub.placements.forms import EndForm, PauseForm, PlacementMessageForm
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.rules import PlacementAction
from volunteer_hub.placements.service import permissions
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.placements.views.base import bp
from volunteer_hub.placements.wording import describe_start_blockers

EVERYBODY = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)


@bp.get("/placements/")
@allow(*EVERYBODY)
def index() -> Reply:
    """List the placements that the viewer may see, filtered by state or institution."""
    filters = query_values()
    state, institution_id = filters.choice("state", PlacementState), filters.row_id("institution")
    placements = queries.list_placements(
        viewer_in_role(), state=state, key=filters.page_key, today=today_for(), institution_id=institution_id
    )
    return page(
        "placements/index.html",
        placements=placements,
        state=state,
        states=PlacementState,
        institution_id=institution_id,
    )


@bp.get("/placements/<id:placement_id>")
@allow(*EVERYBODY)
def show(placement_id: int) -> Reply:
    """Show one placement with what its start waits for, its possible actions and its history."""
    placement = queries.get_for(viewer(), placement_id)
    history = audit_queries.list_history(placement)
    named = queries.may_name(placement, viewer(), today=today_for())
    relation = permissions.get_relation(placement, viewer())
    return page(
        "placements/show.html",
        placement=placement,
        start_blockers=describe_start_blockers(service.list_start_blockers(placement, today=today_for())),
        history=history,
        pause_entry=_find_pause_entry(placement, history),
        names=accounts.names_by_id([entry.actor_id for entry in history]) if named else {},
        named=named,
        can=permissions.list_actions(viewer(), placement, today=today_for()),
        agrees_for_hospital=relation.is_partner and not relation.is_volunteer,
        is_planned=rules.is_planned(placement.state),
    )


def _find_pause_entry(placement: Placement, history: Sequence[AuditEntry]) -> AuditEntry | None:
    """The audit entry of the present pause, with its reason; None when the placement is not paused."""
    if not rules.is_paused(placement.state):
        return None
    return next((entry for entry in reversed(history) if entry.action == "placement.paused"), None)


@bp.post("/placements/<id:placement_id>/start")
@allow(Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR)
def start(placement_id: int) -> Reply:
    """Start the placement."""
    placement = queries.get_for(viewer(), placement_id)
    service.start(placement, actor=viewer(), now=now())
    return finish(
        url_for("placements.show", placement_id=placement_id), _("The placement has started. Everybody has been told.")
    )


@bp.post("/placements/<id:placement_id>/release")
@allow(Role.DIRECTOR, Role.COORDINATOR)
def request_release(placement_id: int) -> Reply:
    """Send the line manager a new request for the release."""
    placement = queries.get_for(viewer(), placement_id)
    service.request_release_again(placement, actor=viewer(), now=now())
    return finish(url_for("placements.show", placement_id=placement_id), _("The line manager has been asked again."))


@bp.route("/placements/<id:placement_id>/end", methods=["GET", "POST"])
@allow(*EVERYBODY)
def end(placement_id: int) -> Reply:
    """End the placement early, with a reason."""
    placement = _load_permitted(
        PlacementAction.END,
        placement_id,
        Forbidden(_("This placement can no longer be ended, or not by you."), code="end_not_permitted"),
    )
    form = EndForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.end_early(placement, reason=form.reason.data, actor=viewer(), now=now())
            return finish(
                url_for("placements.show", placement_id=placement_id),
                _("The placement has ended. Everybody has been told."),
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/end.html", form=form, placement=placement)


@bp.route("/placements/<id:placement_id>/pause", methods=["GET", "POST"])
@allow(*EVERYBODY)
def pause(placement_id: int) -> Reply:
    """Pause the placement, with a reason."""
    placement = _load_permitted(
        PlacementAction.PAUSE,
        placement_id,
        Forbidden(_("Only an active placement can be paused, by those who take part."), code="pause_not_permitted"),
    )
    form = PauseForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.pause(placement, reason=form.reason.data, actor=viewer(), now=now())
            return finish(
                url_for("placements.show", placement_id=placement_id),
                _("The placement is paused. Everybody has been told."),
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/pause.html", form=form, placement=placement)


@bp.route("/placements/<id:placement_id>/resume", methods=["GET", "POST"])
@allow(*EVERYBODY)
def resume(placement_id: int) -> Reply:
    """Resume the placement after a pause."""
    placement = _load_permitted(
        PlacementAction.RESUME,
        placement_id,
        Forbidden(_("Only a paused placement can go on, by those who take part."), code="resume_not_permitted"),
    )
    form = PlacementMessageForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.resume(placement, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("placements.show", placement_id=placement_id),
                _("The placement goes on. Everybody has been told."),
            )
        placement = queries.get_for(viewer(), placement_id)
    is_over = placement.ends_on < today_for()
    return page("placements/resume.html", form=form, placement=placement, is_over=is_over)


@bp.route("/placements/<id:placement_id>/complete", methods=["GET", "POST"])
@allow(Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR)
def complete(placement_id: int) -> Reply:
    """Complete the placement, from its last day on."""
    placement = _load_permitted(
        PlacementAction.COMPLETE,
        placement_id,
        Forbidden(_("This placement cannot be completed yet, or not by you."), code="completion_not_permitted"),
    )
    form = PlacementMessageForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.complete(placement, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for("placements.show", placement_id=placement_id),
                _("The placement is completed. Everybody has been told."),
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/complete.html", form=form, placement=placement)


def _load_permitted(action: PlacementAction, placement_id: int, refusal: Forbidden) -> Placement:
    """Return the placement. Raises NotFound, and `refusal` when the viewer cannot take the action now."""
    placement = queries.get_for(viewer(), placement_id)
    if not permissions.can(viewer(), action, placement, today=today_for()):
        raise refusal
    return placement
