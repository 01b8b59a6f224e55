"""Builds the demonstration programme itself: staff, institutions, directors, contacts, money."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value

from volunteer_hub.accounts.models import Account, PolicyAcceptance, RoleGrant
from volunteer_hub.accounts.queries import get_viewer
from volunteer_hub.accounts.rules import POLICY_VERSIONS
from volunteer_hub.accounts.secrets import hash_password
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.budgets import service as budgets
from volunteer_hub.core.access import Role, Viewer
from volunteer_hub.core.db import Model, db
from volunteer_hub.core.money import Money
from volunteer_hub.demo import people_data
from volunteer_hub.institutions import queries as institutions
from volunteer_hub.institutions import service as institution_service
from volunteer_hub.institutions.models import Institution, Partnership
from volunteer_hub.institutions.states import Connectivity, InstitutionKind
from volunteer_hub.programmes.models import Programme, ProgrammeInstitution
from volunteer_hub.programmes.states import ProgrammeState

PASSWORD = "volunteer-hub-demo"  # noqa: S105 -- for the demonstration only, and printed
DOMAIN = "example.org"
LARGE_PROGRAMME_REQUESTS, LARGE_PROGRAMME_INSTITUTIONS = 200, 60


@dataclass
class World:
    """The demonstration as created so far, with its random generator and its clock."""

    rng: random.Random
    now: dt.datetime
    password_hash: str
    programme: Programme
    admin: Viewer
    coordinator: Viewer
    institutions: list[Institution] = field(default_factory=list)
    directors: dict[str, Account] = field(default_factory=dict)
    partners: dict[int, Account] = field(default_factory=dict)
    twins: list[int] = field(default_factory=list)
    """Ids of the UK institutions that are twinned with a hospital."""
    viewers: dict[tuple[str, str | int], Viewer] = field(default_factory=dict)
    """Cached viewers of directors by country and of contacts by institution, which act thousands of times."""

    def director_of(self, institution: Institution) -> Viewer:
        """Return the director who decides for an institution."""
        return self._viewer("director", institution.country_iso2, self.directors)

    def partner_of(self, institution: Institution) -> Viewer:
        """Return the contact who submits an institution's requests."""
        return self._viewer("partner", institution.id, self.partners)

    def _viewer(self, role: str, key: Any, accounts: dict[Any, Account]) -> Viewer:
        if (role, key) not in self.viewers:
            self.viewers[role, key] = viewer_of(accounts[key], self.now)
        return self.viewers[role, key]


def viewer_of(account: Account, now: dt.datetime) -> Viewer:
    """Return the account's viewer, which services take as their actor."""
    return get_viewer(account.id, today=now.date())


def institution_count(requests: int) -> int:
    """Return the number of institutions for that many requests: twelve, or all published ones for a large programme."""
    return LARGE_PROGRAMME_INSTITUTIONS if requests > LARGE_PROGRAMME_REQUESTS else 12


def mark_collections_empty(row: Model, names: Iterable[str]) -> None:
    """Mark collections of a new row as loaded and empty, which saves one query for each."""
    for name in names:
        set_committed_value(row, name, [])


def build_world(*, seed: int, now: dt.datetime, institutions: int = 12) -> World:
    """Create the programme with its staff, institutions, directors, contacts and money."""
    password_hash = hash_password(PASSWORD)
    start = now - dt.timedelta(days=90)
    admin = _account("Robin Admin", "admin", Role.ADMIN, password_hash=password_hash, at=start)
    coordinator = _account("Carol Coordinator", "coordinator", Role.COORDINATOR, password_hash=password_hash, at=start)
    finance = _account("Felix Finance", "finance", Role.FINANCE, password_hash=password_hash, at=start)
    _account("Frances Funder", "funder", Role.FUNDER, password_hash=password_hash, at=start)
    programme = _programme(now)
    world = World(
        rng=random.Random(seed),  # noqa: S311 -- reproducible, not secret
        now=now,
        password_hash=password_hash,
        programme=programme,
        admin=viewer_of(admin, now),
        coordinator=viewer_of(coordinator, now),
    )
    for partnership in people_data.choose_partnerships(institutions):
        _add_institution(world, partnership, at=start)
    budgets.receive(
        programme, Money(1_500_000, "GBP"), purpose="First instalment", actor=viewer_of(finance, now), now=start
    )
    db.session.commit()
    return world


