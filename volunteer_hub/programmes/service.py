"""Setting programmes up, changing them, and saying who takes part."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from sqlalchemy.exc import IntegrityError

from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.core.money import Money
from volunteer_hub.institutions.models import Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.programmes import queries, rules
from volunteer_hub.programmes.labels import SETTINGS
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.rules import ProgrammeSettings
from volunteer_hub.programmes.states import ProgrammeState

NAME_TAKEN = "There is a programme of this name. Choose another name."


def add_programme(settings: ProgrammeSettings, *, currency: str, actor: Viewer, now: dt.datetime) -> Programme:
    """Set a programme up; it runs at once. Raises DomainError for impossible settings and a name that is taken."""
    _check(settings, None)
    programme = Programme(**dataclasses.asdict(settings), currency=currency, state=ProgrammeState.ACTIVE)
    db.session.add(programme)
    _flush()
    audit.record("programme.added", programme, actor=actor, now=now, currency=currency)
    return programme


def change_settings(programme: Programme, settings: ProgrammeSettings, *, actor: Viewer, now: dt.datetime) -> None:
    """Change the settings. Deadlines that were set already stay as they are. Raises DomainError as `add` does."""
    _check(settings, programme.id)
    before = rules.settings_of(programme)
    changed = rules.list_changed_settings(before, settings)
    if not changed:
        return
    for name in changed:
        setattr(programme, name, getattr(settings, name))
    _flush()
    words = "\n".join(
        f"{SETTINGS[name]}: {_told(name, before, programme.currency)} → {_told(name, settings, programme.currency)}"
        for name in changed
    )
    audit.record("programme.changed", programme, actor=actor, now=now, words=words, changed=changed)


def _check(settings: ProgrammeSettings, programme_id: int | None) -> None:
    rules.check_settings(settings)
    if any(rules.is_same_name(settings.name, taken) for taken in queries.list_other_names(programme_id)):
        raise DomainError(NAME_TAKEN, field="name")


def _flush() -> None:
    """A rival may have taken the name since we looked: the unique key knows."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise DomainError(NAME_TAKEN, field="name") from error


def _told(name: str, settings: ProgrammeSettings, currency: str) -> str:
    value: Any = getattr(settings, name)
    if name == "default_allocation_minor":
        return Money(value, currency).format()
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def add_institution(programme: Programme, institution: Institution, *, actor: Viewer, now: dt.datetime) -> None:
    """Let an overseas partner raise requests in the programme.

    Raises DomainError for a closed programme and a UK organisation, Conflict when it takes part already.
    """
    if programme.state is ProgrammeState.CLOSED:
        raise DomainError("This programme is closed. Reopen it before you add an institution.", field="institution")
    if institution.kind is not InstitutionKind.OVERSEAS:
        raise DomainError("Choose an overseas institution.", field="institution")
    if queries.find_participation(programme.id, institution.id):
        raise Conflict(f"{institution.name} takes part already.", field="institution")
    db.session.add(ProgrammeInstitution(programme_id=programme.id, institution_id=institution.id))
    audit.record(
        "programme.institution_added",
        programme,
        actor=actor,
        now=now,
        words=institution.name,
        institution_id=institution.id,
    )


def remove_institution(programme: Programme, institution: Institution, *, actor: Viewer, now: dt.datetime) -> None:
    """Let an institution raise no new requests in the programme; those that are there go on.

    Raises Conflict when it does not take part (any more).
    """
    place = queries.find_participation(programme.id, institution.id)
    if place is None:
        raise Conflict(f"{institution.name} does not take part. Somebody may have taken it out before you.")
    db.session.delete(place)
    audit.record(
        "programme.institution_taken_out",
        programme,
        actor=actor,
        now=now,
        words=institution.name,
        institution_id=institution.id,
    )


def close(programme: Programme, *, actor: Viewer, now: dt.datetime) -> None:
    """Take no new requests, open none and approve no match. Placements and money go on. Raises Conflict unless the programme runs."""
    audit.move(programme, ProgrammeState.CLOSED, actor=actor, now=now)


def reopen(programme: Programme, *, actor: Viewer, now: dt.datetime) -> None:
    """Take requests and approve matches again. Raises Conflict when the programme runs already."""
    audit.move(programme, ProgrammeState.ACTIVE, actor=actor, now=now)
