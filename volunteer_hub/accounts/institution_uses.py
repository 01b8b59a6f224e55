"""What this area teaches the pages about institutions: how many people hold a role there."""

from __future__ import annotations

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts.models import RoleGrant
from volunteer_hub.institutions import uses


def teach() -> None:
    """Let the pages about institutions count people."""
    uses.teach("people", _l("People with a role there"), _count, "people.index")


def _count(institution_id: int) -> sa.ScalarSelect[int]:
    here = (RoleGrant.institution_id == institution_id, RoleGrant.ended_at.is_(None))
    return sa.select(sa.func.count(RoleGrant.account_id.distinct())).where(*here).scalar_subquery()
