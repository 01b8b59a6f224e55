"""Rules of accounts: passwords, who may give or take which role, scopes, lifetimes."""

from __future__ import annotations

import datetime as dt

from flask_babel import gettext as _

from volunteer_hub.accounts.states import CLOSED_STATES, AccountState, TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.errors import DomainError

TOKEN_LIFETIME = {
    TokenPurpose.CONFIRM: dt.timedelta(days=3),
    TokenPurpose.RESET: dt.timedelta(minutes=60),
    TokenPurpose.INVITE: dt.timedelta(days=14),
    TokenPurpose.CHANGE_EMAIL: dt.timedelta(days=1),
}
POLICY_VERSIONS = {"code_of_conduct": "2026-11", "patient_data_pledge": "2026-11"}
"""The version in force of each policy; people accept a version, so a new one must be accepted again."""

MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH = 10, 200
COMMON_PASSWORDS = frozenset(
    {"password12", "password123", "passwordpassword", "1234567890", "12345678910", "qwertyuiop", "qwerty12345",
     "iloveyou123", "letmein1234", "welcome123", "administrator", "volunteer1", "volunteer123", "nhspassword",
     "changeme123", "abcdefghij", "0123456789", "football123", "liverpool123", "password1234"}
)  # fmt: skip

SIGN_IN_CODE_TIMEOUT = dt.timedelta(minutes=10)
"""How long after the password the second factor's code may be entered."""
TRUSTED_DEVICE_LIFETIME = dt.timedelta(days=30)
SETUP_PAGE_LIFETIME = dt.timedelta(hours=1)
"""How long a page that shows a new second factor's secret can be confirmed."""
ROLES_REQUIRING_SECOND_FACTOR = frozenset({Role.COORDINATOR, Role.FINANCE, Role.ADMIN})

SCOPED_ROLES = frozenset({Role.PARTNER, Role.DIRECTOR})
DEPUTISABLE_ROLES = frozenset({Role.DIRECTOR, Role.COORDINATOR, Role.PARTNER})


def check_password(password: str, *, email: str, name: str) -> None:
    """Raise DomainError for a password that is too short, too long, common, or the person's own name or address."""
    lowered = password.lower()
    if len(password) < MIN_PASSWORD_LENGTH:
        raise DomainError(
            _(
                "Use at least %(least)s characters. Three words that you pick at random make a good password.",
                least=MIN_PASSWORD_LENGTH,
            ),
            field="password",
            code="password_too_short",
        )
    if len(password) > MAX_PASSWORD_LENGTH:
        raise DomainError(
            _("Use at most %(most)s characters.", most=MAX_PASSWORD_LENGTH), field="password", code="password_too_long"
        )
    if lowered in COMMON_PASSWORDS or len(set(lowered)) < 4:
        raise DomainError(
            _("This password is among the first that are tried. Choose another."),
            field="password",
            code="password_common",
        )
    if lowered in {email, email.split("@")[0] * 2, name.lower().replace(" ", "")}:
        raise DomainError(
            _("Do not use your name or e-mail address as the password."), field="password", code="password_personal"
        )


def may_grant(granter: frozenset[Role], role: Role) -> bool:
    """Return whether `granter` may give or end `role`: an administrator any role, a coordinator partners and directors."""
    return Role.ADMIN in granter or (Role.COORDINATOR in granter and role in SCOPED_ROLES)


def may_deactivate(actor: frozenset[Role], target: frozenset[Role]) -> bool:
    """Return whether a person with roles `actor` may close or reopen an account with roles `target`.

    An administrator may for every account, a coordinator for partners and directors only.
    """
    return Role.ADMIN in actor or (Role.COORDINATOR in actor and bool(target) and target <= SCOPED_ROLES)


def check_scope(role: Role, *, country: str | None, institution_id: int | None) -> None:
    """Raise DomainError for a scope that does not fit the role.

    A partner belongs to an institution, a director to a country or an institution, others to neither.
    """
    if role is Role.PARTNER and not institution_id:
        raise DomainError(
            _("Choose the partner's institution."), field="institution_id", code="scope_institution_missing"
        )
    if role is Role.DIRECTOR and not (country or institution_id):
        raise DomainError(_("Choose the director's country or institution."), field="country", code="scope_missing")
    if role is Role.PARTNER and country:
        raise DomainError(
            _("A partner belongs to an institution: leave the country empty."),
            field="country",
            code="partner_with_country",
        )
    if country and institution_id:
        raise DomainError(
            _("Choose either a country or an institution, not both."),
            field="country",
            code="scope_country_and_institution",
        )
    if role not in SCOPED_ROLES and (country or institution_id):
        raise DomainError(
            _("This role covers the whole programme: leave country and institution empty."),
            field="role",
            code="scope_not_allowed",
        )


def is_closed(state: AccountState) -> bool:
    """Return whether nobody can sign in to the account, and it is not invited either."""
    return state in CLOSED_STATES


def can_reactivate(state: AccountState) -> bool:
    """Return whether the account is closed and can be opened again; an erased one cannot."""
    return state is AccountState.DEACTIVATED


def is_invited(state: AccountState) -> bool:
    """Return whether the person has not accepted the invitation yet."""
    return state is AccountState.INVITED
