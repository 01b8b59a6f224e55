"""Writes one row of a file, through the services that the pages use."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts import service as accounts
from volunteer_hub.accounts.labels import LABELS as ROLES
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports.rules import NewInstitution, NewVolunteer
from volunteer_hub.institutions import service as institution_service
from volunteer_hub.volunteers import service as volunteers
from volunteer_hub.volunteers.models import Volunteer


def add_entity(new: NewVolunteer | NewInstitution, *, send_invitations: bool, actor: Viewer, now: dt.datetime) -> None:
    """Add the volunteer or institution of a row. Raises DomainError with the row's number."""
    try:
        if isinstance(new, NewVolunteer):
            add_volunteer(new, send_invitation=send_invitations, actor=actor, now=now)
        else:
            add_institution(new, actor=actor, now=now)
    except DomainError as error:
        raise DomainError(
            _("Row %(row)s: %(message)s", row=new.row, message=error.message), code="row_refused"
        ) from error


def add_volunteer(new: NewVolunteer, *, send_invitation: bool, actor: Viewer, now: dt.datetime) -> Volunteer:
    """Create an invited volunteer's account, and a profile with what the row holds."""
    account = accounts.create_volunteer_account(
        name=new.name,
        email=new.email,
        time_zone=new.time_zone,
        role_name=str(ROLES[Role.VOLUNTEER]),
        place=_("the whole programme"),
        send_email=send_invitation,
        actor=actor,
        now=now,
    )
    volunteer = volunteers.open_profile(account, now=now, code_accepted=False)
    volunteers.save_work(
        volunteer,
        profession_code=new.profession,
        registration_number=new.registration_number,
        sure=False,
        employer_id=new.employer_id,
        department=new.department,
        band=new.band,
        actor=actor,
        now=now,
    )
    _fill_profile(volunteer, new, actor=actor, now=now)
    return volunteer


def _fill_profile(volunteer: Volunteer, new: NewVolunteer, *, actor: Viewer, now: dt.datetime) -> None:
    for code in new.specialties:
        volunteers.add_specialty(volunteer, code, actor=actor, now=now)
    for code, skill_level in new.skills:
        volunteers.set_skill(volunteer, code, level=skill_level, actor=actor, now=now)
    for code, language_level in new.languages:
        volunteers.set_language(volunteer, code, level=language_level, actor=actor, now=now)
    if new.weekly_minutes:
        volunteers.save_availability(
            volunteer,
            weekly_minutes=new.weekly_minutes,
            available_from_on=None,
            available_until_on=None,
            time_zone=new.time_zone,
            actor=actor,
            now=now,
        )
    if new.manager:
        name, email = new.manager
        volunteers.set_line_manager(volunteer, manager_name=name, manager_email=email, actor=actor, now=now)


def add_institution(new: NewInstitution, *, actor: Viewer, now: dt.datetime) -> None:
    """Add an institution, and its data-sharing agreement if the row has one."""
    institution = institution_service.add_institution(
        name=new.name,
        kind=new.kind,
        town=new.town,
        country_iso2=new.country,
        code=new.code,
        time_zone=new.time_zone,
        languages=new.languages,
        connectivity=new.connectivity,
        actor=actor,
        now=now,
    )
    if new.agreement:
        institution_service.record_agreement(institution, **new.agreement._asdict(), actor=actor, now=now)