def _programme(now: dt.datetime) -> Programme:
    today = now.date()
    programme = Programme(
        name="Virtual Volunteering (demonstration)",
        funder="A health partnerships fund",
        starts_on=today - dt.timedelta(days=120),
        ends_on=today + dt.timedelta(days=610),
        target_volunteers=25,
        currency="GBP",
        default_allocation_minor=40_000,
        needs_release=True,
        volunteer_days=7,
        director_days=7,
        release_days=14,
        state=ProgrammeState.ACTIVE,
    )
    db.session.add(programme)
    db.session.flush()
    return programme


def _account(
    name: str,
    mailbox: str,
    role: Role,
    *,
    password_hash: str,
    at: dt.datetime,
    country: str | None = None,
    institution_id: int | None = None,
    time_zone: str = "Europe/London",
) -> Account:
    account = Account(
        name=name,
        email=f"{mailbox}@{DOMAIN}",
        password_hash=password_hash,
        state=AccountState.ACTIVE,
        time_zone=time_zone,
        created_at=at,
    )
    db.session.add(account)
    db.session.flush()
    add_role(account, role, at=at, country=country, institution_id=institution_id)
    for policy, version in POLICY_VERSIONS.items():
        db.session.add(PolicyAcceptance(account_id=account.id, policy=policy, version=version, accepted_at=at))
    audit.record("account.registered", account, actor=None, now=at)
    return account


def add_role(
    account: Account, role: Role, *, at: dt.datetime, country: str | None = None, institution_id: int | None = None
) -> None:
    """Grant an account one more role."""
    db.session.add(
        RoleGrant(account_id=account.id, role=role, country_iso2=country, institution_id=institution_id, granted_at=at)
    )


def create_volunteer_account(world: World, name: str, mailbox: str, *, at: dt.datetime) -> Account:
    """Create the account of a volunteer."""
    return _account(name, mailbox, Role.VOLUNTEER, password_hash=world.password_hash, at=at)


def _add_institution(world: World, partnership: people_data.PublishedPartnership, *, at: dt.datetime) -> None:
    """Add an overseas institution with its partnership, agreement, contact and, for a new country, its director."""
    country = institutions.get_country(partnership.country)
    connection = world.rng.choice(list(Connectivity))
    institution = institution_service.add_overseas_partner(
        name=partnership.overseas,
        town=partnership.town,
        country=country,
        time_zone=country.time_zone,
        connectivity=connection,
        actor=world.admin,
        now=at,
    )
    db.session.flush()
    db.session.add(ProgrammeInstitution(programme_id=world.programme.id, institution_id=institution.id))
    twin = _uk_institution(partnership.uk).id
    world.twins.append(twin)
    db.session.add(Partnership(uk_institution_id=twin, overseas_institution_id=institution.id, theme=partnership.theme))
    # The last institution has no agreement yet, to demonstrate the closed gate.
    if len(world.institutions) != 11:
        institution_service.record_agreement(
            institution,
            reference=f"DSA-{institution.id:04d}",
            signed_on=at.date(),
            expires_on=at.date() + dt.timedelta(days=730),
            actor=world.coordinator,
            now=at,
        )
    _add_hosts(world, institution, at=at)
    world.institutions.append(institution)


def _uk_institution(name: str) -> Institution:
    institution = db.session.scalars(sa.select(Institution).where(Institution.name == name)).one_or_none()
    if institution is None:
        institution = Institution(
            kind=InstitutionKind.UK_OTHER, name=name, town="", country_iso2="GB", time_zone="Europe/London"
        )
        db.session.add(institution)
        db.session.flush()
    return institution


def _add_hosts(world: World, institution: Institution, *, at: dt.datetime) -> None:
    country, first = institution.country_iso2, not world.institutions
    if country not in world.directors:
        mailbox = "director" if first else f"director.{country.lower()}"
        world.directors[country] = _account(
            f"Dr {people_data.invent_host_name(world.rng, country)}",
            mailbox,
            Role.DIRECTOR,
            password_hash=world.password_hash,
            at=at,
            country=country,
            time_zone=institution.time_zone,
        )
    world.partners[institution.id] = _account(
        people_data.invent_host_name(world.rng, country),
        "partner" if first else f"partner.{institution.id}",
        Role.PARTNER,
        password_hash=world.password_hash,
        at=at,
        institution_id=institution.id,
        time_zone=institution.time_zone,
    )
