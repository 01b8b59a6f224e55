"""The home page, the landing page of each role, and the lists behind its figures."""

from volunteer_hub.reports.views import lists, start  # noqa: F401 -- their routes
from volunteer_hub.reports.views.base import bp

__all__ = ["bp"]
