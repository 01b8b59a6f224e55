"""Accounts, roles, sessions, secret links, accepted policies, deputies."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.states import FIRST, MOVES, AccountState, TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard


class Account(Model):
    """One person. `email` is lower case; `password_hash` is argon2id, or None before the first."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    email: Mapped[str] = mapped_column(unique=True)
    password_hash: Mapped[str | None]
    state: Mapped[AccountState] = mapped_column(choice_type(AccountState))
    time_zone: Mapped[str] = mapped_column(default="Europe/London")
    locale: Mapped[str] = mapped_column(default="en")
    created_at: Mapped[dt.datetime] = mapped_column(index=True)

    grants: Mapped[list[RoleGrant]] = relationship(order_by="RoleGrant.id", back_populates="account")


class RoleGrant(Model):
    """One role of one person, with its scope. Ended, never deleted."""

    __tablename__ = "role_grant"
    __table_args__ = (sa.Index("ix_role_grant_reach", "role", "country_iso2", "institution_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    role: Mapped[Role] = mapped_column(choice_type(Role))
    country_iso2: Mapped[str | None] = mapped_column(sa.ForeignKey("country.iso2"))
    institution_id: Mapped[int | None] = mapped_column(sa.ForeignKey("institution.id"))
    granted_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]

    account: Mapped[Account] = relationship(back_populates="grants")


class UserSession(Model):
    """One signed-in browser. The cookie holds the secret, this row only its hash.

    While `awaiting_code` the password was right and the second factor is still to come: nobody is
    signed in yet. `confirmed_at` is when the person last proved who they are.
    """

    __tablename__ = "user_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    created_at: Mapped[dt.datetime]
    last_seen_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]
    browser: Mapped[str]
    awaiting_code: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[dt.datetime | None]


class SecondFactor(Model):
    """An authenticator app's shared secret, encrypted. It counts once `confirmed_at` is set.

    `last_step` is the newest 30-second step of which a code was used: no code opens twice.
    """

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    encrypted_secret: Mapped[str]
    created_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def id(self) -> int:
        """The row's key, as the audit trail names it."""
        return self.account_id


class RecoveryCode(Model):
    """One of the codes for a lost phone: used once. Only its hash is kept."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    code_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class TrustedDevice(Model):
    """A browser on which the person chose not to be asked for a code again. Only the secret's hash is kept."""

    __tablename__ = "trusted_device"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    browser: Mapped[str]
    created_at: Mapped[dt.datetime]
    last_used_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class AccountToken(Model):
    """A secret link sent by e-mail: one purpose, one use, an end. Only its hash is kept.

    `account_id` is None for an address that nobody registered, so that known and unknown
    addresses cost the same work. `new_email` is the address that a change of address would set.
    """

    __tablename__ = "account_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int | None] = mapped_column(sa.ForeignKey("account.id"), index=True)
    purpose: Mapped[TokenPurpose] = mapped_column(choice_type(TokenPurpose))
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]
    new_email: Mapped[str | None]

    account: Mapped[Account | None] = relationship()


class PolicyAcceptance(Model):
    """Which version of which policy a person accepted, and when."""

    __tablename__ = "policy_acceptance"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    policy: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    accepted_at: Mapped[dt.datetime]


class Deputy(Model):
    """Who acts for a director or coordinator while they are away. Both days count."""

    __tablename__ = "deputy"
    __table_args__ = (
        sa.CheckConstraint("until_on >= from_on", name="dates"),
        sa.CheckConstraint("deputy_id <> account_id", name="somebody_else"),
    )

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    deputy_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), index=True)
    from_on: Mapped[dt.date]
    until_on: Mapped[dt.date]

    @property
    def id(self) -> int:
        """The row's key, as the audit trail names it."""
        return self.account_id


guard(Account.state, AccountState, MOVES, first=FIRST)
