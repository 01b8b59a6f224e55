"""Forms about matches, weights, overrides and restrictions."""

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
    """A volunteer's application for a request."""

    message = TextAreaField(
        _l("A few words to the hospital"),
        hint=_l("Why you, what you have done of the kind, what you would like to learn. No patient details."),
        missing=_l("Write a few words to the hospital"),
        limit=2000,
    )


class AcceptForm(Form):
    """A volunteer's acceptance of an invitation or proposal."""

    message = TextAreaField(_l("A few words back"), required=False, limit=2000)


class DeclineOrWithdrawForm(Form):
    """A volunteer's refusal or withdrawal."""

    reason = SingleChoiceField(
        _l("Reason"), options=[(r, LABELS[r]) for r in VOLUNTEER_REASONS], kind=Reason, missing=_l("Choose a reason")
    )
    message = TextAreaField(_l("Anything you want to add"), required=False, limit=2000)


class DeclineVolunteerForm(Form):
    """A host's refusal of a volunteer."""

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
    """A director's invitation to a volunteer."""

    message = TextAreaField(
        _l("Words to the volunteer"),
        hint=_l("Why you think of them. They have the whole request before them."),
        missing=_l("Write a few words to the volunteer"),
        limit=2000,
    )


F = Factor


def _reason_field() -> TextInputField:
    return TextInputField(
        _l("Why you change it"), limit=300, missing=_l("Say why in a few words; they stay in the history")
    )


def _points_field(factor: Factor) -> IntegerField:
    hint, missing = FACTOR_DESCRIPTIONS[factor], _l("Enter its points; 0 leaves it out")
    return IntegerField(LABELS[factor], hint=hint, least=0, most=100, suffix=_l("points"), missing=missing)


def _confidential_reason_field(label: Any, hint: Any, missing: Any) -> TextAreaField:
    """A reason that is stored and that few people may read."""
    return TextAreaField(label, rows=3, limit=1000, hint=hint, missing=missing)


class WeightsForm(Form):
    """Points per factor, 100 together. `confirmed` holds the fingerprint of the points whose effect was shown."""

    language_fit = _points_field(F.LANGUAGE)
    skills_fit = _points_field(F.SKILLS)
    overlap_fit = _points_field(F.OVERLAP)
    specialty_fit = _points_field(F.SPECIALTY)
    hours_fit = _points_field(F.HOURS)
    duration_fit = _points_field(F.DURATION)
    experience_fit = _points_field(F.EXPERIENCE)
    goals_fit = _points_field(F.GOALS)
    urgency_fit = _points_field(F.URGENCY)
    waiting_fit = _points_field(F.WAITING)
    fairness_fit = _points_field(F.FAIRNESS)
    reason = _reason_field()
    confirmed = HiddenField()

    def points(self) -> dict[Factor, int]:
        """Return the points by factor."""
        return {factor: self[factor.value].data for factor in Factor}

    def fingerprint(self) -> str:
        """Return a text that identifies these points."""
        return "-".join(str(self[factor.value].data) for factor in Factor)

    def differences(self, row: Any) -> list[Difference]:
        """Return the differences of the base class without the reason and the confirmation, which no version stores."""
        labels = {str(self.reason.label.text), str(self.confirmed.label.text)}
        all_differences = super().differences(row)
        return [difference for difference in all_differences if str(difference.label) not in labels] or [
            Difference("", "", "")
        ][: len(all_differences)]


def to_form_values(weights: Weights) -> SimpleNamespace:
    """Return a version of the weights as initial values of WeightsForm."""
    return SimpleNamespace(version=str(weights.version), **{factor.value: weights[factor] for factor in Factor})


class RevertWeightsForm(Form):
    """The reason for reverting to an earlier version."""

    reason = _reason_field()


class OverrideForm(Form):
    """The share of one factor, set by a coordinator."""

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
    reason = _confidential_reason_field(
        _l("Why"),
        _l(
            "Pages show it to coordinators alone; everybody sees that the points were set by hand. Write it so that the volunteer may read it: it is in the download of their own data."
        ),
        _l("Say why; only coordinators read it"),
    )


class ConflictForm(Form):
    """A conflict of interest between a volunteer and a hospital."""

    institution = SingleChoiceField(
        _l("Hospital"), options=institutions.list_overseas_choices, control="select", missing=_l("Choose the hospital")
    )
    reason = _confidential_reason_field(
        _l("What the conflict is"),
        _l("A sentence is enough. Only you and the coordinators read it."),
        _l("Say in a sentence what the conflict is"),
    )


class ExcludeForm(Form):
    """A hospital's exclusion of a volunteer."""

    reason = _confidential_reason_field(
        _l("Why"),
        _l(
            "Pages show it to you and the coordinators alone. Write it so that the volunteer may read it: whoever asks for all that is kept about them is given it."
        ),
        _l("Say why; the coordinators read it"),
    )
