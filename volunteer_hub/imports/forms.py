"""Forms of imports: a file with its kind, and the last question."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import OneOf, Tick, Typed
from volunteer_hub.core.forms import Form
from volunteer_hub.imports.labels import LABELS
from volunteer_hub.imports.states import ImportKind


@dataclass(frozen=True)
class UploadedFile:
    """A posted file: the name that the browser gave it, and its bytes."""

    name: str
    content: bytes


class FileField(Typed):
    """One file. `data` is a GivenFile or None; a browser never shows the file again after an error."""

    data: Any
    input_type = "file"
    usual_missing = _l("Choose a file")

    def process(self, formdata: Any, data: Any = None, extra_filters: Any = None) -> None:
        """Take the file from where a browser puts files, not from among the answers."""
        super().process(None)
        self.data = None
        given = request.files.get(self.name) if formdata is not None else None
        if given and given.filename:
            self.data = UploadedFile(given.filename, given.stream.read())

    def _value(self) -> str:
        return ""


class UploadForm(Form):
    """A file, and what its rows are."""

    kind = OneOf(
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
    """The last question: whether the invitations go out at once."""

    send = Tick(
        _l("Invitations"),
        says=_l("Send the invitations now"),
        required=False,
        needed_if=True,
        hint=_l("Without the tick the accounts wait. You can send each invitation later, on the person’s page."),
    )
