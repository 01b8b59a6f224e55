"""What this area registers with the areas below, at start-up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import groupby

import sqlalchemy as sa
from flask import current_app, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.accounts.models import Account
from volunteer_hub.accounts.responsibilities import (
    RESPONSIBILITIES,
    Responsibility,
    ResponsibilityItem,
    ResponsibilityProvider,
)
from volunteer_hub.budgets.purposes import PURPOSE_LABELS, PurposeLabel
from volunteer_hub.core.access import Role, Viewer, may_enter
from volunteer_hub.core.db import db
from volunteer_hub.core.subject_types import subject_type
from volunteer_hub.institutions.references import INSTITUTION_REFERENCES, InstitutionReferenceProvider
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.relevance import RELEVANCE_BY_KIND, register_row_check
from volunteer_hub.matching.queries.shortlist_invalidation import AUDITED_MODELS
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements import queries, service
from volunteer_hub.placements.models import ManagerRelease, Placement
from volunteer_hub.placements.states import ENDED, ReleaseState

KIND, KIND_OF_VOLUNTEER = "placements", "own_placements"
PAGE, LIST_PAGE = "placements.show", "placements.index"


def register() -> None:
    """Register what people are responsible for, who refers to an institution, what money is for, when an email is still true."""
    RESPONSIBILITIES.register(KIND, ResponsibilityProvider(_list_responsibilities, _hand_over))
    INSTITUTION_REFERENCES.register(
        KIND, InstitutionReferenceProvider(_l("Placements"), _count_of_institution, LIST_PAGE)
    )
    PURPOSE_LABELS.register("placement", _label_purposes)
    AUDITED_MODELS.register(subject_type(Placement), Placement)
    for kind in ("release_asked", "release_reminder"):
        RELEVANCE_BY_KIND.register(kind, _has_working_link)
    register_row_check(Placement, _is_release_late, "release_late")
    register_row_check(Placement, lambda row, _now: row.state not in ENDED, "workplan_changed", "placement_paused")


def _list_responsibilities(account: Account, viewer: Viewer) -> list[Responsibility]:
    """List a director's placements by hospital, then a volunteer's own; two queries, or one when there is none."""
    placements = queries.list_unfinished_of_account(account.id)
    directed = [placement for placement in placements if placement.director_id == account.id]
    own = [placement for placement in placements if placement.volunteer.account_id == account.id]
    return [*_of_director(directed, account, viewer), _of_volunteer(own, viewer)]


def _of_director(placements: Sequence[Placement], account: Account, viewer: Viewer) -> list[Responsibility]:
    directors = accounts.list_live_grants(Role.DIRECTOR, exclude_id=account.id) if placements else []
    responsibilities = []
    for institution, group in groupby(placements, key=lambda placement: placement.request.institution):
        own, country = list(group), institution.country_iso2
        covering = [d for d in directors if d.institution_id == institution.id or d.country_iso2 == country]
        responsibilities.append(
            Responsibility(
                KIND,
                institution.id,
                title=_("Placements at %(hospital)s", hospital=institution.name),
                items=[_item(placement, viewer) for placement in own],
                successors=list(dict.fromkeys((str(d.id), d.name) for d in covering)),
                stays=_("No other director covers this hospital. The placements go on; invite another director."),
                row_ids=[placement.id for placement in own],
            )
        )
    return responsibilities


def _of_volunteer(placements: Sequence[Placement], viewer: Viewer) -> Responsibility:
    """A volunteer's own placements: nobody can take these over."""
    stays = _("Nobody can take these over. End them first, or let them stay until somebody does.")
    items = [_item(placement, viewer) for placement in placements]
    return Responsibility(KIND_OF_VOLUNTEER, 0, title=_("Their own placements"), items=items, stays=stays)


def _item(placement: Placement, viewer: Viewer) -> ResponsibilityItem:
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    url = url_for(PAGE, placement_id=placement.id) if may_open else None
    return ResponsibilityItem(_("Placement %(id)s: %(title)s", id=placement.id, title=placement.request.title), url)


def _hand_over(row_ids: Sequence[int], to_id: int, *, actor: Viewer, now: dt.datetime) -> None:
    service.hand_over(queries.list_by_ids(row_ids), to_id, actor=actor, now=now)


def _count_of_institution(institution_id: int) -> sa.ScalarSelect[int]:
    joined = sa.select(sa.func.count(Placement.id)).join(PartnerRequest, PartnerRequest.id == Placement.request_id)
    return joined.where(PartnerRequest.institution_id == institution_id).scalar_subquery()


def _label_purposes(placement_ids: frozenset[int], viewer: Viewer) -> dict[int, PurposeLabel]:
    """Return labels with the request's title and never a name, as finance reads them too; linked where the viewer may open."""
    if not placement_ids:
        return {}
    may_open = may_enter(current_app.view_functions[PAGE], viewer)
    return {
        row.id: PurposeLabel(
            _("Placement %(id)s: %(title)s", id=row.id, title=row.title),
            url_for(PAGE, placement_id=row.id) if may_open and row.in_reach else None,
        )
        for row in queries.list_titles(placement_ids, viewer)
    }


def _has_working_link(mail: OutboxMail, now: dt.datetime) -> bool:
    """Return whether the manager can still answer by this very link: a reminder and a new request replace the one before."""
    if mail.subject_type != subject_type(ManagerRelease):
        return True  # a preview
    release = db.session.get(ManagerRelease, mail.subject_id)
    if release is None or not _needs_manager(release):
        return False
    return mail.due_at == (release.chased_at or release.requested_at)


def _needs_manager(release: ManagerRelease) -> bool:
    return release.state is ReleaseState.WAITING and release.placement.state not in ENDED


def _is_release_late(placement: Placement, _now: dt.datetime) -> bool:
    return placement.release is not None and _needs_manager(placement.release)
