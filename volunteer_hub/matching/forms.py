"""Forms about matches."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.core.fields import IntegerField, SingleChoiceField, TextAreaField, TextInputField
from volunteer_hub.core.forms import Difference, Form
from volunteer_hub.fit.factor_descriptions import FACTOR_DESCRIPTIONS
from volunteer_hub.fit.rules import Factor, Weights
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.matching.labels import LABELS
from volunteer_hub.matching.states import HOST_REASONS, VOLUNTEER_REASONS, Reason


class InterestForm(Form):
    """A volunteer comes forward."""

    message = TextAreaField(
        _l("A few words to the hospital"),
        hint=_l("Why you, what you have done of the kind, what you would like to learn. No patient details."),
        missing=_l("Write a few words to the hospital"),
        limit=2000,
    )


class AcceptForm(Form):
    """A volunteer accepts an invitation."""

    message = TextAreaField(_l("A few words back"), required=False, limit=2000)


class DeclineOrWithdrawForm(Form):
    """A volunteer declines or withdraws."""

    reason = SingleChoiceField(
        _l("Reason"), options=[(r, LABELS[r]) for r in VOLUNTEER_REASONS], kind=Reason, missing=_l("Choose a reason")
    )
    message = TextAreaField(_l("Anything you want to add"), required=False, limit=2000)


class DeclineVolunteerForm(Form):
    """A host declines a volunteer."""

    reason = SingleChoiceField(
        _l("Reason"), options=[(r, LABELS[r]) for r in HOST_REASONS], kind=Reason, missing=_l("Choose a reason")
    )
    message = TextAreaField(
        _l("Words to the volunteer"),
        hint=_l("They read this. A kind, clear sentence helps them to find a request that fits better."),
        missing=_l("Write a sentence to the volunteer"),
        limit=2000,
    )


class InviteVolunteerForm(Form):
    """A director invites a volunteer."""

    message = TextAreaField(
        _l("Words to the volunteer"),
        hint=_l("Why you think of them. They have the whole request before them."),
        missing=_l("Write a few words to the volunteer"),
        limit=2000,
    )


F = Factor


def _reason() -> TextInputField:
    return TextInputField(
        _l("Why you change it"), limit=300, missing=_l("Say why in a few words; they stay in the history")
    )


def _points(factor: Factor) -> IntegerField:
    hint, missing = FACTOR_DESCRIPTIONS[factor], _l("Enter its points; 0 leaves it out")
    return IntegerField(LABELS[factor], hint=hint, least=0, most=100, suffix=_l("points"), missing=missing)


def _few_words(label: Any, hint: Any, missing: Any) -> TextAreaField:
    """Why something about two people, or one of them and a hospital, is set: kept, and read by few."""
    return TextAreaField(label, rows=3, limit=1000, hint=hint, missing=missing)


class WeightsForm(Form):
    """Points for each factor, 100 together. `confirmed` names what the person was shown before saving."""

    language_fit = _points(F.LANGUAGE)
    skills_fit = _points(F.SKILLS)
    overlap_fit = _points(F.OVERLAP)
    specialty_fit = _points(F.SPECIALTY)
    hours_fit = _points(F.HOURS)
    duration_fit = _points(F.DURATION)
    experience_fit = _points(F.EXPERIENCE)
    goals_fit = _points(F.GOALS)
    urgency_fit = _points(F.URGENCY)
    waiting_fit = _points(F.WAITING)
    fairness_fit = _points(F.FAIRNESS)
    reason = _reason()
    confirmed = HiddenField()

    def points(self) -> dict[Factor, int]:
        """The answers as the rules want them."""
        return {factor: self[factor.value].data for factor in Factor}

    def fingerprint(self) -> str:
        """What names the points that were shown with what they would do."""
        return "-".join(str(self[factor.value].data) for factor in Factor)

    def differences(self, row: Any) -> list[Difference]:
        """The same as ever, without the reason and the confirmation, which are nobody's version."""
        labels = {str(self.reason.label.text), str(self.confirmed.label.text)}
        found = super().differences(row)
        return [one for one in found if str(one.label) not in labels] or [Difference("", "", "")][: len(found)]


def to_form_values(weights: Weights) -> SimpleNamespace:
    """A version of the weights as its form shows it."""
    return SimpleNamespace(version=str(weights.version), **{one.value: weights[one] for one in Factor})


class RevertWeightsForm(Form):
    """Why somebody goes back to an earlier version."""

    reason = _reason()


class OverrideForm(Form):
    """What a coordinator knows better than the figures."""

    factor = SingleChoiceField(
        _l("What you set by hand"),
        options=[(factor, LABELS[factor]) for factor in Factor],
        kind=Factor,
        control="select",
        missing=_l("Choose what you set by hand"),
    )
    share = IntegerField(
        _l("How much of its points it gives"),
        most=100,
        suffix=_l("per cent"),
        hint=_l("100 gives all of its points, 50 half of them, 0 none."),
        missing=_l("Enter how much of its points it gives, from 0 to 100"),
    )
    reason = _few_words(
        _l("Why"),
        _l(
            "Pages show it to coordinators alone; everybody sees that the points were set by hand. Write it so that the volunteer may read it: it is in the download of their own data."
        ),
        _l("Say why; only coordinators read it"),
    )


class RevokeForm(Form):
    """A confirmation that asks nothing."""


class ConflictForm(Form):
    """A conflict of interest between a volunteer and a hospital."""

    institution = SingleChoiceField(
        _l("Hospital"), options=institutions.list_overseas_choices, control="select", missing=_l("Choose the hospital")
    )
    reason = _few_words(
        _l("What the conflict is"),
        _l("A sentence is enough. Only you and the coordinators read it."),
        _l("Say in a sentence what the conflict is"),
    )


class ExcludeForm(Form):
    """A hospital does not want a volunteer proposed to it any more."""

    reason = _few_words(
        _l("Why"),
        _l(
            "Pages show it to you and the coordinators alone. Write it so that the volunteer may read it: whoever asks for all that is kept about them is given it."
        ),
        _l("Say why; the coordinators read it"),
    )
