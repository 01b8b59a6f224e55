"""The base class of every form: idempotency key, version for edits, errors from the service, the text check.

Free text is screened for patient data by an area above core, which registers itself with `register_text_check`.
Without a registered check no form validates.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import Form as WTForm
from wtforms import HiddenField

from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError, NotFound

RENAMED_FIELDS = {
    "barred_kinds": ("excluded_support_kinds",),
    "seal": ("fingerprint",),
    "sealed": ("setup_token",),
    "why": ("reason",),
    "words": ("message", "reason"),
}
"""Old posted name: the names that its fields have now. A page may be open while a release replaces the one that served it."""


@dataclass(frozen=True)
class TextWarning:
    """Free text that may identify a patient.

    `digest` is a keyed hash of exactly this text on this page; `is_acknowledged` says whether the author confirmed
    the text under that digest.
    """

    digest: str
    is_acknowledged: bool


class TextCheck(NamedTuple):
    """A registered check of free text.

    `screen` adds an error to each field whose text may identify a patient and returns the warning, if there is one.
    `record_acknowledged` stores the warnings that the present request acknowledged.
    """

    screen: Callable[[Form], TextWarning | None]
    record_acknowledged: Callable[..., None]


_text_checks: list[TextCheck] = []


def register_text_check(screen: Callable[[Form], TextWarning | None], record_acknowledged: Callable[..., None]) -> None:
    """Screen every posted form with this check. Called at start-up; registering a check twice has no effect."""
    check = TextCheck(screen, record_acknowledged)
    if check not in _text_checks:
        _text_checks.append(check)


def record_acknowledged_texts(*, account_id: int | None, now: dt.datetime) -> None:
    """Store the text warnings that this request acknowledged, in the current transaction."""
    for check in _text_checks:
        check.record_acknowledged(account_id=account_id, now=now)


def _screen(form: Form) -> TextWarning | None:
    if not _text_checks:
        raise RuntimeError("no text check is registered: see register_text_check")
    warnings = [check.screen(form) for check in _text_checks]
    return next((warning for warning in warnings if warning), None)


@dataclass(frozen=True)
class Difference:
    """One field to which two editors gave different values."""

    label: Any
    theirs: str
    yours: str


class Form(WTForm):
    """Shape and wording of input. Business rules and writes belong to the service."""

    version = HiddenField()
    error_status = 422
    text_warning: TextWarning | None = None

    @classmethod
    def bind(cls, row: Any = None, **data: Any) -> Self:
        """Return the form with the posted values, or filled from `row` and `data` when the page is read."""
        posted = cls._read_posted() if request.method == "POST" else None
        form = cls(posted, obj=None if posted is not None else row, data=data)
        if posted is None and hasattr(row, "version"):
            form.version.data = str(row.version)
        return form

    @classmethod
    def _read_posted(cls) -> MultiDict[str, str]:
        """Return the posted values, with those of an earlier release's page under the names that the fields have now."""
        posted = MultiDict(request.form)
        for old_name, names in RENAMED_FIELDS.items():
            name = next((name for name in names if hasattr(cls, name) and name not in posted), None)
            if name and old_name in posted and not hasattr(cls, old_name):
                posted.setlist(name, posted.getlist(old_name))
        return posted

    def process_choices(self, *names: str) -> None:
        """Parse the posted values of these fields again, after a view has set their choices."""
        if request.method == "POST":
            for name in names:
                self[name].process(request.form)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate every field, then screen all free text for patient data.

        Raises RuntimeError when no text check is registered.
        """
        fields_are_valid = bool(super().validate(extra_validators))
        self.text_warning = _screen(self)
        return fields_are_valid and not self.errors

    def validate_on_submit(self) -> bool:
        """Return whether the form was posted and is valid. The same contract as Flask-WTF's method.

        Flask-WTF's own class is not the base: it would add a second CSRF field to the one that CSRFProtect checks,
        and forms could not be built without an application.
        """
        return request.method == "POST" and bool(self.validate())

    def add_domain_error(self, error: DomainError) -> None:
        """Show a refusal of the service at its field, or above the form. A Conflict makes the page's status 409."""
        if isinstance(error, Conflict):
            self.error_status = error.status
        if error.field and error.field in self:
            field = self[error.field]
            field.errors = [*field.errors, error.message]
            if error.about_typed_text:
                field.process_errors = [*field.process_errors, error.message]
        else:
            self.form_errors.append(error.message)

    @contextlib.contextmanager
    def catch_domain_errors(self) -> Iterator[None]:
        """Turn a DomainError raised in the block into an error of the form and roll back. NotFound passes through."""
        try:
            yield
        except NotFound:
            raise
        except DomainError as error:
            db.session.rollback()
            self.add_domain_error(error)

    def has_conflicting_edit(self, row: Any) -> bool:
        """Return whether `row` was saved since this page was rendered. If so, the form takes the row's version."""
        if self.version.data == str(row.version):
            return False
        self.version.raw_data = None
        self.version.data = str(row.version)
        return True

    def differences(self, row: Any) -> list[Difference]:
        """Compare the posted values with `row` if somebody else saved it since this page was rendered.

        Returns an empty list when the posted version is the row's. Otherwise the form takes the row's version, so
        that a second, deliberate save succeeds; a single empty Difference means that no field of this form differs.
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


class ConfirmForm(Form):
    """Confirm an act; no fields of its own. Its page extends `confirm.html`."""


def display_value(field: Any) -> str:
    """Return a field's value as a person reads it: the labels of choices, else the typed text."""
    if hasattr(field, "list_choices"):
        labels = dict(field.list_choices())
        values = [field.data] if not isinstance(field.data, list) else field.data
        return ", ".join(str(labels.get(str(value), value)) for value in values if value is not None)
    return str(field._value())


def new_form_key() -> str:
    """Return an idempotency key for one rendered form: two posts with it take effect once (core/idempotency.py)."""
    return secrets.token_urlsafe(12)
