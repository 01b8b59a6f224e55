"""Tokens of emailed links: issued for one purpose, used once, expiring; and what accepting an invitation records."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts import emails, queries, rules
from volunteer_hub.accounts.models import Account, AccountToken, PolicyAcceptance
from volunteer_hub.accounts.secrets import generate_token, hash_token
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import StaleLink

STALE_LINK = _l("It has been used already, or it is too old.")


def revoke_tokens(account: Account, *purposes: TokenPurpose, now: dt.datetime) -> None:
    """Mark the account's unused tokens of these purposes as used."""
    db.session.execute(
        sa.update(AccountToken)
        .where(AccountToken.account_id == account.id, AccountToken.purpose.in_(purposes))
        .where(AccountToken.used_at.is_(None))
        .values(used_at=now)
    )


def issue_token(account: Account | None, purpose: TokenPurpose, *, now: dt.datetime) -> tuple[AccountToken, str]:
    """Insert a new token. Returns its row, and the token itself, which only the email holds."""
    token = generate_token()
    token_row = AccountToken(
        account_id=account.id if account else None,
        purpose=purpose,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + rules.TOKEN_LIFETIME[purpose],
    )
    db.session.add(token_row)
    db.session.flush()
    return token_row, token


def get_usable_token(token: str, purpose: TokenPurpose, *, now: dt.datetime) -> AccountToken:
    """Return the row of an unused, unexpired token of that purpose, without using it. Raises StaleLink."""
    token_row = db.session.scalars(
        sa.select(AccountToken).where(AccountToken.token_hash == hash_token(token), AccountToken.purpose == purpose)
    ).one_or_none()
    if token_row is None or token_row.account is None or token_row.used_at or token_row.expires_at <= now:
        raise StaleLink(STALE_LINK, code=purpose)
    return token_row


def consume_token(token_row: AccountToken, *, now: dt.datetime) -> Account:
    """Mark a token as used and return its account. Raises StaleLink if a concurrent request used it first.

    The account is locked first, in the same order as in every other action.
    """
    if token_row.account_id is not None:
        queries.lock_account(token_row.account_id)
    result = db.session.execute(
        sa.update(AccountToken)
        .where(AccountToken.id == token_row.id, AccountToken.used_at.is_(None))
        .values(used_at=now)
    )
    if result.rowcount != 1 or token_row.account is None:  # type: ignore[attr-defined]
        raise StaleLink(STALE_LINK, code=token_row.purpose)
    return token_row.account


def record_policy_acceptance(account: Account, *, now: dt.datetime) -> None:
    """Record that the person accepts the policies in force."""
    for policy, version in rules.POLICY_VERSIONS.items():
        if not queries.has_accepted_policy(account.id, policy, version):
            db.session.add(PolicyAcceptance(account_id=account.id, policy=policy, version=version, accepted_at=now))


def send_invitation(account: Account, *, inviter: str, role: str, place: str, now: dt.datetime) -> None:
    """Send an invited person the link that opens the account."""
    token_row, token = issue_token(account, TokenPurpose.INVITE, now=now)
    emails.send_invitation_link(token_row, account, token=token, inviter=inviter, role=role, place=place, now=now)
