"""Forms about what shapes matching: weights, points set by hand, who is kept apart, how rounds go."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.core.fields import Block, Day, Line, ManyOf, OneOf, WholeNumber
from volunteer_hub.core.forms import Difference, Form
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.matching.factor_words import MEANINGS
from volunteer_hub.matching.labels import LABELS
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.matching.rules import Factor, Weights
from volunteer_hub.matching.service.setting_rounds import (
    MOST_DAYS,
    MOST_PER_SEAT,
    MOST_PER_VOLUNTEER,
    RoundChoices,
    choices_of,
    in_order,
)
from volunteer_hub.partner_requests.states import SupportKind
from volunteer_hub.vocabulary.labels import LABELS as KINDS

F = Factor
YES_NO = {"yes": _l("Yes"), "no": _l("No")}


def _reason() -> Line:
    return Line(_l("Why you change it"), limit=300, missing=_l("Say why in a few words; they stay in the history"))


def _points(factor: Factor) -> WholeNumber:
    hint, missing = MEANINGS[factor], _l("Enter its points; 0 leaves it out")
    return WholeNumber(LABELS[factor], hint=hint, least=0, most=100, suffix=_l("points"), missing=missing)


def _few_words(label: Any, hint: Any, missing: Any) -> Block:
    """Why something about two people, or one of them and a hospital, is set: kept, and read by few."""
    return Block(label, rows=3, limit=1000, hint=hint, missing=missing)


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

    def seal(self) -> str:
        """What names the points that were shown with what they would do."""
        return "-".join(str(self[factor.value].data) for factor in Factor)

    def differences(self, row: Any) -> list[Difference]:
        """The same as ever, without the reason and the confirmation, which are nobody's version."""
        labels = {str(self.reason.label.text), str(self.confirmed.label.text)}
        found = super().differences(row)
        return [one for one in found if str(one.label) not in labels] or [Difference("", "", "")][: len(found)]


def weights_as_shown(weights: Weights) -> SimpleNamespace:
    """A version of the weights as its form shows it."""
    return SimpleNamespace(version=str(weights.version), **{one.value: weights[one] for one in Factor})


class ReasonForm(Form):
    """Why somebody goes back to an earlier version."""

    reason = _reason()


class OverrideForm(Form):
    """What a coordinator knows better than the figures."""

    factor = OneOf(
        _l("What you set by hand"),
        options=[(factor, LABELS[factor]) for factor in Factor],
        kind=Factor,
        control="select",
        missing=_l("Choose what you set by hand"),
    )
    share = WholeNumber(
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


class SureForm(Form):
    """A confirmation that asks nothing."""


class ConflictForm(Form):
    """A conflict of interest between a volunteer and a hospital."""

    institution = OneOf(
        _l("Hospital"), options=institutions.overseas_choices, control="select", missing=_l("Choose the hospital")
    )
    words = _few_words(
        _l("What the conflict is"),
        _l("A sentence is enough. Only you and the coordinators read it."),
        _l("Say in a sentence what the conflict is"),
    )


class ExcludeForm(Form):
    """A hospital does not want a volunteer proposed to it any more."""

    words = _few_words(
        _l("Why"),
        _l(
            "Pages show it to you and the coordinators alone. Write it so that the volunteer may read it: whoever asks for all that is kept about them is given it."
        ),
        _l("Say why; the coordinators read it"),
    )


class RoundSettingForm(Form):
    """How the rounds of a programme go."""

    proposals_per_volunteer = WholeNumber(
        _l("Open proposals for one volunteer at most"),
        least=1,
        most=MOST_PER_VOLUNTEER,
        hint=_l("From 1 to 10. With one, nobody has to choose between several in a hurry."),
        missing=_l("Enter how many open proposals one volunteer may have"),
    )
    proposals_per_seat = WholeNumber(
        _l("People asked at once for each free seat"),
        least=1,
        most=MOST_PER_SEAT,
        hint=_l("From 1 to 5. More are quicker, but some will hear that the seat is taken."),
        missing=_l("Enter how many people are asked for each free seat"),
    )
    fill_first = OneOf(
        _l("What comes first"),
        options={"yes": _l("Fill as many seats as possible, then the best scores"), "no": _l("The best scores alone")},
    )
    runs = OneOf(
        _l("Prepare rounds without being asked"),
        options=YES_NO,
        inline=True,
        hint=_l("What comes of a round is released by people, whoever started it."),
    )
    every_days = WholeNumber(
        _l("Days between two rounds"),
        required=False,
        needed_if=True,
        least=1,
        most=MOST_DAYS,
        hint=_l("If rounds are prepared without being asked: from 1 to 90."),
    )
    next_on = Day(
        _l("Next round on"), required=False, needed_if=True, hint=_l("If rounds are prepared without being asked.")
    )
    barred_kinds = ManyOf(
        _l("Kinds of support that this programme does not give remotely"),
        options=[(kind, KINDS[kind]) for kind in SupportKind],
        required=False,
        hint=_l("Nobody is matched with a request of such a kind."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Days and date are asked for where rounds are prepared without being asked."""
        in_order_ = super().validate(extra_validators)
        if self.runs.data == "yes":
            for field, missing in (
                (self.every_days, _l("Enter the days between two rounds")),
                (self.next_on, _l("Enter the day of the next round")),
            ):
                if field.data is None and not field.errors:
                    field.errors, in_order_ = [missing], False
        return in_order_

    def choices(self) -> RoundChoices:
        """The answers as the service wants them."""
        runs = self.runs.data == "yes"
        return RoundChoices(
            self.proposals_per_volunteer.data,
            self.proposals_per_seat.data,
            self.fill_first.data == "yes",
            self.every_days.data if runs else None,
            self.next_on.data if runs else None,
            in_order(SupportKind(kind) for kind in self.barred_kinds.data),
        )


def rounds_as_shown(row: RoundSetting) -> SimpleNamespace:
    """Settings of rounds as their form shows them."""
    choices = choices_of(row)
    return SimpleNamespace(
        version=str(row.version),
        proposals_per_volunteer=choices.proposals_per_volunteer,
        proposals_per_seat=choices.proposals_per_seat,
        fill_first="yes" if choices.fill_first else "no",
        runs="yes" if choices.every_days else "no",
        every_days=choices.every_days,
        next_on=choices.next_on,
        barred_kinds=[kind.value for kind in choices.barred_kinds],
    )
