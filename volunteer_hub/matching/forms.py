"""Forms about matches."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField

from volunteer_hub.core.fields import Block, OneOf, WholeNumber
from volunteer_hub.core.forms import Form
from volunteer_hub.matching.labels import LABELS
from volunteer_hub.matching.states import HOST_REASONS, VOLUNTEER_REASONS, Reason


class InterestForm(Form):
    """A volunteer comes forward."""

    words = Block(
        _l("A few words to the hospital"),
        hint=_l("Why you, what you have done of the kind, what you would like to learn. No patient details."),
        missing=_l("Write a few words to the hospital"),
        limit=2000,
    )


class AcceptForm(Form):
    """A volunteer accepts an invitation."""

    words = Block(_l("A few words back"), required=False, limit=2000)


class VolunteerNoForm(Form):
    """A volunteer declines or withdraws."""

    reason = OneOf(
        _l("Reason"), options=[(r, LABELS[r]) for r in VOLUNTEER_REASONS], kind=Reason, missing=_l("Choose a reason")
    )
    words = Block(_l("Anything you want to add"), required=False, limit=2000)


class HostNoForm(Form):
    """A host declines a volunteer."""

    reason = OneOf(
        _l("Reason"), options=[(r, LABELS[r]) for r in HOST_REASONS], kind=Reason, missing=_l("Choose a reason")
    )
    words = Block(
        _l("Words to the volunteer"),
        hint=_l("They read this. A kind, clear sentence helps them to find a request that fits better."),
        missing=_l("Write a sentence to the volunteer"),
        limit=2000,
    )


class InviteForm(Form):
    """A director invites a volunteer."""

    words = Block(
        _l("Words to the volunteer"),
        hint=_l("Why you think of them. They have the whole request before them."),
        missing=_l("Write a few words to the volunteer"),
        limit=2000,
    )


ORDERS = {"fill": _l("Fill the most seats first, then the highest score"), "score": _l("The highest score alone")}


class StartForm(Form):
    """A coordinator starts a round."""

    order = OneOf(
        _l("What counts most"),
        options=list(ORDERS.items()),
        hint=_l("The highest score alone may leave a seat free where filling it would cost better matches elsewhere."),
    )
    seed = WholeNumber(
        _l("Number that decides between equals"),
        hint=_l(
            "Leave it empty, and it is drawn by lot. To repeat an earlier round, enter its number: it stands on its page"
            " under “To repeat this round exactly”."
        ),
        required=False,
        most=2**31 - 1,
        width="10",
    )


class SureForm(Form):
    """A confirmation that asks nothing."""


class ReleaseForm(Form):
    """A release is confirmed: `seal` names the proposals of which the page said that they would go out."""

    seal = HiddenField()
