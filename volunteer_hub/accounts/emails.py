"""E-mails about accounts. Each says in whose name it comes and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from volunteer_hub.accounts.models import Account, AccountToken
from volunteer_hub.accounts.queries import holders, recipient
from volunteer_hub.core.access import Role
from volunteer_hub.mail.models import AddressBounces
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


def address_paused(address: AddressBounces, *, now: dt.datetime) -> None:
    """To the coordinators: emails to an address come back, so sending to it has stopped."""
    for coordinator in holders(Role.COORDINATOR, today=now.date()):
        queue("address_paused", coordinator, address, now=now, due_at=address.paused_at, address=address.address)


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


def second_factor_on(account: Account, *, now: dt.datetime) -> None:
    """After it was turned on or moved to another phone."""
    queue("second_factor_on", recipient(account), account, now=now)


def second_factor_off(account: Account, *, now: dt.datetime) -> None:
    """After it was turned off."""
    queue("second_factor_off", recipient(account), account, now=now)


def second_factor_reset(account: Account, *, admin: str, now: dt.datetime) -> None:
    """After an administrator took it away."""
    queue("second_factor_reset", recipient(account), account, now=now, admin=admin)


def recovery_code_used(account: Account, *, left: int, now: dt.datetime) -> None:
    """Whenever one of the codes for a lost phone opened the account."""
    queue("recovery_code_used", recipient(account), account, now=now, left=left)


def confirm_new_email(token_row: AccountToken, account: Account, email: str, *, token: str, now: dt.datetime) -> None:
    """To the new address: the link that makes it count."""
    to = Recipient(account.name, email, account.id, account.time_zone, account.locale)
    queue("confirm_new_email", to, token_row, now=now, sensitive=True, token=token, expires_at=token_row.expires_at)


def email_taken(token_row: AccountToken, holder: Account, *, now: dt.datetime) -> None:
    """To somebody whose address another person typed in as their own."""
    queue("email_taken", recipient(holder), token_row, now=now)


def email_change_asked(token_row: AccountToken, account: Account, *, now: dt.datetime) -> None:
    """To the present address, at once: a stranger cannot move the account silently."""
    queue("email_change_asked", recipient(account), token_row, now=now)


def email_changed(account: Account, old: str, *, now: dt.datetime) -> None:
    """To the old address: it no longer counts."""
    to = Recipient(account.name, old, account.id, account.time_zone, account.locale)
    queue("email_changed", to, account, now=now)


def account_deactivated(account: Account, *, closer: str, now: dt.datetime) -> None:
    """The last e-mail to somebody whose account is closed. Queue it before the account closes."""
    queue("account_deactivated", recipient(account), account, now=now, closer=closer)


def account_reactivated(
    token_row: AccountToken, account: Account, *, token: str, opener: str, now: dt.datetime
) -> None:
    """The account is open again: the link to a new password."""
    queue("account_reactivated", recipient(account), token_row, now=now, sensitive=True, token=token, opener=opener)


def work_handed_over(
    successor: Account, leaver: Account, *, what: Sequence[str], sender: str, now: dt.datetime
) -> None:
    """To somebody who takes over what another held."""
    queue("work_handed_over", recipient(successor), leaver, now=now, leaver=leaver.name, what=what, sender=sender)
