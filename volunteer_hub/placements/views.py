"""Pages of a placement: the list, one placement, start and early end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.core.web import asked_id, finish, page, viewer, viewing
from volunteer_hub.placements import queries, rules, service
from volunteer_hub.placements.forms import EndForm, PauseForm, PlacementMessageForm
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.placements.wording import describe_start_blockers

bp = Blueprint("placements", __name__, url_prefix="/placements")
Reply = Response | tuple[str, int]
EVERYBODY = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)


@bp.get("/")
@allow(*EVERYBODY)
def index() -> Reply:
    """Placements that the viewer takes part in or looks after."""
    asked = request.args.get("state", "")
    state = PlacementState(asked) if asked in set(PlacementState) else None
    place, key = asked_id("institution"), request.args.get("after")
    found = queries.list_placements(viewing(), state=state, key=key, today=now().date(), institution_id=place)
    return page("placements/index.html", found=found, state=state, states=PlacementState, place=place)


@bp.get("/<id:placement_id>")
@allow(*EVERYBODY)
def show(placement_id: int) -> Reply:
    """One placement: who, what, when, what it waits for, and what can be done."""
    placement = queries.get_for(viewer(), placement_id)
    history = audit_queries.history(placement)
    named = queries.may_name(placement, viewer(), today=now().date())
    return page(
        "placements/show.html",
        placement=placement,
        waits=describe_start_blockers(service.list_start_blockers(placement, today=now().date())),
        history=history,
        pause=_pause(placement, history),
        names=accounts.names_by_id([entry.actor_id for entry in history]) if named else {},
        named=named,
        **_possible(placement),
    )


def _pause(placement: Placement, history: Sequence[AuditEntry]) -> AuditEntry | None:
    """The act by which it rests, with its words; None while it does not rest."""
    if placement.state is not PlacementState.PAUSED:
        return None
    return next((entry for entry in reversed(history) if entry.action == "placement.paused"), None)


def _possible(placement: Placement) -> dict[str, Any]:
    """What the viewer can do with it now, as the page wants it."""
    mine = queries.is_volunteer(placement, viewer())
    hosts = queries.is_partner(placement, viewer())
    agrees = placement.volunteer_agrees if mine else placement.partner_agrees
    takes_part = mine or hosts
    planned = placement.state is PlacementState.PLANNED
    working = placement.state in {PlacementState.PLANNED, PlacementState.ACTIVE}
    rests = placement.state is PlacementState.PAUSED
    return {
        "agrees_for_hospital": hosts and not mine,
        "can_change": takes_part and working,
        "can_agree": takes_part and working and not agrees,
        "can_start": takes_part and not service.list_start_blockers(placement, today=now().date()),
        "can_end": (takes_part or viewer().is_staff) and (working or rests),
        "can_pause": (takes_part or viewer().is_staff) and placement.state is PlacementState.ACTIVE,
        "can_resume": (takes_part or viewer().is_staff) and rests,
        "can_complete": takes_part
        and rules.may_complete(placement.state, ends_on=placement.ends_on, today=now().date()),
        "can_log": mine and (placement.state is PlacementState.ACTIVE or rests),
        "can_ask_release": planned and viewer().has(Role.DIRECTOR, Role.COORDINATOR) and bool(placement.release),
        "is_planned": planned,
    }


@bp.post("/<id:placement_id>/start")
@allow(Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR)
def start(placement_id: int) -> Reply:
    """Begin the work."""
    placement = queries.get_for(viewer(), placement_id)
    service.start(placement, actor=viewer(), now=now())
    return finish(url_for(".show", placement_id=placement_id), _("The placement has started. Everybody has been told."))


@bp.post("/<id:placement_id>/release")
@allow(Role.DIRECTOR, Role.COORDINATOR)
def request_release(placement_id: int) -> Reply:
    """Ask the line manager once more."""
    placement = queries.get_for(viewer(), placement_id)
    service.request_release_again(placement, actor=viewer(), now=now())
    return finish(url_for(".show", placement_id=placement_id), _("The line manager has been asked again."))


@bp.route("/<id:placement_id>/end", methods=["GET", "POST"])
@allow(*EVERYBODY)
def end(placement_id: int) -> Reply:
    """End it early, with words and without blame."""
    placement = queries.get_for(viewer(), placement_id)
    if not _possible(placement)["can_end"]:
        raise Forbidden(_("This placement can no longer be ended, or not by you."))
    form = EndForm.bind()
    if form.accepted():
        with form.refusals():
            service.end_early(placement, reason=form.reason.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", placement_id=placement_id), _("The placement has ended. Everybody has been told.")
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/end.html", form=form, placement=placement)


@bp.route("/<id:placement_id>/pause", methods=["GET", "POST"])
@allow(*EVERYBODY)
def pause(placement_id: int) -> Reply:
    """Let the work rest, with a reason."""
    placement = _if("can_pause", placement_id, _("Only an active placement can be paused, by those who take part."))
    form = PauseForm.bind()
    if form.accepted():
        with form.refusals():
            service.pause(placement, reason=form.reason.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", placement_id=placement_id), _("The placement is paused. Everybody has been told.")
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/pause.html", form=form, placement=placement)


@bp.route("/<id:placement_id>/resume", methods=["GET", "POST"])
@allow(*EVERYBODY)
def resume(placement_id: int) -> Reply:
    """Let the work go on after a break."""
    placement = _if("can_resume", placement_id, _("Only a paused placement can go on, by those who take part."))
    form = PlacementMessageForm.bind()
    if form.accepted():
        with form.refusals():
            service.resume(placement, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", placement_id=placement_id), _("The placement goes on. Everybody has been told.")
            )
        placement = queries.get_for(viewer(), placement_id)
    is_over = placement.ends_on < now().date()
    return page("placements/resume.html", form=form, placement=placement, is_over=is_over)


@bp.route("/<id:placement_id>/complete", methods=["GET", "POST"])
@allow(Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR)
def complete(placement_id: int) -> Reply:
    """Call the work done, from its last day on."""
    placement = _if("can_complete", placement_id, _("This placement cannot be completed yet, or not by you."))
    form = PlacementMessageForm.bind()
    if form.accepted():
        with form.refusals():
            service.complete(placement, message=form.message.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", placement_id=placement_id), _("The placement is completed. Everybody has been told.")
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/complete.html", form=form, placement=placement)


def _if(possible: str, placement_id: int, otherwise: str) -> Placement:
    """The placement, if the viewer can do this with it now. Raises NotFound, Forbidden."""
    placement = queries.get_for(viewer(), placement_id)
    if not _possible(placement)[possible]:
        raise Forbidden(otherwise)
    return placement
