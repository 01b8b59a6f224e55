"""What this area teaches the pages about institutions: how many placements there are."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.institutions import uses
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.placements.models import Placement


def teach() -> None:
    """Let the pages about institutions count placements."""
    uses.teach("placements", _l("Placements"), _count, "placements.index")


def _count(institution_id: int) -> sa.ScalarSelect[int]:
    joined = sa.select(sa.func.count(Placement.id)).join(PartnerRequest, PartnerRequest.id == Placement.request_id)
    return joined.where(PartnerRequest.institution_id == institution_id).scalar_subquery()
