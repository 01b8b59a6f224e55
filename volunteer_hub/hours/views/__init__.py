"""Pages of hours: the volunteer's entries, the hospital's review, lists and downloads."""

from volunteer_hub.hours.views import entries, lists, review
from volunteer_hub.hours.views.base import bp

__all__ = [
    "bp",
    "entries",
    "lists",
    "review",
]
