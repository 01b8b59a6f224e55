"""Forms of the budget pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import AmountField, TextInputField
from volunteer_hub.core.forms import Form


class ReceiveForm(Form):
    """Book money received from the funder."""

    amount = AmountField(_l("Amount received"), missing=_l("Enter the amount"))
    purpose = TextInputField(
        _l("Reference"),
        hint=_l("For example the grant instalment and the bank reference."),
        missing=_l("Enter a reference"),
    )
