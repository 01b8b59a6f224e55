"""The stored settings of a programme's rounds."""

from __future__ import annotations

from volunteer_hub.core.db import db
from volunteer_hub.matching.models import RoundSetting


def find_row(programme_id: int) -> RoundSetting | None:
    """Return the stored settings of a programme, or None if they were never changed."""
    return db.session.get(RoundSetting, programme_id)


def get_settings(programme_id: int) -> RoundSetting:
    """Return the settings of a programme; the defaults, as a transient row, if none are stored."""
    return find_row(programme_id) or RoundSetting(
        programme_id=programme_id,
        proposals_per_volunteer=1,
        proposals_per_seat=1,
        fill_first=True,
        every_days=None,
        next_on=None,
        excluded_support_kinds="",
        version=0,
    )
