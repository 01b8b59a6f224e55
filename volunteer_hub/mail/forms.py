"""Forms of the outbox and of the words of e-mails."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import TextAreaField
from volunteer_hub.core.forms import Form
from volunteer_hub.mail.wording_rules import MAX_WORDING_LENGTH


class ConfirmMailForm(Form):
    """A confirmation that asks nothing."""


class WordingForm(Form):
    """One sentence in the programme's own words."""

    text = TextAreaField(
        _l("Your words"),
        rows=4,
        limit=MAX_WORDING_LENGTH,
        hint=_l("Keep what is in brackets with its % sign as it is: the service fills it in."),
        missing=_l("Write something, or go back to the original words"),
    )
