"""Pages of the outbox, of bounced addresses and of the wording of emails; the mail catcher of a development machine."""

from volunteer_hub.mail.views import outbox, wording
from volunteer_hub.mail.views.base import bp

__all__ = ["bp", "outbox", "wording"]
