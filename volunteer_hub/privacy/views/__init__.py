"""Pages of privacy: own data and erasure; for administrators erasure requests, retention and the data map."""

from volunteer_hub.privacy.views import administration, own_data
from volunteer_hub.privacy.views.base import bp

__all__ = ["administration", "bp", "own_data"]
