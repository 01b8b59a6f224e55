"""Choice fields: one of a list, several of a list, or a single checkbox."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import SelectChoice, SelectField, SelectMultipleField
from wtforms.validators import StopValidation

Options = Mapping[Any, Any] | Sequence[tuple[Any, Any]] | Callable[[], Iterable[tuple[Any, Any]]]


def _value_label_pairs(options: Options) -> list[tuple[str, Any]]:
    pairs = options() if callable(options) else options.items() if isinstance(options, Mapping) else options
    return [(value.value if isinstance(value, enum.Enum) else str(value), label) for value, label in pairs]


class ChoiceFieldBase(SelectField):
    """Base of choice fields: `options`, whether an answer is required, and the message when it is missing.

    `options` is a mapping or a sequence of (value, label), or a function that returns one per request.
    """

    default_missing: Any = _l("Choose one of the answers")

    def __init__(
        self,
        label: Any,
        *,
        options: Options,
        hint: Any = "",
        missing: Any = None,
        required: bool = True,
        needed_if: bool = False,
        inline: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(label, description=hint, choices=[], validate_choice=False, **kwargs)
        self.options, self.required, self.needed_if, self.inline = options, required, needed_if, inline
        self.missing, self.own_missing = missing or self.default_missing, missing

    def list_choices(self) -> list[tuple[str, Any]]:
        """Return (value, label) of each choice."""
        return _value_label_pairs(self.options)

    def iter_choices(self) -> Iterable[SelectChoice]:
        return [SelectChoice(value, label) for value, label in self.list_choices()]


class SingleChoiceField(ChoiceFieldBase):
    """One choice of a list, rendered as `control`: `radios` for short lists, `select` for long ones.

    `data` is the value as text, a member of `kind` if that is set, or None.
    """

    data: Any

    def __init__(
        self,
        label: Any,
        *,
        kind: type[enum.StrEnum] | None = None,
        control: str = "radios",
        **kwargs: Any,
    ) -> None:
        super().__init__(label, **kwargs)
        self.control, self.kind = control, kind

    def process_data(self, value: Any) -> None:
        self.data = value

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        text = str(valuelist[0]) if valuelist else ""
        if not text:
            return
        if text not in dict(self.list_choices()):
            raise ValueError(_l("Choose one of the answers"))
        self.data = self.kind(text) if self.kind else text

    def pre_validate(self, form: Any) -> None:
        if self.required and self.data is None and not self.process_errors:
            raise StopValidation(self.missing)

    @property
    def current_value(self) -> str:
        """The value to render as selected, as text; empty for none."""
        if self.raw_data:
            return str(self.raw_data[0])
        if self.data is None:
            return ""
        return self.data.value if isinstance(self.data, enum.Enum) else str(self.data)


class CheckboxesField(ChoiceFieldBase, SelectMultipleField):
    """Any number of choices, as checkboxes. `data` is the list of values as text."""

    data: Any

    control = "checkboxes"

    default_missing = _l("Choose at least one answer")

    def process_data(self, value: Any) -> None:
        self.data = [str(v) for v in value or []]

    def process_formdata(self, valuelist: list[Any]) -> None:
        choices = dict(self.list_choices())
        self.data = [str(value) for value in valuelist if str(value) in choices]
        if len(self.data) != len(valuelist):
            raise ValueError(_l("Choose from the answers shown"))

    def pre_validate(self, form: Any) -> None:
        if self.required and not self.data and not self.process_errors:
            raise StopValidation(self.missing)


class CheckboxField(CheckboxesField):
    """One checkbox on its own, such as an agreement, with the text `says`. `data` is `["yes"]` or empty."""

    def __init__(self, label: Any, *, says: Any, **kwargs: Any) -> None:
        super().__init__(label, options=[("yes", says)], **kwargs)
