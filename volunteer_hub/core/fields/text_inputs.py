"""Text input fields: text, numbers, hours, dates, times."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field
from wtforms.validators import StopValidation

from volunteer_hub.core import plain_text
from volunteer_hub.core.email_address import MAX_LENGTH, parse_email
from volunteer_hub.core.errors import DomainError

DIGITS = re.compile(r"[0-9]{1,9}")
DECIMAL = re.compile(r"[0-9]{1,4}(?:[.,][0-9]{1,2})?")
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
UK_DAY = re.compile(r"([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})")
TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def parse_filter_date(text: str) -> dt.date | None:
    """Return the date in a query argument, `2027-03-27`; None for anything else, as a URL has no error messages."""
    try:
        day = dt.date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


class TextFieldBase(Field):
    """Base of text fields. Subclasses override `parse` and `show`.

    `needed_if` marks a field that is required in some cases; its hint says when, so its label is not called optional.
    """

    data: Any
    control = "input"
    guarded: bool | str = False  # whether the text is screened for patient data (patient_data/guard.py)
    input_type = "text"
    input_mode: str | None = None
    default_missing: Any = _l("Enter an answer")

    def __init__(
        self,
        label: Any,
        *,
        hint: Any = "",
        missing: Any = None,
        required: bool = True,
        needed_if: bool = False,
        limit: int = 200,
        width: str = "",
        autocomplete: str | None = None,
        suffix: Any = None,
        prefix: Any = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, description=hint, **kwargs)
        self.missing, self.own_missing = missing or self.default_missing, missing
        self.required, self.limit, self.width = required, limit, width
        self.needed_if = needed_if
        self.autocomplete, self.suffix, self.before = autocomplete, suffix, prefix

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean and parse the typed text. A ValueError becomes the field's error."""
        self.data = None
        try:
            text = plain_text.clean(str(valuelist[0]) if valuelist else "", limit=self.limit)
            self.data = self.parse(text) if text else None
        except DomainError as error:
            raise ValueError(error.message) from error

    def pre_validate(self, form: Any) -> None:
        """Report a missing answer if one is required."""
        if self.required and self.data in (None, "", []) and not self.process_errors:
            raise StopValidation(self.missing)

    def parse(self, text: str) -> Any:
        """Return the value of cleaned, non-empty `text`. Raises ValueError with the message for the user."""
        return text

    def show(self, value: Any) -> str:
        """Return `value` as a person would type it."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return plain_text.FORBIDDEN.sub("", str(self.raw_data[0]))
        return "" if self.data is None else self.show(self.data)


class TextInputField(TextFieldBase):
    """One line of text; line ends become spaces. `data` is None when empty and not required.

    The text is screened for patient data. `guarded="stops"` ignores warnings: for fields whose purpose is to name a
    member of staff. `guarded=False` switches screening off: for values that are compared and not stored, such as codes.
    """

    def __init__(self, label: Any, *, guarded: bool | str = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.guarded = guarded

    def parse(self, text: str) -> str:
        return " ".join(text.split())


class TextAreaField(TextFieldBase):
    """Several lines of text, always screened for patient data."""

    control = "textarea"
    guarded = True

    def __init__(self, label: Any, *, rows: int = 5, limit: int = 4000, **kwargs: Any) -> None:
        super().__init__(label, limit=limit, **kwargs)
        self.rows = rows


class EmailField(TextFieldBase):
    """An email address. `data` is in lower case."""

    input_type = "email"
    default_missing = _l("Enter an e-mail address")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=MAX_LENGTH, autocomplete="email", **kwargs)

    def parse(self, text: str) -> str:
        address = parse_email(text)
        if address is None:
            raise ValueError(_l("Enter an email address in the correct format, like name@example.org"))
        return address


class PasswordField(TextFieldBase):
    """A secret. It is never rendered back; spaces within it are kept."""

    input_type = "password"

    def _value(self) -> str:
        return ""


class IntegerField(TextFieldBase):
    """A whole number between `least` and `most`, inclusive."""

    input_mode = "numeric"

    def __init__(self, label: Any, *, least: int = 0, most: int = 1_000_000, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width=kwargs.pop("width", "4"), **kwargs)
        self.least, self.most = least, most

    def parse(self, text: str) -> int:
        if not DIGITS.fullmatch(text) or not self.least <= int(text) <= self.most:
            raise ValueError(
                _l("Enter a whole number between %(least)s and %(most)s", least=self.least, most=self.most)
            )
        return int(text)


class HoursField(TextFieldBase):
    """Hours such as `1.5`. `data`, `least` and `most` are minutes, in steps of 15."""

    input_mode = "decimal"

    def __init__(self, label: Any, *, least: int = 15, most: int = 40 * 60, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width="4", suffix=_l("hours"), **kwargs)
        self.least, self.most = least, most

    def parse(self, text: str) -> int:
        minutes = round(float(text.replace(",", ".")) * 60) if DECIMAL.fullmatch(text) else -1
        if minutes % 15 or not self.least <= minutes <= self.most:
            raise ValueError(
                _l(
                    "Enter hours between %(least)s and %(most)s in quarters, like 1.5",
                    least=self.show(self.least),
                    most=self.show(self.most),
                )
            )
        return minutes

    def show(self, value: Any) -> str:
        return f"{value / 60:.2f}".rstrip("0").rstrip(".")


class AmountField(TextFieldBase):
    """An amount of money as typed text; `core.money.parse` parses it once the currency is known."""

    input_mode = "decimal"

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width="5", **kwargs)


class DateField(TextFieldBase):
    """A calendar date, `2027-03-27` or `27/3/2027`, from FIRST_YEAR to LAST_YEAR."""

    input_type = "date"
    default_missing = _l("Enter a date")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=20, width="10", **kwargs)

    def parse(self, text: str) -> dt.date:
        iso, uk = ISO_DAY.fullmatch(text), UK_DAY.fullmatch(text)
        try:
            if iso:
                day = dt.date(int(iso[1]), int(iso[2]), int(iso[3]))
            elif uk:
                day = dt.date(int(uk[3]), int(uk[2]), int(uk[1]))
            else:
                raise ValueError
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError
        except ValueError as error:
            raise ValueError(_l("Enter a real date, like 27/3/2027")) from error
        return day

    def show(self, value: Any) -> str:
        return str(value.isoformat())


class TimeField(TextFieldBase):
    """A time of day such as `18:30`. `data` is minutes after midnight; `24:00` is the end of the day."""

    input_type = "time"
    default_missing = _l("Enter a time, like 18:30")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=10, width="5", **kwargs)

    def parse(self, text: str) -> int:
        match = TIME.fullmatch(text)
        minutes = int(match[1]) * 60 + int(match[2]) if match and int(match[2]) < 60 else -1
        if not 0 <= minutes <= 24 * 60:
            raise ValueError(_l("Enter a time, like 18:30"))
        return minutes

    def show(self, value: Any) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"
