"""Pages of a volunteer's own profile: an overview, and sections that are saved separately."""

from volunteer_hub.volunteers.views import form_sections, list_sections, overview, readiness, requirements
from volunteer_hub.volunteers.views.base import bp

__all__ = ["bp", "form_sections", "list_sections", "overview", "readiness", "requirements"]
