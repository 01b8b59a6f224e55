"""Reading imports, and what the check of a file needs to know. Imports are the staff's; all of them see all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
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

NOT_FOUND_MESSAGE = "There is no such import."
IMPORT_LOCK_KEY = 20_261_121
"""The number of the lock under which files are taken over, one after the other."""


@dataclass(frozen=True)
class ImportDetails:
    """One import, with who brought the file and whether the same file was imported before."""

    batch: ImportBatch
    actor_name: str
    done_before_at: dt.datetime | None = None


def list_imports(viewer: Viewer, *, key: str | None) -> paging.Page[ImportDetails]:
    """Imports, newest first, without their rows; one query a page."""
    statement = (
        sa.select(ImportBatch, Account.name)
        .join(Account, Account.id == ImportBatch.actor_id)
        .where(sa.literal(viewer.is_staff))
        .options(orm.defer(ImportBatch.rows))
    )
    statement = paging.after(statement, ImportBatch.created_at, ImportBatch.id, key)
    rows = db.session.execute(statement.limit(paging.PAGE_SIZE + 1)).all()
    shown = [ImportDetails(batch, name) for batch, name in rows]
    return paging.cut(shown, [(one.batch.created_at, one.batch.id) for one in shown])


def get(viewer: Viewer, import_id: int) -> ImportDetails:
    """One import. Raises NotFound."""
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
        raise NotFound(NOT_FOUND_MESSAGE)
    return ImportDetails(*row)


def get_locked(viewer: Viewer, import_id: int) -> ImportBatch:
    """One import as it stands now, locked until the commit. Raises NotFound."""
    statement = (
        sa.select(ImportBatch)
        .where(ImportBatch.id == import_id, sa.literal(viewer.is_staff))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = db.session.scalars(statement).one_or_none()
    if found is None:
        raise NotFound(NOT_FOUND_MESSAGE)
    return found


def lock_abandoned(now: dt.datetime) -> Sequence[ImportBatch]:
    """Checked files that nobody took over in time, locked until the commit."""
    statement = (
        sa.select(ImportBatch)
        .where(ImportBatch.state == ImportState.CHECKED, ImportBatch.created_at <= now - CHECKED_FILE_LIFETIME)
        .order_by(ImportBatch.id)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(statement).all()


def acquire_import_lock() -> None:
    """Let a rival import end first, so that what it added is seen. SQLite has one writer in any case."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(IMPORT_LOCK_KEY)))


def load_volunteer_reference(table: ImportTable) -> VolunteerReference:
    """What the check of these volunteers needs to know; three queries."""
    words = vocabulary.vocabulary()
    professions = list(db.session.scalars(sa.select(Profession).order_by(Profession.code)))
    codes = {one.code for one in professions}
    return VolunteerReference(
        professions=Lookup(
            "profession",
            [
                *_named(words.professions.values()),
                *((name, code) for name, code in PROFESSION_SYNONYMS.items() if code in codes),
            ],
        ),
        registers={
            one.code: (one.regulator, one.registration_pattern, str(REGISTRATION_FORMAT_HINTS.get(one.regulator, "")))
            for one in professions
        },
        employers=Lookup("UK employer", _employers()),
        skills=Lookup("skill", _skills(words.skills)),
        specialties=Lookup("specialty", _named(words.specialties.values())),
        languages=_languages(),
        existing_keys=_accounts(line.cells.get("email", "") for line in table.rows),
    )


def _named(found: Iterable[Term]) -> Iterator[tuple[str, str]]:
    """Each word by its code and by its name."""
    for word in found:
        yield word.code, word.code
        yield word.name, word.code


def _skills(found: Mapping[str, Term]) -> Iterator[tuple[str, str]]:
    """Each skill that is offered, and those merged into one by their old codes and names too."""
    for code, name in _named(found.values()):
        kept = vocabulary.resolve_code(found, name)
        if not found[kept].retired:
            yield code, kept


def _languages(*more: str) -> Lookup[str]:
    """The languages that people offer and ask for, by code and name, and `more` codes."""
    found = vocabulary.language_names("en").items()
    codes = {*more, *(code for code, _name in found)}
    return Lookup("language", [*((code, code) for code in codes), *((name, code) for code, name in found)])


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


def _accounts(emails: Iterable[str]) -> frozenset[tuple[str, str]]:
    """Which of these addresses have an account."""
    wanted = sorted({email.lower() for email in emails if email})
    statement = sa.select(Account.email).where(Account.email.in_(wanted)).order_by(Account.email)
    return frozenset(("email", email) for email in db.session.scalars(statement))


def load_institution_reference(*, today: dt.date) -> InstitutionReference:
    """What the check of institutions needs to know; two queries."""
    countries = db.session.execute(
        sa.select(Country.iso2, Country.name, Country.time_zone, Country.languages).order_by(Country.iso2)
    ).all()
    institutions = db.session.execute(
        sa.select(Institution.code, Institution.name, Institution.country_iso2).order_by(Institution.id)
    )
    named = [*((row.iso2, row.iso2) for row in countries), *((row.name, row.iso2) for row in countries)]
    return InstitutionReference(
        countries=Lookup("country", [*named, ("UK", "GB"), ("Great Britain", "GB")]),
        country_defaults={row.iso2: (row.time_zone, row.languages) for row in countries},
        languages=_languages(*(code for row in countries for code in row.languages.split("|"))),
        existing_keys=frozenset(key for row in institutions for key in natural_keys(*row)),
        today=today,
    )


def find_importer_id(email: str | None) -> int | None:
    """The account in whose name a command acts: of that address, or the first active administrator."""
    statement = (
        sa.select(Account.id)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .where(Account.state == AccountState.ACTIVE, RoleGrant.ended_at.is_(None))
        .where(RoleGrant.role.in_([Role.ADMIN, Role.COORDINATOR] if email else [Role.ADMIN]))
    )
    if email:
        statement = statement.where(Account.email == email.lower())
    return db.session.scalar(statement.order_by(Account.id).limit(1))
