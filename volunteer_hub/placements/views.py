"""Pages of a placement: the list, one placement, start and early end."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import Forbidden
from volunteer_hub.core.web import finish, page, viewer, viewing
from volunteer_hub.placements import queries, service
from volunteer_hub.placements.forms import EndForm
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.placements.wording import waiting_words

bp = Blueprint("placements", __name__, url_prefix="/placements")
Reply = Response | tuple[str, int]
EVERYBODY = (Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.COORDINATOR)


@bp.get("/")
@allow(*EVERYBODY)
def index() -> Reply:
    """Placements that the viewer takes part in or looks after."""
    asked = request.args.get("state", "")
    state = PlacementState(asked) if asked in set(PlacementState) else None
    found = queries.listed(viewing(), state=state, key=request.args.get("after"), today=now().date())
    return page("placements/index.html", found=found, state=state, states=PlacementState)


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
        waits=waiting_words(service.waits_for(placement, today=now().date())),
        history=history,
        names=accounts.names([entry.actor_id for entry in history]) if named else {},
        named=named,
        **_possible(placement),
    )


def _possible(placement: Placement) -> dict[str, Any]:
    """What the viewer can do with it now, as the page wants it."""
    mine = queries.is_volunteer(placement, viewer())
    hosts = queries.is_partner(placement, viewer())
    agrees = placement.volunteer_agrees if mine else placement.partner_agrees
    takes_part = mine or hosts
    planned = placement.state is PlacementState.PLANNED
    working = placement.state in {PlacementState.PLANNED, PlacementState.ACTIVE}
    return {
        "agrees_for_hospital": hosts and not mine,
        "can_change": takes_part and working,
        "can_agree": takes_part and working and not agrees,
        "can_start": takes_part and not service.waits_for(placement, today=now().date()),
        "can_end": (takes_part or viewer().is_staff) and working,
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
def ask_release(placement_id: int) -> Reply:
    """Ask the line manager once more."""
    placement = queries.get_for(viewer(), placement_id)
    service.ask_release_again(placement, actor=viewer(), now=now())
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
            service.end_early(placement, words=form.words.data, actor=viewer(), now=now())
            return finish(
                url_for(".show", placement_id=placement_id), _("The placement has ended. Everybody has been told.")
            )
        placement = queries.get_for(viewer(), placement_id)
    return page("placements/end.html", form=form, placement=placement)
