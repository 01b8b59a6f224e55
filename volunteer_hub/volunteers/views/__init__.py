"""A volunteer's own profile: a list of sections, each saved on its own."""

from __future__ import annotations

from volunteer_hub.volunteers.views import form_sections, list_sections
from volunteer_hub.volunteers.views.overview import bp

__all__ = [
    "bp",
]
