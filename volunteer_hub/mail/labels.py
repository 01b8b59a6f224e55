"""Words for the outbox's states."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.mail.states import MailState

LABELS = {
    MailState.QUEUED: _l("Waiting to be sent"),
    MailState.LEASED: _l("Being sent"),
    MailState.SENT: _l("Sent"),
    MailState.FAILED: _l("Failed"),
    MailState.CANCELLED: _l("Cancelled"),
    MailState.UNCERTAIN: _l("Uncertain"),
}
TONES = {
    MailState.QUEUED: "blue",
    MailState.LEASED: "blue",
    MailState.SENT: "green",
    MailState.FAILED: "red",
    MailState.CANCELLED: "grey",
    MailState.UNCERTAIN: "orange",
}
ACTIONS: dict[str, str] = {}
