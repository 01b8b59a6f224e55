"""Forms of the privacy area."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import CheckboxField, IntegerField, TextAreaField
from volunteer_hub.core.forms import Form
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.rules import KEEP_DAYS_LIMITS
from volunteer_hub.privacy.states import RetentionCategory


class RequestErasureForm(Form):
    """Request one's erasure."""

    message = TextAreaField(
        _l("Is there anything that we should know?"),
        required=False,
        limit=2000,
        hint=_l("You need not give a reason."),
    )
    sure = CheckboxField(
        _l("Confirm"),
        says=_l("I have read what is erased and what is kept, and I want to be erased"),
        missing=_l("Tick that you have read what is erased and what is kept"),
    )


class GrantErasureForm(Form):
    """Grant an erasure request."""

    message = TextAreaField(_l("Words for the person"), required=False, limit=2000)


class RefuseErasureForm(Form):
    """Refuse an erasure request; the law requires a reason (UK GDPR article 12(4))."""

    message = TextAreaField(
        _l("Why not"),
        limit=2000,
        missing=_l("Give the reason. The person reads it."),
        hint=_l("For example a law that makes the charity keep it. The person reads your words."),
    )


def _days_field(category: RetentionCategory) -> IntegerField:
    least, most = KEEP_DAYS_LIMITS[category]
    return IntegerField(
        LABELS[category], least=least, most=most, suffix=_l("days"), missing=_l("Enter a number of days")
    )


class RetentionForm(Form):
    """Set the retention period of each category, in days. The fields are named like the categories' values."""

    people = _days_field(RetentionCategory.PEOPLE)
    emails = _days_field(RetentionCategory.EMAILS)
    sessions = _days_field(RetentionCategory.SESSIONS)
    job_runs = _days_field(RetentionCategory.JOB_RUNS)
    imports = _days_field(RetentionCategory.IMPORTS)
    reason = TextAreaField(_l("Why the change"), rows=2, limit=500, missing=_l("Say why, for whoever asks later"))


def retention_form_values(days: Mapping[RetentionCategory, int]) -> SimpleNamespace:
    """Return the periods as the form's object, with a version that is a digest of them, for conflict detection."""
    version = hashlib.sha256(repr(sorted(days.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=version, **{category.value: number for category, number in days.items()})
