"""Form fields: strict parsing of typed text, with error messages that say what to enter.

`data` is the parsed value or None; the typed text is shown again after an error. Numbers are ASCII digits: `1e3`, `NaN`,
`Infinity` and full-width digits are refused, because Python's own conversions would accept them.
"""

from volunteer_hub.core.fields.choices import CheckboxesField, CheckboxField, SingleChoiceField
from volunteer_hub.core.fields.text_inputs import (
    DIGITS,
    ISO_DAY,
    AmountField,
    DateField,
    EmailField,
    HoursField,
    IntegerField,
    PasswordField,
    TextAreaField,
    TextFieldBase,
    TextInputField,
    TimeField,
    parse_filter_date,
)

__all__ = [
    "DIGITS",
    "ISO_DAY",
    "AmountField",
    "CheckboxField",
    "CheckboxesField",
    "DateField",
    "EmailField",
    "HoursField",
    "IntegerField",
    "PasswordField",
    "SingleChoiceField",
    "TextAreaField",
    "TextFieldBase",
    "TextInputField",
    "TimeField",
    "parse_filter_date",
]
