"""Pages of hours: logging, a placement's hours, what waits for a yes, lists and downloads."""

from volunteer_hub.hours.views import entries, lists, review
from volunteer_hub.hours.views.base import bp

__all__ = [
    "bp",
    "lists",
]
