"""Emails about accounts. Each function queues one kind of email in the caller's transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from volunteer_hub.accounts.models import Account, AccountToken
from volunteer_hub.accounts.queries import as_recipient, list_recipients_with_role
from volunteer_hub.core.access import Role
from volunteer_hub.mail.models import AddressBounces
from volunteer_hub.mail.service import Recipient, queue


def send_confirmation_link(token_row: AccountToken, account: Account, *, token: str, now: dt.datetime) -> None:
    """Queue the link with which a new volunteer confirms the address."""
    queue("confirm_address", as_recipient(account), token_row, now=now, sensitive=True, token=token)


def notify_already_registered(token_row: AccountToken, account: Account, *, now: dt.datetime) -> None:
    """Queue the notice to an address that was registered although it has an account."""
    queue("already_registered", as_recipient(account), token_row, now=now)


def send_reset_link(token_row: AccountToken, account: Account, *, token: str, now: dt.datetime) -> None:
    """Queue the link to choose a new password."""
    queue("reset_password", as_recipient(account), token_row, now=now, sensitive=True, token=token)


def notify_address_paused(address: AddressBounces, *, now: dt.datetime) -> None:
    """Queue a notice to each coordinator that emails to an address bounce, so sending to it is paused."""
    for coordinator in list_recipients_with_role(Role.COORDINATOR, today=now.date()):
        queue("address_paused", coordinator, address, now=now, due_at=address.paused_at, address=address.address)


def notify_no_account(token_row: AccountToken, email: str, *, now: dt.datetime) -> None:
    """Queue the answer to a password request for an address without an account."""
    queue("no_account", Recipient(email, email), token_row, now=now)


def notify_password_changed(account: Account, *, now: dt.datetime) -> None:
    """Queue the notice of a changed password, so that an intruder cannot change it unnoticed."""
    queue("password_changed", as_recipient(account), account, now=now)


def send_invitation_link(
    token_row: AccountToken, account: Account, *, token: str, inviter: str, role: str, place: str, now: dt.datetime
) -> None:
    """Queue the link with which an invited person opens the account."""
    queue(
        "invitation",
        as_recipient(account),
        token_row,
        now=now,
        sensitive=True,
        token=token,
        inviter=inviter,
        role=role,
        place=place,
        expires_at=token_row.expires_at,
    )


def notify_role_given(account: Account, *, inviter: str, role: str, place: str, now: dt.datetime) -> None:
    """Queue the notice to a person with an account who was given another role."""
    queue("role_given", as_recipient(account), account, now=now, inviter=inviter, role=role, place=place)


def notify_deputy_named(
    deputy: Account, *, principal: str, from_on: dt.date, until_on: dt.date, now: dt.datetime
) -> None:
    """Queue the notice to the person who was named as a deputy."""
    queue(
        "deputy_named", as_recipient(deputy), deputy, now=now, principal=principal, from_on=from_on, until_on=until_on
    )


def notify_second_factor_on(account: Account, *, now: dt.datetime) -> None:
    """Queue the notice that the second factor was turned on or moved to another phone."""
    queue("second_factor_on", as_recipient(account), account, now=now)


def notify_second_factor_off(account: Account, *, now: dt.datetime) -> None:
    """Queue the notice that the second factor was turned off."""
    queue("second_factor_off", as_recipient(account), account, now=now)


def notify_second_factor_reset(account: Account, *, admin: str, now: dt.datetime) -> None:
    """Queue the notice that an administrator reset the second factor."""
    queue("second_factor_reset", as_recipient(account), account, now=now, admin=admin)


def notify_recovery_code_used(account: Account, *, left: int, now: dt.datetime) -> None:
    """Queue the notice that a recovery code was used, with the number of codes left."""
    queue("recovery_code_used", as_recipient(account), account, now=now, left=left)


def send_email_change_link(
    token_row: AccountToken, account: Account, email: str, *, token: str, now: dt.datetime
) -> None:
    """Queue to the new address the link that confirms it."""
    new_recipient = Recipient(account.name, email, account.id, account.time_zone, account.locale)
    queue(
        "confirm_new_email",
        new_recipient,
        token_row,
        now=now,
        sensitive=True,
        token=token,
        expires_at=token_row.expires_at,
    )


def notify_email_taken(token_row: AccountToken, holder: Account, *, now: dt.datetime) -> None:
    """Queue the notice to an account's owner whose address another person entered as their new one."""
    queue("email_taken", as_recipient(holder), token_row, now=now)


def notify_email_change_requested(token_row: AccountToken, account: Account, *, now: dt.datetime) -> None:
    """Queue to the present address the notice of a requested change, so that a stranger cannot move the account unnoticed."""
    queue("email_change_asked", as_recipient(account), token_row, now=now)


def notify_email_changed(account: Account, old: str, *, now: dt.datetime) -> None:
    """Queue to the old address the notice that it no longer belongs to the account."""
    old_recipient = Recipient(account.name, old, account.id, account.time_zone, account.locale)
    queue("email_changed", old_recipient, account, now=now)


def notify_account_deactivated(account: Account, *, closer: str, now: dt.datetime) -> None:
    """Queue the last email to a person whose account is being closed. Call it before the account changes state."""
    queue("account_deactivated", as_recipient(account), account, now=now, closer=closer)


def send_reactivation_link(
    token_row: AccountToken, account: Account, *, token: str, opener: str, now: dt.datetime
) -> None:
    """Queue the notice that the account is open again, with the link to choose a new password."""
    queue("account_reactivated", as_recipient(account), token_row, now=now, sensitive=True, token=token, opener=opener)


def notify_work_handed_over(
    successor: Account, leaver: Account, *, what: Sequence[str], sender: str, now: dt.datetime
) -> None:
    """Queue the notice to a successor of what they take over."""
    queue("work_handed_over", as_recipient(successor), leaver, now=now, leaver=leaver.name, what=what, sender=sender)
