"""Service functions of programmes: adding, changing, closing and reopening them, and who takes part."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
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

NAME_TAKEN = _l("There is a programme of this name. Choose another name.")


def add_programme(settings: ProgrammeSettings, *, currency: str, actor: Viewer, now: dt.datetime) -> Programme:
    """Add a programme, which is active at once. Raises DomainError for impossible settings or a taken name."""
    _check(settings, None)
    programme = Programme(**dataclasses.asdict(settings), currency=currency, state=ProgrammeState.ACTIVE)
    db.session.add(programme)
    _flush()
    audit.record("programme.added", programme, actor=actor, now=now, currency=currency)
    return programme


def change_settings(programme: Programme, settings: ProgrammeSettings, *, actor: Viewer, now: dt.datetime) -> None:
    """Change the settings. Deadlines already set stay as they are. Raises DomainError as `add_programme` does."""
    _check(settings, programme.id)
    before = rules.settings_of(programme)
    changed = rules.list_changed_settings(before, settings)
    if not changed:
        return
    for name in changed:
        setattr(programme, name, getattr(settings, name))
    _flush()
    note = "\n".join(
        f"{SETTINGS[name]}: {_display(name, before, programme.currency)} → {_display(name, settings, programme.currency)}"
        for name in changed
    )
    audit.record("programme.changed", programme, actor=actor, now=now, note=note, changed=changed)


def _check(settings: ProgrammeSettings, programme_id: int | None) -> None:
    rules.check_settings(settings)
    if any(rules.is_same_name(settings.name, other_name) for other_name in queries.list_other_names(programme_id)):
        raise DomainError(NAME_TAKEN, field="name", code="programme_name_taken")


def _flush() -> None:
    """Flush; if a concurrent request took the name after the check, the unique constraint raises here."""
    try:
        db.session.flush()
    except IntegrityError as error:
        raise DomainError(NAME_TAKEN, field="name", code="programme_name_taken") from error


def _display(name: str, settings: ProgrammeSettings, currency: str) -> str:
    value: Any = getattr(settings, name)
    if name == "default_allocation_minor":
        return Money(value, currency).format()
    return ("no", "yes")[value] if isinstance(value, bool) else str(value)


def add_institution(programme: Programme, institution: Institution, *, actor: Viewer, now: dt.datetime) -> None:
    """Add an overseas partner to the programme, so that it may raise requests.

    Raises DomainError for a closed programme or a UK organisation, Conflict if it takes part already.
    """
    if not rules.can_add_institution(programme.state):
        raise DomainError(
            _("This programme is closed. Reopen it before you add an institution."),
            field="institution",
            code="programme_closed",
        )
    if institution.kind is not InstitutionKind.OVERSEAS:
        raise DomainError(
            _("Choose an overseas institution."), field="institution", code="overseas_institution_missing"
        )
    if queries.find_participation(programme.id, institution.id):
        raise Conflict(
            _("%(name)s takes part already.", name=institution.name), field="institution", code="institution_takes_part"
        )
    db.session.add(ProgrammeInstitution(programme_id=programme.id, institution_id=institution.id))
    audit.record(
        "programme.institution_added",
        programme,
        actor=actor,
        now=now,
        note=institution.name,
        institution_id=institution.id,
    )


def remove_institution(programme: Programme, institution: Institution, *, actor: Viewer, now: dt.datetime) -> None:
    """Remove an institution from the programme: it raises no new requests, existing ones go on.

    Raises Conflict if it does not take part.
    """
    participation = queries.find_participation(programme.id, institution.id)
    if participation is None:
        raise Conflict(
            _("%(name)s does not take part. Somebody may have taken it out before you.", name=institution.name),
            code="institution_takes_no_part",
        )
    db.session.delete(participation)
    audit.record(
        "programme.institution_taken_out",
        programme,
        actor=actor,
        now=now,
        note=institution.name,
        institution_id=institution.id,
    )


def close(programme: Programme, *, actor: Viewer, now: dt.datetime) -> None:
    """Close the programme: no request is begun or opened and no match approved; placements and payments go on.

    Raises Conflict unless the programme is active.
    """
    audit.move(programme, ProgrammeState.CLOSED, actor=actor, now=now)


def reopen(programme: Programme, *, actor: Viewer, now: dt.datetime) -> None:
    """Reopen the programme. Raises Conflict if it is active already."""
    audit.move(programme, ProgrammeState.ACTIVE, actor=actor, now=now)
