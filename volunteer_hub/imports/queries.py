"""Reads imports, and the reference data for checking a file. Imports are open to all coordinators and administrators."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import orm

from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core import paging
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import NotFound
from volunteer_hub.imports.models import ImportBatch
from volunteer_hub.imports.rules import (
    CHECKED_FILE_LIFETIME,
    ImportTable,
    InstitutionReference,
    Lookup,
    VolunteerReference,
)
from volunteer_hub.imports.rules.institutions import natural_keys
from volunteer_hub.imports.rules.volunteers import PROFESSION_SYNONYMS
from volunteer_hub.imports.states import ImportState
from volunteer_hub.institutions.models import Country, Institution
from volunteer_hub.institutions.states import InstitutionKind
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary.models import Profession
from volunteer_hub.vocabulary.queries import Term
from volunteer_hub.volunteers.labels import REGISTRATION_FORMAT_HINTS

NOT_FOUND_MESSAGE = _l("There is no such import.")
IMPORT_LOCK_KEY = 20_261_121
"""PostgreSQL's advisory lock that serialises imports."""


@dataclass(frozen=True)
class ImportDetails:
    """One import, with its uploader's name and when the same file was imported before."""

    batch: ImportBatch
    actor_name: str
    done_before_at: dt.datetime | None = None


