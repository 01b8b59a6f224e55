"""The columns that the selects of all kinds have in common, and the scope of hosts and staff."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import UTCDateTime
from volunteer_hub.institutions.models import Institution
from volunteer_hub.matching.queries import HOSTS, in_scope
from volunteer_hub.partner_requests.models import PartnerRequest

Rows = sa.Select[Any]


def _text(value: Any) -> Any:
    return sa.literal(value, sa.Text) if isinstance(value, str) else sa.cast(value, sa.Text)


def attention_row(
    row_id: Any, title: Any, context: Any = "", *, at: Any = None, day: Any = None, number: Any = 0, extra: Any = ""
) -> Rows:
    """Select the common columns, typed alike so that the kinds can be united in one statement."""
    return sa.select(
        row_id.label("id"),
        _text(title).label("title"),
        _text(context).label("context"),
        (sa.cast(sa.null(), UTCDateTime()) if at is None else sa.type_coerce(at, UTCDateTime())).label("at"),
        (sa.cast(sa.null(), sa.Date()) if day is None else sa.type_coerce(day, sa.Date())).label("day"),
        sa.cast(number, sa.Integer).label("number"),
        _text(extra).label("extra"),
    )


def join_hosts(statement: Rows, viewer: Viewer) -> Rows:
    """Join the request's institution, and keep the rows within the viewer's scope as a host or staff."""
    return statement.join(Institution, Institution.id == PartnerRequest.institution_id).where(in_scope(viewer, *HOSTS))
