"""Access control: roles, the viewer, and the declaration that every route must carry.

A route without `@allow(...)` or `@public` is refused at run time and fails a test. Rows are scoped in each area's
`queries.py` by the viewer's countries and institutions, so a row outside the viewer's scope is a 404.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar


class Role(enum.StrEnum):
    """The roles of the programme. One account may hold several."""

    VOLUNTEER = "volunteer"
    PARTNER = "partner"
    DIRECTOR = "director"
    COORDINATOR = "coordinator"
    FINANCE = "finance"
    FUNDER = "funder"
    ADMIN = "admin"


STAFF = frozenset({Role.COORDINATOR, Role.ADMIN})
"""Programme staff: their scope is the whole programme."""


@dataclass(frozen=True)
class Grant:
    """One role and its scope: a country, an institution, or the whole programme if neither is set."""

    role: Role
    country: str | None = None
    institution_id: int | None = None


@dataclass(frozen=True)
class Viewer:
    """The account behind a request, as Flask-Login and every query see it.

    `token` is the secret of the server-side session, None for a viewer outside a request.
    `confirmed_at` is when the account holder last confirmed their identity in this session.
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
        """Return what Flask-Login stores in the cookie: the session's secret, never the account id."""
        return self.token or ""

    @property
    def roles(self) -> frozenset[Role]:
        """The roles held, in any scope."""
        return frozenset(grant.role for grant in self.grants)

    def has(self, *roles: Role) -> bool:
        """Return whether at least one of `roles` is held, in any scope."""
        return not self.roles.isdisjoint(roles)

    @property
    def is_staff(self) -> bool:
        """Whether the viewer's scope is the whole programme."""
        return self.has(*STAFF)

    def in_role(self, role: Role) -> Viewer:
        """Return this viewer with the grants of one role only."""
        return replace(self, grants=tuple(grant for grant in self.grants if grant.role is role))

    def countries(self, role: Role) -> frozenset[str]:
        """Return the countries in which `role` is held."""
        return frozenset(g.country for g in self.grants if g.role is role and g.country)

    def institutions(self, role: Role) -> frozenset[int]:
        """Return the ids of the institutions at which `role` is held."""
        return frozenset(g.institution_id for g in self.grants if g.role is role and g.institution_id)

    def covers(self, role: Role, *, country: str, institution_id: int) -> bool:
        """Return whether `role` is held for this institution or for its country."""
        return country in self.countries(role) or institution_id in self.institutions(role)


ANONYMOUS = Viewer(0, "", "", is_authenticated=False, is_active=False, is_anonymous=True)

F = TypeVar("F", bound=Callable[..., Any])
PUBLIC = "public"
ATTRIBUTE = "who_may_enter"
SENSITIVE = "asks_who_it_is"


def allow(*roles: Role) -> Callable[[F], F]:
    """Decorate a view: only viewers with one of `roles` may enter; without roles, every signed-in viewer."""

    def declare(view: F) -> F:
        setattr(view, ATTRIBUTE, frozenset(roles))
        return view

    return declare


def public(view: F) -> F:
    """Decorate a view: everybody may enter, signed in or not."""
    setattr(view, ATTRIBUTE, PUBLIC)
    return view


def sensitive(view: F) -> F:
    """Decorate a view: a viewer who has not confirmed their identity recently is asked to do so first."""
    setattr(view, SENSITIVE, True)
    return view


def is_sensitive(view: Callable[..., Any]) -> bool:
    """Return whether `view` is decorated with `sensitive`."""
    return bool(getattr(view, SENSITIVE, False))


def is_public(view: Callable[..., Any]) -> bool:
    """Return whether `view` is decorated with `public`."""
    return getattr(view, ATTRIBUTE, None) == PUBLIC


def may_enter(view: Callable[..., Any], viewer: Viewer) -> bool | None:
    """Return whether `viewer` may enter `view`; None for a view that declares no access."""
    declared = getattr(view, ATTRIBUTE, None)
    if declared is None:
        return None
    if declared == PUBLIC:
        return True
    return viewer.is_authenticated and (not declared or not viewer.roles.isdisjoint(declared))