def list_imports(viewer: Viewer, *, key: str | None) -> paging.Page[ImportDetails]:
    """Return one page of imports, newest first, without their rows; one query per page."""
    statement = (
        sa.select(ImportBatch, Account.name)
        .join(Account, Account.id == ImportBatch.actor_id)
        .where(sa.literal(viewer.is_staff))
        .options(orm.defer(ImportBatch.rows))
    )
    statement = paging.after(statement, (ImportBatch.created_at, ImportBatch.id), key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    imports = [ImportDetails(batch, name) for batch, name in rows]
    return paging.cut(imports, [(item.batch.created_at, item.batch.id) for item in imports])


def get(viewer: Viewer, import_id: int) -> ImportDetails:
    """Return one import. Raises NotFound."""
    earlier = orm.aliased(ImportBatch)
    done_before = (
        sa.select(sa.func.max(earlier.ended_at))
        .where(earlier.file_hash == ImportBatch.file_hash, earlier.kind == ImportBatch.kind)
        .where(earlier.state == ImportState.DONE, earlier.id != ImportBatch.id)
        .scalar_subquery()
    )
    row = db.session.execute(
        sa.select(ImportBatch, Account.name, sa.type_coerce(done_before, ImportBatch.created_at.type))
        .join(Account, Account.id == ImportBatch.actor_id)
        .where(ImportBatch.id == import_id, sa.literal(viewer.is_staff))
    ).one_or_none()
    if row is None:
        raise NotFound(NOT_FOUND_MESSAGE, code="import_not_found")
    return ImportDetails(*row)


def get_locked(viewer: Viewer, import_id: int) -> ImportBatch:
    """Return the current row of one import, locked until the commit. Raises NotFound."""
    statement = (
        sa.select(ImportBatch)
        .where(ImportBatch.id == import_id, sa.literal(viewer.is_staff))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    batch = db.session.scalars(statement).one_or_none()
    if batch is None:
        raise NotFound(NOT_FOUND_MESSAGE, code="import_not_found")
    return batch


def lock_abandoned(now: dt.datetime) -> Sequence[ImportBatch]:
    """Return checked files older than CHECKED_FILE_LIFETIME, locked until the commit; locked rows are skipped."""
    statement = (
        sa.select(ImportBatch)
        .where(ImportBatch.state == ImportState.CHECKED, ImportBatch.created_at <= now - CHECKED_FILE_LIFETIME)
        .order_by(ImportBatch.id)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def acquire_import_lock() -> None:
    """Wait until a concurrent import has ended, so that its rows are visible. SQLite has one writer in any case."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK_KEY)))


def load_volunteer_reference(table: ImportTable) -> VolunteerReference:
    """Return the reference data for checking these volunteers; three queries."""
    terms = vocabulary.vocabulary()
    professions = list(db.session.scalars(sa.select(Profession).order_by(Profession.code)))
    codes = {profession.code for profession in professions}
    return VolunteerReference(
        professions=Lookup(
            _("profession"),
            [
                *_codes_and_names(terms.professions.values()),
                *((name, code) for name, code in PROFESSION_SYNONYMS.items() if code in codes),
            ],
        ),
        registers={
            row.code: (row.regulator, row.registration_pattern, str(REGISTRATION_FORMAT_HINTS.get(row.regulator, "")))
            for row in professions
        },
        employers=Lookup(_("UK employer"), _employers()),
        skills=Lookup(_("skill"), _skills(terms.skills)),
        specialties=Lookup(_("specialty"), _codes_and_names(terms.specialties.values())),
        languages=_languages(),
        existing_keys=_account_keys(row.cells.get("email", "") for row in table.rows),
    )


def _codes_and_names(terms: Iterable[Term]) -> Iterator[tuple[str, str]]:
    """Yield (code, code) and (name, code) of each term."""
    for term in terms:
        yield term.code, term.code
        yield term.name, term.code


def _skills(skills: Mapping[str, Term]) -> Iterator[tuple[str, str]]:
    """Yield (code or name, current code) of each active skill; a merged skill leads to the one it was merged into."""
    for text, code in _codes_and_names(skills.values()):
        current = vocabulary.resolve_code(skills, code)
        if not skills[current].retired:
            yield text, current


def _languages(*more: str) -> Lookup[str]:
    """Return a lookup of the languages in use by code and name, and of `more` codes."""
    names = vocabulary.language_names("en").items()
    codes = {*more, *(code for code, _name in names)}
    return Lookup(_("language"), [*((code, code) for code in codes), *((name, code) for code, name in names)])


def _employers() -> Iterator[tuple[str, int]]:
    rows = db.session.execute(
        sa.select(Institution.id, Institution.code, Institution.name)
        .where(Institution.kind != InstitutionKind.OVERSEAS)
        .order_by(Institution.id)
    )
    for row in rows:
        yield row.name, row.id
        if row.code:
            yield row.code, row.id


def _account_keys(emails: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Return the natural keys of the accounts with these addresses."""
    wanted = sorted({email.lower() for email in emails if email})
    statement = sa.select(Account.email).where(Account.email.in_(wanted)).order_by(Account.email)
    return frozenset(("email", email) for email in db.session.scalars(statement))


def load_institution_reference(*, today: dt.date) -> InstitutionReference:
    """Return the reference data for checking institutions; two queries."""
    countries = db.session.execute(
        sa.select(Country.iso2, Country.name, Country.time_zone, Country.languages).order_by(Country.iso2)
    ).all()
    institutions = db.session.execute(
        sa.select(Institution.code, Institution.name, Institution.country_iso2).order_by(Institution.id)
    )
    codes = [*((row.iso2, row.iso2) for row in countries), *((row.name, row.iso2) for row in countries)]
    return InstitutionReference(
        countries=Lookup(_("country"), [*codes, ("UK", "GB"), ("Great Britain", "GB")]),
        country_defaults={row.iso2: (row.time_zone, row.languages) for row in countries},
        languages=_languages(*(code for row in countries for code in row.languages.split("|"))),
        existing_keys=frozenset(key for row in institutions for key in natural_keys(*row)),
        today=today,
    )


def find_importer_id(email: str | None) -> int | None:
    """Return the account in whose name the command imports: that address's, or the first active administrator's.

    None where there is no such coordinator or administrator.
    """
    statement = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.state == AccountState.ACTIVE, RoleGrant.ended_at.is_(None))
        .where(RoleGrant.role.in_([Role.ADMIN, Role.COORDINATOR] if email else [Role.ADMIN]))
    )
    if email:
        statement = statement.where(Account.email == email.lower())
    return db.session.scalar(statement.order_by(Account.id).limit(1))
