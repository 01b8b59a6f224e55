"""Forms to start, publish and discard a round, and to edit the settings of a programme's rounds."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.core.fields import CheckboxesField, DateField, IntegerField, SingleChoiceField
from volunteer_hub.core.forms import Form
from volunteer_hub.matching.models import RoundSetting
from volunteer_hub.partner_requests.states import SupportKind
from volunteer_hub.rounds.service.round_settings import (
    MAX_DAYS_BETWEEN_ROUNDS,
    MAX_PER_SEAT,
    MAX_PER_VOLUNTEER,
    RoundSettingValues,
    sort_support_kinds,
    to_values,
)
from volunteer_hub.vocabulary.labels import LABELS as SUPPORT_KIND_LABELS

OBJECTIVES = {"fill": _l("Fill the most seats first, then the highest score"), "score": _l("The highest score alone")}


class StartRoundForm(Form):
    """Start a round; without a seed one is drawn."""

    order = SingleChoiceField(
        _l("What counts most"),
        options=list(OBJECTIVES.items()),
        hint=_l("The highest score alone may leave a seat free where filling it would cost better matches elsewhere."),
    )
    seed = IntegerField(
        _l("Number that decides between equals"),
        hint=_l(
            "Leave it empty, and it is drawn by lot. To repeat an earlier round, enter its number: it stands on its page"
            " under “To repeat this round exactly”."
        ),
        required=False,
        most=2**31 - 1,
        width="10",
    )


class PublishRoundForm(Form):
    """Confirm a publication. `fingerprint` identifies the proposals that the page announced."""

    fingerprint = HiddenField()


YES_NO = {"yes": _l("Yes"), "no": _l("No")}


class RoundSettingForm(Form):
    """Settings of a programme's rounds."""

    proposals_per_volunteer = IntegerField(
        _l("Open proposals for one volunteer at most"),
        least=1,
        most=MAX_PER_VOLUNTEER,
        hint=_l("From 1 to 10. With one, nobody has to choose between several in a hurry."),
        missing=_l("Enter how many open proposals one volunteer may have"),
    )
    proposals_per_seat = IntegerField(
        _l("People asked at once for each free seat"),
        least=1,
        most=MAX_PER_SEAT,
        hint=_l("From 1 to 5. More are quicker, but some will hear that the seat is taken."),
        missing=_l("Enter how many people are asked for each free seat"),
    )
    fill_first = SingleChoiceField(
        _l("What comes first"),
        options={"yes": _l("Fill as many seats as possible, then the best scores"), "no": _l("The best scores alone")},
    )
    runs = SingleChoiceField(
        _l("Prepare rounds without being asked"),
        options=YES_NO,
        inline=True,
        hint=_l("What comes of a round is released by people, whoever started it."),
    )
    every_days = IntegerField(
        _l("Days between two rounds"),
        required=False,
        needed_if=True,
        least=1,
        most=MAX_DAYS_BETWEEN_ROUNDS,
        hint=_l("If rounds are prepared without being asked: from 1 to 90."),
    )
    next_on = DateField(
        _l("Next round on"), required=False, needed_if=True, hint=_l("If rounds are prepared without being asked.")
    )
    excluded_support_kinds = CheckboxesField(
        _l("Kinds of support that this programme does not give remotely"),
        options=[(kind, SUPPORT_KIND_LABELS[kind]) for kind in SupportKind],
        required=False,
        hint=_l("Nobody is matched with a request of such a kind."),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Require interval and date if rounds are prepared automatically."""
        is_valid = super().validate(extra_validators)
        if self.runs.data == "yes":
            for field, missing in (
                (self.every_days, _l("Enter the days between two rounds")),
                (self.next_on, _l("Enter the day of the next round")),
            ):
                if field.data is None and not field.errors:
                    field.errors, is_valid = [missing], False
        return is_valid

    def values(self) -> RoundSettingValues:
        """Return the validated input for the service."""
        runs = self.runs.data == "yes"
        return RoundSettingValues(
            self.proposals_per_volunteer.data,
            self.proposals_per_seat.data,
            self.fill_first.data == "yes",
            self.every_days.data if runs else None,
            self.next_on.data if runs else None,
            sort_support_kinds(SupportKind(kind) for kind in self.excluded_support_kinds.data),
        )


def to_form_values(row: RoundSetting) -> SimpleNamespace:
    """Return stored settings as the form's initial values."""
    choices = to_values(row)
    return SimpleNamespace(
        version=str(row.version),
        proposals_per_volunteer=choices.proposals_per_volunteer,
        proposals_per_seat=choices.proposals_per_seat,
        fill_first="yes" if choices.fill_first else "no",
        runs="yes" if choices.every_days else "no",
        every_days=choices.every_days,
        next_on=choices.next_on,
        excluded_support_kinds=[kind.value for kind in choices.excluded_support_kinds],
    )
