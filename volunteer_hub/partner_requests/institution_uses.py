"""What this area teaches the pages about institutions: how many requests it raised."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.db import db
from volunteer_hub.institutions import uses
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.partner_requests.service import search_index
from volunteer_hub.partner_requests.states import ENDED, LIVE


def teach() -> None:
    """Let the pages about institutions count requests, and keep their search current."""
    uses.teach("requests", _l("Requests"), _count, "partner_requests.index", _refresh)


def _count(institution_id: int) -> sa.ScalarSelect[int]:
    here = PartnerRequest.institution_id == institution_id
    return sa.select(sa.func.count(PartnerRequest.id)).where(here).scalar_subquery()


def _refresh(institution_id: int) -> None:
    """Requests are found under the name and town of their hospital."""
    here = (PartnerRequest.institution_id == institution_id, PartnerRequest.state.in_(LIVE - ENDED))
    for ask in db.session.scalars(sa.select(PartnerRequest).where(*here).order_by(PartnerRequest.id)):
        search_index.refresh(ask)
