"""Secret links: one purpose, one use, an end; and what accepting them means."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from volunteer_hub.accounts import emails, queries, rules
from volunteer_hub.accounts.models import Account, AccountToken, PolicyAcceptance
from volunteer_hub.accounts.secrets import generate_token, hash_token
from volunteer_hub.accounts.states import TokenPurpose
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import StaleLink

STALE_LINK = "It has been used already, or it is too old."


def revoke_tokens(account: Account, *purposes: TokenPurpose, now: dt.datetime) -> None:
    """Use up every unused link of these purposes."""
    db.session.execute(
        sa.update(AccountToken)
        .where(AccountToken.account_id == account.id, AccountToken.purpose.in_(purposes))
        .where(AccountToken.used_at.is_(None))
        .values(used_at=now)
    )


def issue_token(account: Account | None, purpose: TokenPurpose, *, now: dt.datetime) -> tuple[AccountToken, str]:
    """A fresh link: its row, and the secret that only the e-mail holds."""
    token = generate_token()
    row = AccountToken(
        account_id=account.id if account else None,
        purpose=purpose,
        token_hash=hash_token(token),
        created_at=now,
        expires_at=now + rules.TOKEN_LIFETIME[purpose],
    )
    db.session.add(row)
    db.session.flush()
    return row, token


def get_usable_token(token: str, purpose: TokenPurpose, *, now: dt.datetime) -> AccountToken:
    """The live link behind `token`, unchanged. Raises StaleLink for a used, stale or foreign one."""
    row = db.session.scalars(
        sa.select(AccountToken).where(AccountToken.token_hash == hash_token(token), AccountToken.purpose == purpose)
    ).one_or_none()
    if row is None or row.account is None or row.used_at or row.expires_at <= now:
        raise StaleLink(STALE_LINK, code=purpose)
    return row


def consume_token(row: AccountToken, *, now: dt.datetime) -> Account:
    """Use a link up, once, whoever else tries at the same time. The account is locked first, as by every other act."""
    if row.account_id is not None:
        queries.lock_account(row.account_id)
    spent = db.session.execute(
        sa.update(AccountToken).where(AccountToken.id == row.id, AccountToken.used_at.is_(None)).values(used_at=now)
    )
    if spent.rowcount != 1 or row.account is None:  # type: ignore[attr-defined]
        raise StaleLink(STALE_LINK, code=row.purpose)
    return row.account


def record_policy_acceptance(account: Account, *, now: dt.datetime) -> None:
    """Note that the person accepts the policies in force."""
    for policy, version in rules.POLICY_VERSIONS.items():
        if not queries.has_accepted_policy(account.id, policy, version):
            db.session.add(PolicyAcceptance(account_id=account.id, policy=policy, version=version, accepted_at=now))


def send_invitation(account: Account, *, inviter: str, role: str, place: str, now: dt.datetime) -> None:
    """Mail an invited person the link that opens their account."""
    row, token = issue_token(account, TokenPurpose.INVITE, now=now)
    emails.send_invitation_link(row, account, token=token, inviter=inviter, role=role, place=place, now=now)
