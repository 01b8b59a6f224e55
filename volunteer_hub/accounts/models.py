"""Accounts, roles, sessions, second factors, emailed tokens, accepted policies, deputies."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from volunteer_hub.accounts.states import FIRST, MOVES, AccountState, TokenPurpose
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import Model, choice_type
from volunteer_hub.core.states import guard


class Account(Model):
    """One person. `email` is lower case; `password_hash` is argon2id, or None before a password is set."""

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
    """One role of one person, with its scope. Grants are ended, never deleted."""

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
    """A session of one browser. The cookie holds the token, this row only its hash.

    While `awaiting_code` is set, the password was right and the second factor's code is still missing: the session
    does not sign in. `confirmed_at` is when the person last confirmed their identity.
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
    """An authenticator app's shared secret, encrypted. It is in use once `confirmed_at` is set.

    `last_step` is the latest 30-second time step whose code was used; only later ones are accepted, so a code
    works once.
    """

    __tablename__ = "second_factor"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    encrypted_secret: Mapped[str]
    created_at: Mapped[dt.datetime]
    confirmed_at: Mapped[dt.datetime | None]
    last_step: Mapped[int | None] = mapped_column(sa.BigInteger)

    @property
    def id(self) -> int:
        """Return the primary key, by which the audit log names the row."""
        return self.account_id


class RecoveryCode(Model):
    """A single-use code for a lost phone. Only its hash is stored."""

    __tablename__ = "recovery_code"
    __table_args__ = (sa.UniqueConstraint("account_id", "code_hash"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"))
    code_hash: Mapped[str]
    created_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class TrustedDevice(Model):
    """A browser that the person chose to trust, so that no code is asked for. Only the token's hash is stored."""

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
    """The token of an emailed link: one purpose, one use, an expiry. Only its hash is stored.

    `account_id` is None for an address without an account: a row is written for it too, so that known and unknown
    addresses cost the same work. `new_email` is the address that an email change would set.
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
    """The acceptance of one version of a policy by one person."""

    __tablename__ = "policy_acceptance"

    account_id: Mapped[int] = mapped_column(sa.ForeignKey("account.id"), primary_key=True)
    policy: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(primary_key=True)
    accepted_at: Mapped[dt.datetime]


class Deputy(Model):
    """The deputy of an account whose owner is away. `from_on` and `until_on` are both included."""

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
        """Return the primary key, by which the audit log names the row."""
        return self.account_id


guard(Account.state, AccountState, MOVES, first=FIRST)
