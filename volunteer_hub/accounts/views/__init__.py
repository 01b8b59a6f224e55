"""Pages of accounts: registration and signing in, the own account, second factor, people, deactivation."""

from volunteer_hub.accounts.views import accounts, deactivation, email_change, identity, people, second_factor
from volunteer_hub.accounts.views.base import bp

__all__ = ["accounts", "bp", "deactivation", "email_change", "identity", "people", "second_factor"]
