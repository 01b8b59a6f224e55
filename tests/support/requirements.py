"""Volunteers who lack one check, and the emails about it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from tests.factories.volunteers import make_volunteer
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.volunteers.models import Volunteer
from volunteer_hub.volunteers.states import CheckKind, CheckState, VolunteerState


def make_volunteer_without(kind: CheckKind, state: VolunteerState = VolunteerState.CHECKING) -> Volunteer:
    """A volunteer with every check met except one kind."""
    volunteer = make_volunteer(state=VolunteerState.LAPSED if state is VolunteerState.LAPSED else None, ready=True)
    check = next(check for check in volunteer.checks if check.kind is kind)
    if state is VolunteerState.LAPSED:
        check.expires_on = clock.now().date() - dt.timedelta(days=1)
    else:
        check.state, check.expires_on = CheckState.OUTSTANDING, None
        volunteer.state = VolunteerState.CHECKING
    volunteer.ready_until_on = None
    db.session.commit()
    return volunteer


def list_mails() -> list[tuple[str, str]]:
    db.session.commit()
    return [
        (mail.kind, mail.recipient_email) for mail in db.session.scalars(sa.select(OutboxMail).order_by(OutboxMail.id))
    ]
