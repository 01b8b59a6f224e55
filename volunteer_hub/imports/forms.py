"""Forms of imports: the upload, and the confirmation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import CheckboxField, SingleChoiceField, TextFieldBase
from volunteer_hub.core.forms import Form
from volunteer_hub.imports.labels import LABELS
from volunteer_hub.imports.states import ImportKind


@dataclass(frozen=True)
class UploadedFile:
    """A posted file: the name that the browser sent, and its bytes."""

    name: str
    content: bytes


class FileField(TextFieldBase):
    """A file input. `data` is an UploadedFile or None; a browser does not show the file again after an error."""

    data: Any
    input_type = "file"
    default_missing = _l("Choose a file")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Read the file from the request's files; the form data does not hold it."""
        super().process(None)
        self.data = None
        upload = request.files.get(self.name) if formdata is not None else None
        if upload and upload.filename:
            self.data = UploadedFile(upload.filename, upload.stream.read())

    def _value(self) -> str:
        return ""


class UploadForm(Form):
    """A file and its kind."""

    kind = SingleChoiceField(
        _l("What the rows are"),
        options=[(kind, LABELS[kind]) for kind in ImportKind],
        kind=ImportKind,
        missing=_l("Choose what the rows are"),
    )
    file = FileField(
        _l("File"),
        hint=_l("CSV or Excel (.xlsx), 500 KB and 5,000 rows at most. The first row names the columns."),
        missing=_l("Choose a file"),
    )


class ConfirmImportForm(Form):
    """Confirms an import, with the choice to send the invitations at once."""

    send = CheckboxField(
        _l("Invitations"),
        says=_l("Send the invitations now"),
        required=False,
        needed_if=True,
        hint=_l("Without the tick the accounts wait. You can send each invitation later, on the person’s page."),
    )
