"""Pages of a volunteer's own profile: an overview, and sections that are saved separately."""

from __future__ import annotations

from volunteer_hub.volunteers.views import form_sections, list_sections
from volunteer_hub.volunteers.views.overview import bp

__all__ = [
    "bp",
    "form_sections",
    "list_sections",
]
