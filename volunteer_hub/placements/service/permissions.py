"""What a viewer may do with a placement now: the rules, asked about its rows. Pages and services ask here."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.placements import queries, rules
from volunteer_hub.placements.models import Placement
from volunteer_hub.placements.rules import PlacementAction, PlacementRelation


def get_relation(placement: Placement, viewer: Viewer) -> PlacementRelation:
    """Return what the viewer is to the placement."""
    institution = placement.request.institution
    return PlacementRelation(
        is_volunteer=queries.is_volunteer(placement, viewer),
        is_partner=queries.is_partner(placement, viewer),
        is_director=viewer.covers(Role.DIRECTOR, country=institution.country_iso2, institution_id=institution.id),
        is_staff=viewer.is_staff,
    )


def can(viewer: Viewer, action: PlacementAction, placement: Placement, *, today: dt.date) -> bool:
    """Return whether the viewer can take the action now: by relation, by state and by what it waits for."""
    relation = get_relation(placement, viewer)
    if not rules.can(relation, action, placement.state):
        return False
    if action is PlacementAction.AGREE:
        return not (placement.volunteer_agrees if relation.is_volunteer else placement.partner_agrees)
    if action is PlacementAction.START:
        return not list_start_blockers(placement, today=today)
    if action is PlacementAction.COMPLETE:
        return rules.may_complete(placement.state, ends_on=placement.ends_on, today=today)
    if action is PlacementAction.REQUEST_RELEASE:
        return awaits_release(placement)
    return True


def list_actions(viewer: Viewer, placement: Placement, *, today: dt.date) -> frozenset[str]:
    """Return the values of the actions that the viewer can take now."""
    return frozenset(action.value for action in PlacementAction if can(viewer, action, placement, today=today))


def awaits_release(placement: Placement) -> bool:
    """Return whether the placement waits for its line manager."""
    return rules.awaits_release(placement.release.state if placement.release else None, placement.state)


def list_start_blockers(placement: Placement, *, today: dt.date) -> list[str]:
    """Return the codes of what prevents the start (`rules.list_start_blockers`)."""
    return rules.list_start_blockers(
        state=placement.state,
        starts_on=placement.starts_on,
        today=today,
        volunteer_agrees=placement.volunteer_agrees,
        partner_agrees=placement.partner_agrees,
        release=placement.release.state if placement.release else None,
    )
