"""Pages of requests: the list and one request, drafts section by section, decisions."""

from volunteer_hub.partner_requests.views import decisions, drafts, list_sections, overview
from volunteer_hub.partner_requests.views.base import bp

__all__ = [
    "bp",
    "decisions",
    "drafts",
    "list_sections",
    "overview",
]
