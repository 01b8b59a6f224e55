"""E-mails about accounts. Each says in whose name it comes and why."""

from __future__ import annotations

import datetime as dt

from volunteer_hub.accounts.models import Account, AccountToken
from volunteer_hub.accounts.queries import recipient
from volunteer_hub.mail.service import Recipient, queue


def confirm_address(token_row: AccountToken, account: Account, *, token: str, now: dt.datetime) -> None:
    """To a new volunteer: the link that proves the address."""
    queue("confirm_address", recipient(account), token_row, now=now, sensitive=True, token=token)


def already_registered(token_row: AccountToken, account: Account, *, now: dt.datetime) -> None:
    """To somebody who registers an address that has an account."""
    queue("already_registered", recipient(account), token_row, now=now)


def reset_password(token_row: AccountToken, account: Account, *, token: str, now: dt.datetime) -> None:
    """The link to choose a new password."""
    queue("reset_password", recipient(account), token_row, now=now, sensitive=True, token=token)


def no_account(token_row: AccountToken, email: str, *, now: dt.datetime) -> None:
    """To an address without an account, so that its owner is not left waiting."""
    queue("no_account", Recipient(email, email), token_row, now=now)


def password_changed(account: Account, *, now: dt.datetime) -> None:
    """After a change of password, so that an intruder cannot do it silently."""
    queue("password_changed", recipient(account), account, now=now)


def invitation(
    token_row: AccountToken, account: Account, *, token: str, inviter: str, role: str, place: str, now: dt.datetime
) -> None:
    """The link with which an invited person opens their account."""
    queue(
        "invitation",
        recipient(account),
        token_row,
        now=now,
        sensitive=True,
        token=token,
        inviter=inviter,
        role=role,
        place=place,
        expires_at=token_row.expires_at,
    )


def role_given(account: Account, *, inviter: str, role: str, place: str, now: dt.datetime) -> None:
    """To somebody with an account who was given another role."""
    queue("role_given", recipient(account), account, now=now, inviter=inviter, role=role, place=place)


def deputy_named(deputy: Account, *, principal: str, from_on: dt.date, until_on: dt.date, now: dt.datetime) -> None:
    """To the person who acts while somebody is away."""
    queue("deputy_named", recipient(deputy), deputy, now=now, principal=principal, from_on=from_on, until_on=until_on)
