"""Fields into which people type: text, numbers, hours, days, times."""

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
    """The day in a filter, `2027-03-27`; None for anything else: an address is no form."""
    try:
        day = dt.date.fromisoformat(text) if ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None
    return day if day and FIRST_YEAR <= day.year <= LAST_YEAR else None


class TextFieldBase(Field):
    """One line of text; the others refine `parse` and `show`."""

    data: Any
    control = "input"
    guarded: bool | str = False  # looked over for patient data (core/patient_data)
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
        self.missing, self.own_missing = missing or self.usual_missing, missing
        self.required, self.limit, self.width = required, limit, width
        self.needed_if = needed_if  # the hint says when it must be filled in: not to be called optional
        self.autocomplete, self.suffix, self.before = autocomplete, suffix, prefix

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Clean and parse the typed text; a ValueError becomes the field's error."""
        self.data = None
        try:
            text = plain_text.clean(str(valuelist[0]) if valuelist else "", limit=self.limit)
            self.data = self.parse(text) if text else None
        except DomainError as error:
            raise ValueError(error.message) from error

    def pre_validate(self, form: Any) -> None:
        """Refuse an empty answer where one is needed."""
        if self.required and self.data in (None, "", []) and not self.process_errors:
            raise StopValidation(self.missing)

    def parse(self, text: str) -> Any:
        """The value of cleaned, non-empty `text`."""
        return text

    def show(self, value: Any) -> str:
        """`value` as a person would type it."""
        return str(value)

    def _value(self) -> str:
        if self.raw_data:
            return plain_text.FORBIDDEN.sub("", str(self.raw_data[0]))
        return "" if self.data is None else self.show(self.data)


class TextInputField(TextFieldBase):
    """One line of text; line ends become spaces. None when empty and not required.

    Looked over for patient data. Where it names a member of staff by its nature, `guarded="stops"`: only what
    gives a patient away counts, nothing warns. `guarded=False` is for what is compared and not kept, such as codes.
    """

    def __init__(self, label: Any, *, guarded: bool | str = True, **kwargs: Any) -> None:
        super().__init__(label, **kwargs)
        self.guarded = guarded

    def parse(self, text: str) -> str:
        return " ".join(text.split())


class TextAreaField(TextFieldBase):
    """Several lines of text, always looked over for patient data."""

    control = "textarea"
    guarded = True

    def __init__(self, label: Any, *, rows: int = 5, limit: int = 4000, **kwargs: Any) -> None:
        super().__init__(label, limit=limit, **kwargs)
        self.rows = rows


class EmailField(TextFieldBase):
    """An e-mail address, lower-cased."""

    input_type = "email"
    default_missing = _l("Enter an e-mail address")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=MAX_LENGTH, autocomplete="email", **kwargs)

    def parse(self, text: str) -> str:
        found = parse_email(text)
        if found is None:
            raise ValueError(_l("Enter an email address in the correct format, like name@example.org"))
        return found


class PasswordField(TextFieldBase):
    """A secret: never shown again, never trimmed inside."""

    input_type = "password"

    def _value(self) -> str:
        return ""


class IntegerField(TextFieldBase):
    """A count between `least` and `most`."""

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
    """Hours such as `1.5`, kept as whole minutes in steps of 15."""

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
    """An amount of money as typed; `core.money.parse` reads it in the right currency."""

    input_mode = "decimal"

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=40, width="5", **kwargs)


class DateField(TextFieldBase):
    """A calendar day, `2027-03-27` or `27/3/2027`, between `earliest` and `latest` years."""

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
    """A time such as `18:30`, kept as minutes after midnight; `24:00` ends a day."""

    input_type = "time"
    default_missing = _l("Enter a time, like 18:30")

    def __init__(self, label: Any, **kwargs: Any) -> None:
        super().__init__(label, limit=10, width="5", **kwargs)

    def parse(self, text: str) -> int:
        found = TIME.fullmatch(text)
        minutes = int(found[1]) * 60 + int(found[2]) if found and int(found[2]) < 60 else -1
        if not 0 <= minutes <= 24 * 60:
            raise ValueError(_l("Enter a time, like 18:30"))
        return minutes

    def show(self, value: Any) -> str:
        return f"{value // 60:02d}:{value % 60:02d}"
