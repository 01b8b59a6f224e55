"""What a director looks after, and what a volunteer is in the middle of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

from flask import current_app, url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import holdings
from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.holdings import Holding, Item
from volunteer_hub.accounts.models import Account
from volunteer_hub.core.access import Role, Viewer, may_enter
from volunteer_hub.placements import queries, service
from volunteer_hub.placements.models import Placement

DIRECTED, OWN, PAGE = "placements", "own_placements", "placements.show"


def teach() -> None:
    """Let accounts be closed without leaving a placement to nobody."""
    holdings.teach(DIRECTED, _told, _hand_over)


def _item(placement: Placement, viewer: Viewer) -> Item:
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    url = url_for(PAGE, placement_id=placement.id) if may_open else None
    return Item(_("Placement %(id)s: %(title)s", id=placement.id, title=placement.request.title), url)


def _told(account: Account, viewer: Viewer) -> list[Holding]:
    """Two queries, or one when there is nothing to hand over."""
    found = queries.list_unfinished_of_account(account.id)
    directed = [placement for placement in found if placement.director_id == account.id]
    own = [placement for placement in found if placement.volunteer.account_id == account.id]
    return [*_directed(directed, account, viewer), _own(own, viewer)]


def _directed(found: Sequence[Placement], account: Account, viewer: Viewer) -> list[Holding]:
    """The placements that a director looks after, hospital by hospital."""
    directors = accounts.list_live_grants(Role.DIRECTOR, exclude_id=account.id) if found else []
    told = []
    for institution, some in groupby(found, key=lambda placement: placement.request.institution):
        mine, country = list(some), institution.country_iso2
        covering = [d for d in directors if d.institution_id == institution.id or d.country_iso2 == country]
        told.append(
            Holding(
                DIRECTED,
                institution.id,
                title=_("Placements at %(hospital)s", hospital=institution.name),
                items=[_item(placement, viewer) for placement in mine],
                successors=list(dict.fromkeys((str(d.id), d.name) for d in covering)),
                stays=_("No other director covers this hospital. The placements go on; invite another director."),
                row_ids=[placement.id for placement in mine],
            )
        )
    return told


def _own(found: Sequence[Placement], viewer: Viewer) -> Holding:
    """A volunteer's own live placements: nobody can take these over."""
    stays = _("Nobody can take these over. End them first, or let them stay until somebody does.")
    items = [_item(placement, viewer) for placement in found]
    return Holding(OWN, 0, title=_("Their own placements"), items=items, stays=stays)


def _hand_over(row_ids: Sequence[int], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    service.hand_over(queries.list_by_ids(row_ids), to_id, actor=actor, now=now)
