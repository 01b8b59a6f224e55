"""Settings of a programme."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.programmes.rules import ProgrammeSettings

USUAL = ProgrammeSettings(
    name="Hands together",
    funder="A health fund",
    starts_on=dt.date(2027, 1, 1),
    ends_on=dt.date(2027, 12, 31),
    target_volunteers=25,
    default_allocation_minor=50_000,
    needs_release=False,
    volunteer_days=7,
    director_days=7,
    release_days=14,
)
