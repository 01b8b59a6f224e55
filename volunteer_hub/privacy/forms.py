"""Forms of this area."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import SimpleNamespace

from flask_babel import lazy_gettext as _l

from volunteer_hub.core.fields import Block, Tick, WholeNumber
from volunteer_hub.core.forms import Form
from volunteer_hub.privacy.labels import LABELS
from volunteer_hub.privacy.rules import LIMITS
from volunteer_hub.privacy.states import Kept


class ConfirmForm(Form):
    """Only a button."""


class EraseForm(Form):
    """Ask to be erased."""

    words = Block(
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


class GrantForm(Form):
    """Say yes."""

    words = Block(_l("Words for the person"), required=False, limit=2000)


class RefuseForm(Form):
    """Say no; the law wants the reason."""

    words = Block(
        _l("Why not"),
        limit=2000,
        missing=_l("Give the reason. The person reads it."),
        hint=_l("For example a law that makes the charity keep it. The person reads your words."),
    )


def _days(kept: Kept) -> WholeNumber:
    least, most = LIMITS[kept]
    return WholeNumber(LABELS[kept], least=least, most=most, suffix=_l("days"), missing=_l("Enter a number of days"))


class RetentionForm(Form):
    """For how many days things are kept."""

    people = _days(Kept.PEOPLE)
    emails = _days(Kept.EMAILS)
    sessions = _days(Kept.SESSIONS)
    job_runs = _days(Kept.JOB_RUNS)
    imports = _days(Kept.IMPORTS)
    reason = Block(_l("Why the change"), rows=2, limit=500, missing=_l("Say why, for whoever asks later"))


def as_shown(days: Mapping[Kept, int]) -> SimpleNamespace:
    """The settings as their form shows them, with a version that changes with them and with nothing else."""
    version = hashlib.sha256(repr(sorted(days.items())).encode()).hexdigest()[:16]
    return SimpleNamespace(version=version, **{kept.value: number for kept, number in days.items()})
