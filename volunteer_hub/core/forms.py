"""The base of every form: one key a page shown, a version for edits, errors from the service."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from flask import request
from wtforms import Form as WTForm
from wtforms import HiddenField

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, NotFound
from volunteer_hub.patient_data import guard


@dataclass(frozen=True)
class Difference:
    """One field that two editors filled in differently."""

    label: Any
    theirs: str
    yours: str


class Form(WTForm):
    """Shape and wording of input. Rules and writes live elsewhere."""

    version = HiddenField()
    error_status = 422
    text_warning: guard.TextWarning | None = None

    @classmethod
    def bind(cls, row: Any = None, **data: Any) -> Self:
        """The form as posted, or as `row` and `data` fill it when the page is only read."""
        posted = request.form if request.method == "POST" else None
        form = cls(posted, obj=None if posted is not None else row, data=data)
        if posted is None and hasattr(row, "version"):
            form.version.data = str(row.version)
        return form

    def process_choices(self, *names: str) -> None:
        """Read the posted answers again, after a view has filled in these fields' choices."""
        if request.method == "POST":
            for name in names:
                self[name].process(request.form)

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field, then look every free text over for patient data."""
        in_order = bool(super().validate(extra_validators))
        self.text_warning = guard.screen(self)
        return in_order and not self.errors

    def validate_on_submit(self) -> bool:
        """Whether it was posted and every field is in order."""
        return request.method == "POST" and bool(self.validate())

    def add_domain_error(self, error: DomainError) -> None:
        """Show a refusal of the service at its field, or above the form. Whoever came second gets a 409."""
        if isinstance(error, Conflict):
            self.error_status = error.status
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, error.message]
            if error.code == "typed":  # about what was typed, as the fields' own errors are
                field.process_errors = [*field.process_errors, error.message]
        else:
            self.form_errors.append(error.message)

    @contextlib.contextmanager
    def catch_domain_errors(self) -> Iterator[None]:
        """Turn a refusal inside the block into the form's error, with nothing written."""
        try:
            yield
        except NotFound:
            raise
        except DomainError as error:
            db.session.rollback()
            self.add_domain_error(error)

    def has_conflicting_edit(self, row: Any) -> bool:
        """Whether somebody saved since this page was shown; the form then takes the row's version."""
        if self.version.data == str(row.version):
            return False
        self.version.raw_data = None
        self.version.data = str(row.version)
        return True

    def differences(self, row: Any) -> list[Difference]:
        """What stands in `row` now against what was typed, when somebody saved in between.

        Empty when the version posted is the row's. The form then takes the row's version, so
        that a second, deliberate save goes through.
        """
        if not self.has_conflicting_edit(row):
            return []
        theirs = type(self)(None, obj=row)
        pairs = ((field, theirs[field.name]) for field in self if field.name != "version")
        return [
            Difference(mine.label.text, display_value(other), display_value(mine))
            for mine, other in pairs
            if display_value(mine) != display_value(other)
        ] or [Difference("", "", "")]


def display_value(field: Any) -> str:
    """A field's value as a person would read it."""
    if hasattr(field, "pairs"):
        labels = dict(field.pairs())
        values = [field.data] if not isinstance(field.data, list) else field.data
        return ", ".join(str(labels.get(str(v), v)) for v in values if v is not None)
    return str(field._value())


def new_form_key() -> str:
    """A key for one showing of a form: two posts of it are one act (core/idempotency.py)."""
    return secrets.token_urlsafe(12)
