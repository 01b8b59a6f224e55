"""Forms of this area."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import Block, Tick, WholeNumber
from volunteer_hub.core.forms import Form
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.rules import KEEP_DAYS_LIMITS
from volunteer_hub.privacy.states import RetentionCategory


class DownloadDataForm(Form):
    """Only a button."""


class RequestErasureForm(Form):
    """Ask to be erased."""

    message = Block(
        _l("Is there anything that we should know?"),
        required=False,
        limit=2000,
        hint=_l("You need not give a reason."),
    )
    sure = Tick(
        _l("Confirm"),
        says=_l("I have read what is erased and what is kept, and I want to be erased"),
        missing=_l("Tick that you have read what is erased and what is kept"),
    )


class GrantErasureForm(Form):
    """Say yes."""

    message = Block(_l("Words for the person"), required=False, limit=2000)


class RefuseErasureForm(Form):
    """Say no; the law wants the reason."""

    message = Block(
        _l("Why not"),
        limit=2000,
        missing=_l("Give the reason. The person reads it."),
        hint=_l("For example a law that makes the charity keep it. The person reads your words."),
    )


def _days(kept: RetentionCategory) -> WholeNumber:
    least, most = KEEP_DAYS_LIMITS[kept]
    return WholeNumber(LABELS[kept], least=least, most=most, suffix=_l("days"), missing=_l("Enter a number of days"))


class RetentionForm(Form):
    """For how many days things are kept."""

    people = _days(RetentionCategory.PEOPLE)
    emails = _days(RetentionCategory.EMAILS)
    sessions = _days(RetentionCategory.SESSIONS)
    job_runs = _days(RetentionCategory.JOB_RUNS)
    imports = _days(RetentionCategory.IMPORTS)
    reason = Block(_l("Why the change"), rows=2, limit=500, missing=_l("Say why, for whoever asks later"))


def retention_form_values(days: Mapping[RetentionCategory, int]) -> SimpleNamespace:
    """The settings as their form shows them, with a version that changes with them and with nothing else."""
    version = hashlib.sha256(repr(sorted(days.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=version, **{kept.value: number for kept, number in days.items()})
