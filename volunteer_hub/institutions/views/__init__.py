"""Pages of institutions, their agreements and partnerships."""

from volunteer_hub.institutions.views import agreements, institutions
from volunteer_hub.institutions.views.base import bp

__all__ = ["agreements", "bp", "institutions"]
