"""Who may enter: roles, the viewer, and the declaration that every route owes.

A route without `@allow(...)` or `@public` is refused at run time and fails a test. Rows are scoped
in each area's `queries.py` with the viewer's countries and institutions, so that what somebody may
not see is a 404.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar


class Role(enum.StrEnum):
    """The people of domain.md. One account may hold several."""

    VOLUNTEER = "volunteer"
    PARTNER = "partner"
    DIRECTOR = "director"
    COORDINATOR = "coordinator"
    FINANCE = "finance"
    FUNDER = "funder"
    ADMIN = "admin"


STAFF = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Programme staff, who see the whole programme."""


@dataclass(frozen=True)
class Grant:
    """One role with its scope: a country, an institution, or neither for the whole programme."""

    role: Role
    country: str | None = None
    institution_id: int | None = None


@dataclass(frozen=True)
class Viewer:
    """The person behind a request, as Flask-Login and every query see them.

    `token` is the secret of the server-side session, None for a viewer outside a request.
    `confirmed_at` is when the person last proved in this session who they are.
    """

    account_id: int
    name: str
    email: str
    time_zone: str = "UTC"
    locale: str = "en"
    grants: tuple[Grant, ...] = ()
    session_id: int | None = None
    token: str | None = field(default=None, repr=False, compare=False)
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False
    confirmed_at: dt.datetime | None = field(default=None, compare=False)
    has_second_factor: bool = False

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the session's secret, never the account."""
        return self.token or ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held, whatever their scope."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: Role) -> bool:
        """Whether one of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        """Whether the whole programme is in reach."""
        return self.has(*STAFF)

    def in_role(self, role: Role) -> Viewer:
        """The same person in one of their roles: what they reach through it, and nothing else."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.role is role))

    def countries(self, role: Role) -> frozenset[str]:
        """The countries in which `role` is held."""
        return frozenset(g.country for g in self.grants if g.role is role and g.country)

    def institutions(self, role: Role) -> frozenset[int]:
        """The institutions at which `role` is held."""
        return frozenset(g.institution_id for g in self.grants if g.role is role and g.institution_id)

    def covers(self, role: Role, *, country: str, institution_id: int) -> bool:
        """Whether `role` reaches that institution in that country."""
        return country in self.countries(role) or institution_id in self.institutions(role)


ANONYMOUS = Viewer(0, "", "", is_authenticated=False, is_active=False, is_anonymous=True)

F = TypeVar("F", bound=Callable[..., Any])
PUBLIC = "public"
ATTRIBUTE = "who_may_enter"
SENSITIVE = "asks_who_it_is"


def allow(*roles: Role) -> Callable[[F], F]:
    """Declare that only viewers with one of `roles` may enter; no roles means anybody signed in."""

    def declare(view: F) -> F:
        setattr(view, ATTRIBUTE, frozenset(roles))
        return view

    return declare


def public(view: F) -> F:
    """Declare that everybody may enter, signed in or not."""
    setattr(view, ATTRIBUTE, PUBLIC)
    return view


def sensitive(view: F) -> F:
    """Declare that whoever enters proves first who they are, unless they just did (accounts/identity_checks.py)."""
    setattr(view, SENSITIVE, True)
    return view


def is_sensitive(view: Callable[..., Any]) -> bool:
    """Whether `view` was declared so."""
    return bool(getattr(view, SENSITIVE, False))


def is_public(view: Callable[..., Any]) -> bool:
    """Whether everybody may enter `view`."""
    return getattr(view, ATTRIBUTE, None) == PUBLIC


def may_enter(view: Callable[..., Any], viewer: Viewer) -> bool | None:
    """True or False for a declared view, None for one that declares nothing."""
    declared = getattr(view, ATTRIBUTE, None)
    if declared is None:
        return None
    if declared == PUBLIC:
        return True
    return viewer.is_authenticated and (not declared or not viewer.roles.isdisjoint(declared))
