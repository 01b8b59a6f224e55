"""The home page, the landing page of each role, and the lists behind its figures."""

from volunteer_hub.reports.views import audit_log, board, lists, start
from volunteer_hub.reports.views.base import bp

__all__ = ["audit_log", "board", "bp", "lists", "start"]
