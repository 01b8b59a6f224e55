"""Labels of the outbox's states and actions."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.mail.states import Bounce, MailState

LABELS = {
    MailState.QUEUED: _l("Waiting to be sent"),
    MailState.LEASED: _l("About to be sent"),
    MailState.HANDING_OVER: _l("Being sent"),
    MailState.SENT: _l("Sent"),
    MailState.FAILED: _l("Failed"),
    MailState.CANCELLED: _l("Cancelled"),
    MailState.UNCERTAIN: _l("Delivery not confirmed"),
    Bounce.HARD: _l("Came back: the address takes no email"),
    Bounce.SOFT: _l("Came back: try again later"),
}
TONES = {
    MailState.QUEUED: "blue",
    MailState.LEASED: "blue",
    MailState.HANDING_OVER: "blue",
    MailState.SENT: "green",
    MailState.FAILED: "red",
    MailState.CANCELLED: "grey",
    MailState.UNCERTAIN: "orange",
    Bounce.HARD: "red",
    Bounce.SOFT: "orange",
}
ACTIONS = {
    "address_bounces.paused": _l("stopped sending to an address that refused 3 emails"),
    "address_bounces.resumed": _l("started sending to the address again"),
    "mail.wording_changed": _l("changed the words of an e-mail"),
    "outbox_mail.queued": _l("decided to send the e-mail again"),
    "outbox_mail.sent": _l("noted that the e-mail was delivered"),
    "outbox_mail.cancelled": _l("cancelled the e-mail"),
}


def kind_label(kind: str) -> str:
    """Return the name of a kind of email as a user reads it."""
    return kind.replace("_", " ").capitalize()
