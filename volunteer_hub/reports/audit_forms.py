"""The form that exports the audit log."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import SingleChoiceField, TextAreaField
from volunteer_hub.core.forms import Form
from volunteer_hub.reports.audit_export import ExportFormat


class AuditExportForm(Form):
    """Why entries are exported, and in which format."""

    reason = TextAreaField(
        _l("Why do you need them?"),
        rows=3,
        limit=500,
        hint=_l("The trail keeps your reason with your name."),
        missing=_l("Enter why you need them"),
    )
    kind = SingleChoiceField(
        _l("Kind of file"),
        kind=ExportFormat,
        options={
            ExportFormat.CSV: _l("CSV, for a spreadsheet"),
            ExportFormat.JSONL: _l("JSON lines, to check the chain"),
        },
        missing=_l("Choose the kind of file"),
    )
