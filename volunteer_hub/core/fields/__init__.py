"""Form fields that keep what was typed, refuse what is not plain, and say what to do.

`data` is the parsed value or None; what was typed is kept and shown again. Numbers are plain ASCII
digits: `1e3`, `NaN`, `Infinity` and full-width digits are refused (trust.md 8).
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
