"""Form fields that keep what was typed, refuse what is not plain, and say what to do.

`data` is the parsed value or None; what was typed is kept and shown again. Numbers are plain ASCII
digits: `1e3`, `NaN`, `Infinity` and full-width digits are refused (trust.md 8).
"""

from volunteer_hub.core.fields.choices import ManyOf, OneOf, Tick
from volunteer_hub.core.fields.typed import (
    DIGITS,
    ISO_DAY,
    Amount,
    Block,
    Day,
    Email,
    HoursField,
    Line,
    Password,
    TimeOfDay,
    Typed,
    WholeNumber,
    day_asked,
)

__all__ = [
    "DIGITS",
    "ISO_DAY",
    "Amount",
    "Block",
    "Day",
    "Email",
    "HoursField",
    "Line",
    "ManyOf",
    "OneOf",
    "Password",
    "Tick",
    "TimeOfDay",
    "Typed",
    "WholeNumber",
    "day_asked",
]
