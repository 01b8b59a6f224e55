"""Pages of requests: lists and one request, drafting section by section, decisions."""

from volunteer_hub.partner_requests.views import decisions, drafting, parts, reading
from volunteer_hub.partner_requests.views.base import bp

__all__ = ["bp", "decisions", "drafting", "parts", "reading"]
