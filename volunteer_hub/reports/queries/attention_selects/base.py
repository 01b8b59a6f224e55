"""The columns that every kind of thing that waits has, and the reach of those who look after it."""

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
    """The columns of every kind, typed alike so that they can stand under each other."""
    return sa.select(
        row_id.label("id"),
        _text(title).label("title"),
        _text(context).label("place"),
        (sa.cast(sa.null(), UTCDateTime()) if at is None else sa.type_coerce(at, UTCDateTime())).label("at"),
        (sa.cast(sa.null(), sa.Date()) if day is None else sa.type_coerce(day, sa.Date())).label("day"),
        sa.cast(number, sa.Integer).label("number"),
        _text(extra).label("extra"),
    )


def join_hosts(statement: Rows, viewer: Viewer) -> Rows:
    """Joined from the request to its institution, in the viewer's reach as a host or staff."""
    return statement.join(Institution, Institution.id == PartnerRequest.institution_id).where(in_scope(viewer, *HOSTS))
