"""Forms of placements, their workplan and the line manager's release."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.core.fields import (
    AmountField,
    DateField,
    HoursField,
    SingleChoiceField,
    TextAreaField,
    TextInputField,
)
from volunteer_hub.core.forms import Form
from volunteer_hub.placements.rules import MAX_OBJECTIVE_CHARS


class ApproveForm(Form):
    """The director's approval, with the first version of the workplan."""

    starts_on = DateField(_l("Start"), hint=_l("The two can change it together afterwards."))
    objective = TextInputField(
        _l("First objective"),
        hint=_l("What should be different at the end. The two add to it together."),
        limit=MAX_OBJECTIVE_CHARS,
        missing=_l("Write the first objective"),
    )
    allocation = AmountField(
        _l("Set aside for activity and training"), hint=_l("Enter 0 for nothing."), missing=_l("Enter an amount, or 0")
    )
    message = TextAreaField(_l("Words to the volunteer and the partner"), required=False, limit=2000, rows=3)


class PlanForm(Form):
    """The workplan, as either side can change it."""

    objective_1 = TextInputField(
        _l("Objective 1"), limit=MAX_OBJECTIVE_CHARS, missing=_l("Write at least one objective")
    )
    objective_2 = TextInputField(_l("Objective 2"), limit=MAX_OBJECTIVE_CHARS, required=False)
    objective_3 = TextInputField(_l("Objective 3"), limit=MAX_OBJECTIVE_CHARS, required=False)
    objective_4 = TextInputField(_l("Objective 4"), limit=MAX_OBJECTIVE_CHARS, required=False)
    starts_on = DateField(_l("Start"))
    ends_on = DateField(_l("End"))
    weekly_minutes = HoursField(_l("Expected time a week"))
    channel = TextInputField(
        _l("How you meet"), hint=_l("For example Teams, WhatsApp or e-mail."), required=False, limit=200
    )

    @property
    def objectives(self) -> list[str]:
        """Return the objectives that were filled in, in order."""
        fields = (self.objective_1, self.objective_2, self.objective_3, self.objective_4)
        return [field.data for field in fields if field.data]


class AgreeForm(Form):
    """Agreement to the version of the plan that was shown, `plan`."""

    plan = HiddenField()


class ManagerReleaseForm(Form):
    """The line manager's answer."""

    answer = SingleChoiceField(
        _l("Your answer"),
        options=[("given", _l("Yes, I release them for this")), ("refused", _l("No, not at present"))],
        missing=_l("Choose yes or no"),
    )
    message = TextAreaField(_l("Anything you want to add"), required=False, limit=1000, rows=3)


class EndForm(Form):
    """The reason for an early end."""

    reason = TextAreaField(
        _l("Why it ends"),
        hint=_l("The others read this. It needs no excuse."),
        missing=_l("Write a sentence on why it ends"),
        limit=2000,
    )


class PauseForm(Form):
    """The reason for a pause."""

    reason = TextAreaField(
        _l("Why it rests"),
        hint=_l("The others read this. If you know it, say until when."),
        missing=_l("Write a sentence on why it rests"),
        limit=2000,
        rows=3,
    )


class PlacementMessageForm(Form):
    """An optional message with which a placement is resumed or completed."""

    message = TextAreaField(_l("Words to the others"), required=False, limit=2000, rows=3)
