"""Forms of the outbox and of the email templates."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import TextAreaField
from volunteer_hub.core.forms import Form
from volunteer_hub.mail.wording_rules import MAX_WORDING_LENGTH


class WordingForm(Form):
    """The programme's own text instead of one message of a template."""

    text = TextAreaField(
        _l("Your words"),
        rows=4,
        limit=MAX_WORDING_LENGTH,
        hint=_l("Keep what is in brackets with its % sign as it is: the service fills it in."),
        missing=_l("Write something, or go back to the original words"),
    )
