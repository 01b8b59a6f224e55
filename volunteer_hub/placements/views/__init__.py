"""Pages of placements: candidates and approval, the workplan, the manager's release, pauses and the end."""

from volunteer_hub.placements.views import approval, manager_release, placements, workplan
from volunteer_hub.placements.views.base import bp

__all__ = ["approval", "bp", "manager_release", "placements", "workplan"]
